"""Promises and what becomes of them: pauses that move a due time, and when work is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.calendars import Calendar, add_working_time, working_time_between


def due_after_pause(due_at: datetime, paused_from: datetime, paused_to: datetime, calendar: Calendar) -> datetime:
    """The due time moved by the business time of the pause, to the microsecond, in UTC.

    A pause that begins when the work is late already mends nothing; one that ends before it began moves nothing.

    Raises:
        NoWorkingTime: the calendar has working time in the pause and none after it.
    """
    if paused_from > due_at:
        return due_at
    paused = working_time_between(calendar, paused_from, paused_to)
    return add_working_time(calendar, due_at, max(paused, timedelta()))


def is_late(due_at: datetime | None, now: datetime) -> bool:
    """Whether the due time has passed; what has none is never late, and the due instant itself is in time."""
    return due_at is not None and now > due_at


class Promise(StrEnum):
    """What is promised: a first answer by a person, the whole ask done, or one queue's share of it."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    QUEUE = "queue"


@dataclass(frozen=True)
class Target:
    """Working minutes for what it is about; None promises nothing.

    With a `queue` it is about that queue's tasks, whatever they are for, and `minutes` count from when each is ready.
    Else it is about asks of the `service` (None: any), and `response` and `minutes` count from the opening. `calendar`
    is the key of one; None is the queue's, or the organisation's.
    """

    minutes: int | None
    service: str | None = None
    priority: str | None = None
    queue: str | None = None
    response: int | None = None
    calendar: str | None = None

    @property
    def about(self) -> tuple[str, str, str]:
        """What no second target is about."""
        return self.queue or "", self.service or "", self.priority or ""


def target_of_ask(targets: Iterable[Target], service: str, priority: str) -> Target | None:
    """The nearest: for the service and its priority, the service, the priority, any."""
    fitting = [one for one in targets if one.queue is None and one.service in (None, service) and _is(one, priority)]
    return max(fitting, key=lambda one: (one.service is not None, one.priority is not None), default=None)


def target_of_task(targets: Iterable[Target], queue: str, priority: str) -> Target | None:
    """The nearest for a queue's task: for the priority, else for any."""
    fitting = [one for one in targets if one.queue == queue and _is(one, priority)]
    return max(fitting, key=lambda one: one.priority is not None, default=None)


def _is(target: Target, priority: str) -> bool:
    return target.priority in (None, priority)


@dataclass(frozen=True)
class Pause:
    """From when to when a clock stood still; None where it still does."""

    since: datetime
    until: datetime | None


def due_with_pauses(
    started_at: datetime,
    minutes: int,
    pauses: Iterable[Pause],
    calendar: Calendar,
    planned_at: datetime | None = None,
) -> tuple[datetime, bool]:
    """By when it is due, moved by each pause that is over, and whether it stands still now, in time.

    `planned_at` is what the plan puts off to a day that was asked for, such as a first day: nothing is due before.
    Pauses are in order. One that begins when it is late mends nothing: the clock does not stand still for it.

    Raises:
        NoWorkingTime, DateOutOfRange: the calendar has no such instant.
    """
    due_at = add_working_time(calendar, started_at, timedelta(minutes=minutes))
    due_at = max(due_at, planned_at or due_at)
    for pause in pauses:
        if pause.until is None:
            return due_at, pause.since <= due_at
        due_at = due_after_pause(due_at, pause.since, pause.until, calendar)
    return due_at, False


def missed_at(due_at: datetime, ended_at: datetime | None, now: datetime, *, paused: bool) -> datetime | None:
    """When the promise was broken; None where it was kept, may still be, or stands still in time."""
    if ended_at is None and paused:
        return None
    return due_at if is_late(due_at, ended_at or now) else None
