"""Engine and sessions. Only the edges (`app`, `cli`, `web.deps`, `jobs`) may import this."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from spoc.settings import Settings

CONNECT_SECONDS = 5
# Milliseconds for the timeouts. Compiling plans (jit) costs more than our short statements take.
SERVER_SETTINGS = {"timezone": "UTC", "statement_timeout": 15_000, "lock_timeout": 5_000, "jit": "off"}


def driver_url(url: str) -> str:
    """The same address with the driver we use, whatever an operator wrote in front."""
    scheme, mark, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if mark and scheme in {"postgres", "postgresql"} else url


def make_engine(url: str, settings: Settings) -> Engine:
    """A pooled engine whose connections are checked before use and cannot hang for ever."""
    return create_engine(
        driver_url(url),
        pool_size=settings.pool_size,
        max_overflow=settings.pool_size,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # they are what people wrote, and errors end up in logs
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": " ".join(f"-c {name}={value}" for name, value in SERVER_SETTINGS.items()),
        },
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded values after a commit: nothing is read again behind a template's back."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One unit of work: committed when the block ends, rolled back when it raises."""
    with sessions.begin() as session:
        yield session
