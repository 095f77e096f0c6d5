"""Jobs while a command runs: worker and dispatcher in this process, or only the dispatcher where there is a broker."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, sessionmaker

from routing.phrase import marked
from spoc.db.queueing import enqueue, is_done
from spoc.db.session import transaction
from spoc.errors import Unavailable
from spoc.jobs import embedded
from spoc.jobs.app import is_in_process, make_app
from spoc.jobs.dispatcher import Dispatcher
from spoc.jobs.publish import publisher
from spoc.jobs.tools import Tools

CANARY_SECONDS = 20
LOOK_SECONDS = 0.05


@contextmanager
def working(tools: Tools) -> Iterator[Callable[[], None]]:
    """Gives the function that wakes the dispatcher.

    Raises:
        Unavailable: the worker in this process does not bring a first job back.
    """
    if not is_in_process(tools.settings.broker_url):
        with dispatching(tools) as dispatcher:
            yield dispatcher.poke
        return
    running = embedded.start(tools)
    try:
        _await_canary(tools.sessions, running.dispatcher.poke)
        yield running.dispatcher.poke
    finally:
        running.stop()


@contextmanager
def dispatching(tools: Tools) -> Iterator[Dispatcher]:
    """A dispatcher to the broker of the settings, in a thread."""
    dispatcher = Dispatcher(tools.sessions, publisher(make_app(tools.settings, lambda: tools)))
    dispatcher.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()


def _await_canary(sessions: sessionmaker[Session], poke: Callable[[], None]) -> None:
    with transaction(sessions) as session:
        canary = enqueue(session, "canary", {})
    poke()
    until = time.monotonic() + CANARY_SECONDS
    while time.monotonic() < until:
        with transaction(sessions) as session:
            if is_done(session, canary):
                return
        time.sleep(LOOK_SECONDS)
    raise Unavailable(marked("The job worker inside this process does not bring its first job back."))
