"""What every job is given to work with, and the one way to end it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from spoc.db.queueing import Leased, finish
from spoc.db.session import transaction
from spoc.errors import SpocError
from spoc.settings import Settings


class Hopeless(SpocError):
    """Trying again would not help: the job is parked at once for a person to see."""

    code = "hopeless"


@dataclass(frozen=True)
class Tools:
    """The outside of a job. One set a process, made after any fork."""

    settings: Settings
    sessions: sessionmaker[Session]
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Work:
    """One leased job with its tools. `now` is the business instant at which it began."""

    job: Leased
    tools: Tools
    now: datetime

    @contextmanager
    def last_transaction(self) -> Iterator[Session]:
        """A transaction that also ends the job: both are kept or neither, and only while the lease is ours."""
        with transaction(self.tools.sessions) as session:
            yield session
            finish(session, self.job)
