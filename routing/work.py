"""The words of work: states, channels, and the values that go into placing work and come out of it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

DESK: Final = "desk"
"""The queue of tier 1, which takes whatever nothing else places."""


class TaskState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    CLAIMED = "claimed"
    ON_HOLD = "on_hold"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class TicketState(StrEnum):
    OPEN = "open"
    WAITING_FOR_REQUESTER = "waiting_for_requester"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    PHONE = "phone"
    CHAT = "chat"
    WALK_IN = "walk_in"
    WEB = "web"
    EMAIL = "email"
    API = "api"


class ContactKind(StrEnum):
    FIRST = "first"
    RESPONSE = "response"
    REPEAT = "repeat"
    THANKS = "thanks"
    AUTOMATIC = "automatic"
    OTHER = "other"


class RepeatCause(StrEnum):
    CHASED = "chased"
    CORRECTED = "corrected"
    REOPENED = "reopened"
    ASKED_AGAIN = "asked_again"
    LOST_IN_HANDOFF = "lost_in_handoff"


class HoldReason(StrEnum):
    REQUESTER = "requester"
    VENDOR = "vendor"
    OTHER = "other"


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Moment:
    """A point in time told from another: `amount` units after `anchor` (before, if negative).

    `anchor` None is the instant the ask came in; a naive datetime is local time in the queue's calendar. `amount` is
    within 5,000 either way, as in the catalogue's grammar.
    `at` is the wall-clock time in that calendar's zone.
    """

    anchor: date | datetime | None
    amount: int
    unit: Unit
    at: time | None = None


@dataclass(frozen=True)
class Work:
    """One step that is to be done, before it is known where and when."""

    key: str
    title: str
    queue: str | None
    person: str | None
    needs: tuple[str, ...] = ()
    opens: Moment | None = None
    due: Moment | None = None
    confidential_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known about the ask as a whole, for rules to look at."""

    service_key: str | None
    location_key: str | None = None
    department: str | None = None
    priority: str = "normal"
    text: str = ""


@dataclass(frozen=True)
class Placement:
    """Where a work goes and by when. Instants are UTC; `why` is one plain sentence for each decision."""

    key: str
    queue: str | None
    person: str | None
    state: TaskState
    opens_at: datetime | None
    due_at: datetime | None
    needs: tuple[str, ...]
    why: tuple[str, ...]
