"""The words of work: states, channels, and the values that go into placing work and come out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final, Literal, TypeAlias, get_args

from routing.why import Why

DESK: Final = "desk"
"""The queue of tier 1, which takes whatever nothing else places."""

PRIORITIES: Final = ("low", "normal", "high", "urgent")
"""From the least to the most pressing."""


class TaskState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    CLAIMED = "claimed"
    ON_HOLD = "on_hold"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class TaskKind(StrEnum):
    """What a task asks of its people. Only a plain task is done by working on it; a form is done by its answers."""

    TASK = "task"
    APPROVAL = "approval"
    FORM = "form"
    MESSAGE = "message"
    APPOINTMENT = "appointment"
    CALL = "call"


ASSIGNED: Final = frozenset({TaskKind.TASK, TaskKind.FORM})
"""Kinds of task that assignment offers to the people of a queue."""

BY_ITSELF: Final = frozenset({TaskKind.MESSAGE, TaskKind.CALL})
"""Kinds that nobody works on: they are done without people, or become another kind for them."""

FINDS_ITS_PEOPLE: Final = frozenset({TaskKind.APPROVAL})
"""Kinds that are placed with nobody: who is asked is found when it is their turn."""


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
    SCHEDULE = "schedule"


ContactChannel: TypeAlias = Literal[
    Channel.PHONE, Channel.CHAT, Channel.WALK_IN, Channel.WEB, Channel.EMAIL, Channel.API
]
CONTACT_CHANNELS: Final[tuple[Channel, ...]] = get_args(ContactChannel)
"""Those on which somebody is in touch. A schedule asks for something and is no contact."""


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


class LeftOutAs(StrEnum):
    """Why an ask counts in no figure: as somebody says of it, or by rule since it was made or taken back."""

    SPAM = "spam"
    TEST = "test"
    DUPLICATE = "duplicate"
    OWN = "own"
    CANCELLED = "cancelled"
    SCHEDULED = "scheduled"


Said: TypeAlias = Literal[LeftOutAs.SPAM, LeftOutAs.TEST, LeftOutAs.DUPLICATE]
SAID: Final[tuple[Said, ...]] = get_args(Said)
"""What people say of an ask, and take back."""


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
    """One step that is to be done, before it is known where and when.

    `step` is what rules call it where that is not its key: a step that is done for each row has a key for each.
    With `due_to_come` it has a due date as soon as somebody answers, and none until then.
    """

    key: str
    title: str
    queue: str | None
    person: str | None
    needs: tuple[str, ...] = ()
    opens: Moment | None = None
    due: Moment | None = None
    confidential_to: tuple[str, ...] = ()
    secret: bool = False
    kind: TaskKind = TaskKind.TASK
    step: str = ""
    due_to_come: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known about the ask as a whole, for rules to look at.

    `labels` are those found in its text, each with the phrase that was found; `manager` is a mail address.
    """

    service_key: str | None
    location_key: str | None = None
    department: str | None = None
    priority: str = "normal"
    job_title: str | None = None
    employment: str | None = None
    manager: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Placement:
    """Where a work goes and by when; to neither queue nor person, if it finds its people itself.

    Instants are UTC; `why` has one reason for each decision. With `is_undated` the due date hangs on an answer that is
    still to come, its own or that of a need.
    """

    key: str
    queue: str | None
    person: str | None
    state: TaskState
    opens_at: datetime | None
    due_at: datetime | None
    needs: tuple[str, ...]
    why: tuple[Why, ...]
    is_undated: bool = False
