"""Bringing a database to the version of the program. Any number of processes may try at once: one does it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import NullPool

from routing.phrase import marked
from spoc.db.session import CONNECT_SECONDS, driver_url
from spoc.errors import Misconfigured, Unavailable

TURN_LOCK = 7_762_001
TURN_SECONDS = 120
LOCK_TIMEOUT = text("SELECT set_config('lock_timeout', :wait, false)")
LOCK_SECONDS = 5


class DatabaseIsNewer(Unavailable):
    """The database was migrated by a later version of the program than this one."""

    code = "database_is_newer"
    template = marked("The database is newer than this program (at %(found)s): install the later version again.")

    def __init__(self, found: str) -> None:
        super().__init__(found=found)
        self.found = found


class DatabaseIsOlder(Unavailable):
    """The database was not migrated to this version of the program."""

    code = "database_is_older"
    template = marked("The database is older than this program: run `spoc migrate` first.")


def config() -> Config:
    """Alembic's configuration, made in code: scripts from the installed package, else from the repository."""
    here = Path(__file__).resolve()
    installed = here.parents[1] / "migrations"
    made = Config()
    scripts = installed if installed.is_dir() else here.parents[2] / "alembic"
    made.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return made


def head() -> str:
    """The revision that this program expects."""
    found = ScriptDirectory.from_config(config()).get_current_head()
    if found is None:
        raise LookupError("no migration")
    return found


def current(url: str) -> str | None:
    """The revision that the database is at; None for one without our tables."""
    with connected(url) as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision that the connected database is at."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, to: str = "head") -> None:
    """Migrate to the newest revision, in turn with whoever else tries. Nothing happens if it is there.

    Raises:
        Unavailable: the database cannot be reached.
        DatabaseIsNewer: it is at a revision that this program does not know.
    """
    with connected(url) as connection, _turn(connection):
        refuse_newer(revision_of(connection))
        connection.commit()
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, to)


def require_head(url: str) -> None:
    """Hold that the database is at the newest revision, without changing anything.

    Raises:
        Unavailable: the database cannot be reached.
        DatabaseIsNewer, DatabaseIsOlder: it is at another revision.
    """
    found = current(url)
    refuse_newer(found)
    if found != head():
        raise DatabaseIsOlder


def refuse_newer(found: str | None) -> None:
    """Raise DatabaseIsNewer if the revision is none of ours."""
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseIsNewer(found)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """One connection of its own, without a statement timeout.

    Raises:
        Misconfigured: the text is no address of a PostgreSQL database.
        Unavailable: nobody answers there, or the sign-in is refused. The password is not told on.
    """
    engine = create_engine(_postgresql(url), poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})
    try:
        connection = engine.connect()
    except OperationalError as error:
        where = engine.url.set(drivername="postgresql").render_as_string(hide_password=True)
        raise Unavailable(
            marked("The database at %(where)s does not answer: %(why)s."), where=where, why=_first_line(error)
        ) from error
    with connection:
        yield connection


def _postgresql(url: str) -> URL:
    try:
        parsed = make_url(driver_url(url))
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() != "postgresql":
        raise Misconfigured(
            marked("SPOC_DATABASE_URL is not an address like postgresql://user:password@host:5432/name.")
        )
    return parsed


def _first_line(error: OperationalError) -> str:
    return str(error.orig).strip().partition("\n")[0].rstrip(".")


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """Wait for our turn; then wait for a table's lock only shortly, so that a migration cannot queue up all readers."""
    connection.execute(LOCK_TIMEOUT, {"wait": f"{TURN_SECONDS}s"})
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": TURN_LOCK})
    connection.execute(LOCK_TIMEOUT, {"wait": f"{LOCK_SECONDS}s"})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": TURN_LOCK})
        connection.commit()
