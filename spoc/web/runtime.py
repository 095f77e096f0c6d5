"""What the running program gives its pages: settings, sessions, a clock, and a nudge for the local dispatcher."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from spoc import clock, words
from spoc.settings import Settings


def no_dispatcher() -> None:
    """For a process that runs no dispatcher: the one elsewhere finds the job by itself."""


@dataclass(frozen=True)
class Runtime:
    """`poke` wakes the dispatcher in this process after a commit; work is never lost if nobody listens.

    `texts` is the folder of translations.
    """

    settings: Settings
    sessions: sessionmaker[Session]
    poke: Callable[[], None] = no_dispatcher
    clock: Callable[[], datetime] = clock.now
    texts: Path = words.FOLDER
