"""Migrations: one head, up and down and up again, and no drift from the rows, CHECK constraints included."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from spoc.db import migrate
from spoc.db.session import driver_url
from spoc.db.tables import metadata
from tests.conftest import fresh_database


@pytest.fixture
def empty(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        yield url


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    with create_engine(driver_url(url), poolclass=NullPool).connect() as connection:
        yield connection


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(migrate.config()).get_heads()) == 1


def test_up_down_and_up_again(empty: str) -> None:
    migrate.upgrade(empty)
    with connected(empty) as connection:
        config = migrate.config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        left = connection.scalars(text(LEFT)).all()
    assert left == []
    migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()


def test_the_rows_and_the_migrated_tables_are_the_same(migrated: str) -> None:
    with connected(migrated) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        drift = compare_metadata(context, metadata)
    assert drift == []


LEFT = """
SELECT relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v') AND relname NOT LIKE 'alembic%'
"""
CHECKS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 ORDER BY 1, 2
"""


def test_check_constraints_and_words_are_the_same(migrated: str, empty: str) -> None:
    with connected(empty) as made, connected(migrated) as ours:
        metadata.create_all(made)
        made.commit()
        assert ours.execute(text(CHECKS)).all() == made.execute(text(CHECKS)).all()


def test_events_are_never_changed_or_deleted(migrated: str) -> None:
    with connected(migrated) as connection:
        triggers = connection.scalars(
            text("SELECT tgname FROM pg_trigger WHERE tgrelid = 'event'::regclass AND NOT tgisinternal")
        ).all()
    assert triggers == ["append_only"]
