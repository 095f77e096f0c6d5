"""Carries the ids of due jobs from the job table to the broker, after their transaction was committed.

It looks at the table every half second, at once when poked. Any number may run, anywhere.
"""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import OperationalError as DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from spoc.clock import now
from spoc.db.queueing import free_expired, take_due, unpublish
from spoc.db.session import transaction
from spoc.jobs import schedule

POLL_SECONDS = 0.5
PLAN_SECONDS = 15
LONGEST_PAUSE_SECONDS = 10
BATCH = 100

Publish = Callable[[Sequence[tuple[int, str]]], None]

log = structlog.get_logger()


class Dispatcher:
    """A thread that publishes. `poke()` may be called from anywhere, also before it runs."""

    def __init__(self, sessions: sessionmaker[Session], publish: Publish) -> None:
        self._sessions = sessions
        self._publish = publish
        self._poked = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self.run, name="dispatcher", daemon=True)

    def poke(self) -> None:
        """Look at the table now."""
        self._poked.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the batch it is at."""
        self._ending.set()
        self._poked.set()
        if self._thread.is_alive():
            self._thread.join()

    def run(self) -> None:
        """Publish until stopped. A database or broker that is away is asked again, ever more slowly."""
        failures, planned_at = 0, float("-inf")
        while not self._ending.is_set():
            try:
                if time.monotonic() >= planned_at + PLAN_SECONDS:
                    self._plan()
                    planned_at = time.monotonic()
                full = self.publish_due() == BATCH
                failures = 0
            except (BrokerError, DatabaseError, OSError) as error:
                failures, full = failures + 1, False
                log.warning("dispatcher.waits", failures=failures, error=f"{type(error).__name__}: {error}")
            if not full:
                self._poked.wait(min(POLL_SECONDS * 2**failures, LONGEST_PAUSE_SECONDS))
                self._poked.clear()

    def publish_due(self) -> int:
        """Publish one batch of due jobs; how many. One that could not be published is ready and unpublished again."""
        with transaction(self._sessions) as session:
            due = take_due(session, BATCH)
        try:
            self._publish(due)
        except (BrokerError, OSError):
            with transaction(self._sessions) as session:
                unpublish(session, [job_id for job_id, _ in due])
            raise
        return len(due)

    def _plan(self) -> None:
        with transaction(self._sessions) as session:
            free_expired(session, BATCH)
            schedule.plan(session, now())
