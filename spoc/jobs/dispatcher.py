"""Carries the ids of due jobs from the job table to the broker, after their transaction was committed.

It looks at the table every half second, at once when poked. Any number may run, anywhere.
"""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from kombu.exceptions import KombuError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from spoc.clock import now
from spoc.db.queueing import free_expired, take_due, unpublish
from spoc.db.session import transaction
from spoc.jobs import schedule
from spoc.log import told

POLL_SECONDS = 0.5
PLAN_SECONDS = 15
LONGEST_PAUSE_SECONDS = 10
MOST_DOUBLINGS = 10
BATCH = 100

AWAY = (KombuError, SQLAlchemyError, OSError)
"""What a broker or database says that is away, full, or refuses: it is asked again."""

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
        """Publish until stopped. After a failure, whatever it is, it goes on, ever more slowly."""
        failures, planned_at = 0, float("-inf")
        while not self._ending.is_set():
            try:
                if time.monotonic() >= planned_at + PLAN_SECONDS:
                    self._plan()
                    planned_at = time.monotonic()
                full = self.publish_due() == BATCH
                failures = 0
            except AWAY as error:
                failures, full = failures + 1, False
                log.warning("dispatcher.waits", failures=failures, error=told(error))
            except Exception:  # the outermost edge: without this thread no job ever runs again
                failures, full = failures + 1, False
                log.exception("dispatcher.failed", failures=failures)
            if not full:
                self._poked.wait(min(POLL_SECONDS * 2 ** min(failures, MOST_DOUBLINGS), LONGEST_PAUSE_SECONDS))
                self._poked.clear()

    def publish_due(self) -> int:
        """Publish one batch of due jobs; how many. One that could not be published is ready and unpublished again."""
        with transaction(self._sessions) as session:
            due = take_due(session, BATCH)
        published = False
        try:
            self._publish(due)
            published = True
        finally:
            if not published:
                with transaction(self._sessions) as session:
                    unpublish(session, [job_id for job_id, _ in due])
        return len(due)

    def _plan(self) -> None:
        with transaction(self._sessions) as session:
            free_expired(session, BATCH)
            schedule.plan(session, now())
