"""Clocks as readers see them."""

from dataclasses import dataclass
from datetime import datetime

from routing.targets import Promise


@dataclass(frozen=True)
class Clock:
    """One promise. `queue` and `task` are titles, empty where it is about the whole ask."""

    kind: Promise
    queue: str
    task: str
    started_at: datetime
    due_at: datetime
    paused: bool
    ended_at: datetime | None
    met: bool
    missed_at: datetime | None


@dataclass(frozen=True)
class Deadline:
    """Of a task in its queue: by when, and whether that was missed."""

    due_at: datetime
    paused: bool
    missed: bool
