"""Escalation ladders: who is told of a promise that is about to be broken, or was, and when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from routing.calendars import Calendar, add_working_minutes, local_instant
from routing.errors import RoutingError
from routing.targets import Promise


class Whom(StrEnum):
    BACKUP = "backup"
    LEAD = "lead"
    OWNER = "owner"


@dataclass(frozen=True)
class Rung:
    """`minutes` of working time after the deadline of the promise, before it if negative. None matches anything."""

    promise: Promise
    minutes: int
    whom: Whom
    service: str | None = None
    priority: str | None = None
    queue: str | None = None

    @property
    def key(self) -> str:
        """What no second rung of a ladder has, and what is remembered of a promise that it was reached."""
        conditions = (self.service or "", self.priority or "", self.queue or "")
        return ":".join((self.promise.value, str(self.minutes), self.whom.value, *conditions))


@dataclass(frozen=True)
class Quiet:
    """Hours of each day, on the calendar's clock, in which nobody is told; past midnight where it ends earlier."""

    since: time
    until: time


@dataclass(frozen=True)
class Running:
    """A promise that is neither kept nor ended, with what rungs look at; `queue` is where the work stands."""

    promise: Promise
    due_at: datetime
    service: str
    priority: str
    queue: str | None


def reached(
    rungs: Iterable[Rung],
    running: Running,
    done: Collection[str],
    calendar: Calendar,
    quiet: Quiet | None,
    now: datetime,
) -> tuple[tuple[Rung, datetime], ...]:
    """The rungs whose instant has come and that were not reached before, in the order of their instants.

    What the calendar cannot reckon is never reached.
    """
    found = [
        (rung, at)
        for rung in rungs
        if rung.key not in done and _is_about(rung, running)
        if (at := rung_at(rung, running.due_at, calendar, quiet)) is not None and at <= now
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1], pair[0].key)))


def rung_at(rung: Rung, due_at: datetime, calendar: Calendar, quiet: Quiet | None) -> datetime | None:
    """When it is reached, in UTC: never in quiet hours, but when they end. None where it cannot be reckoned."""
    try:
        return after_quiet(add_working_minutes(calendar, due_at, rung.minutes), calendar, quiet)
    except RoutingError:
        return None


def after_quiet(at: datetime, calendar: Calendar, quiet: Quiet | None) -> datetime:
    """The instant, or the end of the quiet hours it lies in."""
    if quiet is None or quiet.since == quiet.until:
        return at
    local = at.astimezone(calendar.zone)
    clock, over_midnight = local.time(), quiet.until < quiet.since
    if over_midnight and clock >= quiet.since:
        return local_instant(calendar, local.date() + timedelta(days=1), quiet.until)
    if (over_midnight and clock < quiet.until) or (not over_midnight and quiet.since <= clock < quiet.until):
        return local_instant(calendar, local.date(), quiet.until)
    return at


def _is_about(rung: Rung, running: Running) -> bool:
    wanted = (rung.service, rung.priority, rung.queue)
    given = (running.service, running.priority, running.queue)
    return rung.promise is running.promise and all(
        want in (None, fact) for want, fact in zip(wanted, given, strict=True)
    )
