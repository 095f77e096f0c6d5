"""When a schedule comes due: from the days that its rule names to instants, past days off and changes of the clock."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from routing.calendars import Calendar, is_working_day

Days: TypeAlias = Callable[[date], Iterable[date]]
"""The days that a rule names, in order, none before the one it is given."""

FARTHEST: Final = timedelta(days=31)
"""A day off moves no farther than this: where nobody works for a month, the day stays as it is."""
MOST_LOOKED_AT: Final = 1_000
"""Days of a rule that are tried for its next instants: a rule that always hits a day off has none."""
_DAY: Final = timedelta(days=1)
_MARGIN: Final = FARTHEST + 2 * _DAY  # the day of an instant differs by one at most between UTC and a zone


class DayOff(StrEnum):
    NEXT = "next"
    PREVIOUS = "previous"
    SKIP = "skip"
    KEEP = "keep"


@dataclass(frozen=True)
class Cycle:
    """`at` is the wall clock's time in `zone`; `calendar` knows which days are off."""

    days: Days
    at: time
    zone: ZoneInfo
    calendar: Calendar
    day_off: DayOff


def due_between(cycle: Cycle, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """The instants later than `after` and no later than `until`, in UTC and in order; each once.

    Days that a day off moves to the same day are one instant. A time that the clock leaves out moves on by what is
    left out; of a time that occurs twice it is the first.
    """
    last = until.astimezone(UTC).date() + _MARGIN
    days = takewhile(lambda day: day <= last, cycle.days(after.astimezone(UTC).date() - _MARGIN))
    return tuple(at for at in _instants(cycle, days) if after < at <= until)


def next_after(cycle: Cycle, after: datetime, most: int) -> tuple[datetime, ...]:
    """The next `most` instants later than `after`, as `due_between`; fewer where the rule ends."""
    days = islice(cycle.days(after.astimezone(UTC).date() - _MARGIN), MOST_LOOKED_AT)
    return tuple(islice((at for at in _instants(cycle, days) if at > after), most))


def _instants(cycle: Cycle, days: Iterable[date]) -> Iterator[datetime]:
    last: datetime | None = None
    for day in days:
        moved = _moved(cycle, day)
        at = datetime.combine(moved, cycle.at, cycle.zone).astimezone(UTC) if moved else None
        if at is not None and (last is None or at > last):
            yield at
            last = at


def _moved(cycle: Cycle, day: date) -> date | None:
    """The day on which it comes; None if it is skipped."""
    if cycle.day_off is DayOff.KEEP or is_working_day(cycle.calendar, day):
        return day
    if cycle.day_off is DayOff.SKIP:
        return None
    step = _DAY if cycle.day_off is DayOff.NEXT else -_DAY
    tried = (day + number * step for number in range(1, FARTHEST.days + 1))
    return next((one for one in tried if is_working_day(cycle.calendar, one)), day)
