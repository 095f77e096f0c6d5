"""The database that a command works on: the one whose address is set, else the embedded one, started if it is down."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, sessionmaker

from routing.phrase import marked
from spoc.db import embedded, migrate
from spoc.db.session import make_engine, make_sessions
from spoc.errors import Misconfigured
from spoc.settings import Settings


@contextmanager
def reached(settings: Settings) -> Iterator[str]:
    """Address of the database. The embedded one is stopped afterwards, unless another process uses it.

    Raises:
        Unavailable: the data folder cannot be used, or the server does not start.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = embedded.start(settings.data)
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def opened(settings: Settings, *, new: bool = False) -> Iterator[sessionmaker[Session]]:
    """Sessions on a database at the version of the program; the embedded one is brought there.

    Raises:
        Unavailable: it does not answer, or it is at another version.
        Misconfigured: there is none in the data folder, and it is not `new`: a mistyped folder makes no desk.
    """
    if settings.embedded and not new and not (settings.data / "pg").exists():
        raise Misconfigured(
            marked("There is no desk in %(folder)s. Name its folder with --data; `spoc up` begins one."),
            folder=settings.data,
        )
    with reached(settings) as url:
        if settings.embedded:
            migrate.upgrade(url)
        else:
            migrate.require_head(url)
        engine = make_engine(url, settings)
        try:
            yield make_sessions(engine)
        finally:
            engine.dispose()
