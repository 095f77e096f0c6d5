"""The migration of files: down and up again, also where somebody has sent some."""

from alembic import command
from sqlalchemy import NullPool, create_engine, text

from spoc.db import migrate
from spoc.db.session import driver_url
from tests.conftest import fresh_database

VERSION = "2026_11_22_files"
ROW = """
INSERT INTO attachment (public_id, uploader_id, ticket_id, message_id, name, content_type, size_bytes, sha256,
                        stored_as, created_at)
VALUES (gen_random_uuid(), 1, 1, 1, 'a.txt', 'text/plain', 1, '', 'a', now())
"""


def test_down_forgets_all_files_and_it_goes_up_again(server_url: str) -> None:
    with fresh_database(server_url) as url:
        migrate.upgrade(url, VERSION)
        with create_engine(driver_url(url), poolclass=NullPool).connect() as connection:
            # A file alone, without the person, ticket and message that it belongs to.
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(ROW))
            config = migrate.config()
            config.attributes["connection"] = connection

            command.downgrade(config, "-1")
            command.upgrade(config, VERSION)

            assert connection.scalar(text("SELECT count(*) FROM attachment")) == 0
