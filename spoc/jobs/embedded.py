"""A Celery worker and a dispatcher inside this process: what `spoc up` runs when there is no broker."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery import Celery
from celery.concurrency.thread import TaskPool
from celery.worker import WorkController

from routing.phrase import marked
from spoc.db.queueing import unpublish
from spoc.db.session import transaction
from spoc.errors import Unavailable
from spoc.jobs.app import make_app
from spoc.jobs.dispatcher import Dispatcher
from spoc.jobs.publish import publisher
from spoc.jobs.tools import Tools

THREADS = 4
START_SECONDS = 20


class OwnThreads(TaskPool):  # type: ignore[misc]  # Celery has no types
    """Threads that look for tasks in their own worker's application, not in the one that is the process's default."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.executor = ThreadPoolExecutor(self.limit, "worker", self.app.set_current)


@dataclass(frozen=True)
class Embedded:
    """A running worker and its dispatcher."""

    dispatcher: Dispatcher
    worker: WorkController
    thread: threading.Thread

    def stop(self) -> None:
        """Publish nothing more, finish the jobs that run, and end both threads."""
        self.dispatcher.stop()
        self.worker.stop()
        self.thread.join()


def start(tools: Tools) -> Embedded:
    """Start both. What an earlier process had published lay in its memory only, so it is published again.

    Raises:
        Unavailable: the worker did not come up.
    """
    with transaction(tools.sessions) as session:
        unpublish(session)
    app = make_app(tools.settings, lambda: tools)
    worker, thread = _start_worker(app)
    dispatcher = Dispatcher(tools.sessions, publisher(app))
    dispatcher.start()
    return Embedded(dispatcher, worker, thread)


def _start_worker(app: Celery) -> tuple[WorkController, threading.Thread]:
    up = threading.Event()
    worker = WorkController(
        app=app,
        hostname="embedded@localhost",
        pool_cls=OwnThreads,
        concurrency=THREADS,
        prefetch_multiplier=2,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        ready_callback=lambda _consumer: up.set(),
        loglevel="WARNING",
    )
    thread = threading.Thread(target=worker.start, name="worker", daemon=True)
    thread.start()
    if not up.wait(START_SECONDS):
        with suppress(RuntimeError):
            worker.stop()
        raise Unavailable(marked("The job worker inside this process did not start."))
    return worker, thread
