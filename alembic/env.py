"""How Alembic reaches the database: over the connection that `spoc.db.migrate` hands in.

Run by hand (`alembic revision …`) it takes SPOC_DATABASE_URL.
"""

import os

from alembic import context
from sqlalchemy import Connection

from spoc.db.migrate import connected
from spoc.db.tables import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connected(os.environ["SPOC_DATABASE_URL"]) as own:
        run(own)
