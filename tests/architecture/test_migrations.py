"""Migrations: one head, up and down and up again, and no drift from the rows, CHECK constraints included."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from spoc.db import migrate
from spoc.db.session import driver_url
from spoc.db.tables import metadata
from tests.conftest import fresh_database
from tests.world import World


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


@pytest.mark.parametrize(
    "table", ["event", "item_event", "report_change", "rights_change", "routing_change", "stated_figure"]
)
def test_what_happened_is_never_changed_or_deleted(migrated: str, table: str) -> None:
    statement = text("SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass) AND NOT tgisinternal")
    with connected(migrated) as connection:
        triggers = connection.scalars(statement, {"name": table}).all()
    assert triggers == ["append_only"]


@pytest.mark.parametrize("change", ["UPDATE event SET at = now()", "UPDATE event SET number = 99", "DELETE FROM event"])
def test_the_database_refuses_to_change_or_delete_events(world: World, change: str) -> None:
    world.submit("laptop-fault")
    before = world.session.execute(text("SELECT * FROM event ORDER BY id")).all()

    with (
        pytest.raises(IntegrityError, match="rows of event are never changed or deleted"),
        world.session.begin_nested(),
    ):
        world.session.execute(text(change))

    assert before
    assert world.session.execute(text("SELECT * FROM event ORDER BY id")).all() == before
