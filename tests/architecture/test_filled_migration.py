"""The migration of forms: down takes away the reasons that the version before would not know."""

from alembic import command
from sqlalchemy import NullPool, create_engine, text

from spoc.db import migrate
from spoc.db.session import driver_url
from tests.conftest import fresh_database

KEPT, GONE = '{"kind": "due.past", "given": {}}', '{"kind": "undecided", "given": {"tasks": ["pick"]}}'


def test_down_forgets_what_was_undecided_and_nothing_else(server_url: str) -> None:
    with fresh_database(server_url) as url:
        migrate.upgrade(url, "2026_11_22_filled_in")
        with create_engine(driver_url(url), poolclass=NullPool).connect() as connection:
            # A task alone, without the ticket, person and catalogue that it belongs to.
            connection.execute(text("SET session_replication_role = replica"))
            columns = "public_id, ticket_id, ask_id, title, queue_id, state, why, key"
            for key, why in (("both", f"[{KEPT}, {GONE}]"), ("none", f"[{GONE}]"), ("other", f"[{KEPT}]")):
                values = f"gen_random_uuid(), 1, 1, 'Set up', 1, 'ready', '{why}', '{key}'".replace(":", r"\:")
                connection.execute(text(f"INSERT INTO task ({columns}) VALUES ({values})"))  # noqa: S608 - our own texts
            config = migrate.config()
            config.attributes["connection"] = connection

            command.downgrade(config, "-1")

            left = {row.key: row.why for row in connection.execute(text("SELECT key, why FROM task"))}
    known = {"kind": "due.past", "given": {}}
    assert left == {"both": [known], "none": [], "other": [known]}
