"""Free times of a queue or a person: its working time, without absences and without what is booked already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from routing.absence import Absence
from routing.calendars import Calendar, working_spans
from routing.clocks import Spans
from routing.moments import opening
from routing.work import Moment, Unit

FARTHEST: Final = timedelta(days=92)
"""Times are offered no farther ahead than this, whenever the step is due."""

_DAY: Final = timedelta(days=1)
_CLOCK_UNITS: Final = frozenset({Unit.MINUTES, Unit.HOURS, Unit.WORKING_MINUTES, Unit.WORKING_HOURS})


@dataclass(frozen=True)
class Window:
    """An appointment begins at `from_at` at the earliest and is over at `until_at`."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class Bounds:
    """An appointment that was asked for at `asked_at` lies not before it opens, nor before its `earliest`, and is over
    when it is due.
    """

    asked_at: datetime
    opens_at: datetime | None = None
    earliest: Moment | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """How long one takes, how far apart the beginnings are, how many may meet at once, and which kind it is."""

    length: timedelta
    every: timedelta
    at_once: int
    kind: str


@dataclass(frozen=True)
class Hosts:
    """Whom one meets: any of `people`, who each hold one at a time; or, with `is_one`, the one who is all of them.

    One person may hold an appointment with several at once, if they begin and end together.
    """

    people: frozenset[int]
    absences: tuple[Absence, ...] = ()
    is_one: bool = False

    def present(self, on: date) -> int:
        """How many of them are there that day."""
        away = {one.person_id for one in self.absences if one.from_on <= on <= one.until_on}
        return len(self.people - away)


@dataclass(frozen=True)
class Booked:
    """A time that is taken, by an appointment of that kind. One `host_id` may hold several of a kind together."""

    starts_at: datetime
    ends_at: datetime
    kind: str
    host_id: int | None = None

    @property
    def is_when(self) -> tuple[datetime, datetime, str]:
        return self.starts_at, self.ends_at, self.kind


@dataclass(frozen=True)
class Slot:
    """A time that can be booked; `places` are left. Instants are UTC."""

    starts_at: datetime
    ends_at: datetime
    places: int


def window(calendar: Calendar, now: datetime, notice: tuple[int, Unit], bounds: Bounds) -> Window:
    """From when to when an appointment may lie: after the notice, and within its bounds.

    Raises:
        DateOutOfRange: the notice or its earliest lies outside the years planned with.
        NoWorkingTime: one of them is counted in working time, of which there is none.
    """
    earliest = bounds.earliest and opening(bounds.earliest, calendar, bounds.asked_at)
    from_at = max(_after(calendar, now, *notice), bounds.opens_at or now, earliest or now)
    until_at = min(bounds.due_at or from_at + FARTHEST, from_at + FARTHEST)
    return Window(from_at, max(from_at, until_at))


def _after(calendar: Calendar, now: datetime, amount: int, unit: Unit) -> datetime:
    """So much later; days at the same time of day."""
    at = None if unit in _CLOCK_UNITS else now.astimezone(calendar.zone).time().replace(tzinfo=None, microsecond=0)
    return opening(Moment(now, amount, unit, at), calendar, now)


def free_slots(
    calendar: Calendar, within: Window, terms: Terms, hosts: Hosts, booked: Sequence[Booked]
) -> Iterator[Slot]:
    """What can be booked, in order. A slot lies within one day's unbroken working time, on that day's own clock."""
    for slot in _on_grid(calendar, within, terms):
        present = hosts.present(slot.starts_at.astimezone(calendar.zone).date())
        over = [one for one in booked if one.starts_at < slot.ends_at and slot.starts_at < one.ends_at]
        places = _places(slot, terms, over, present, is_one=hosts.is_one)
        if places > 0:
            yield Slot(slot.starts_at, slot.ends_at, places)


def fits_anywhere(calendar: Calendar, within: Window, terms: Terms) -> bool:
    """Whether any time would be free if nobody were away and nothing booked."""
    return next(_on_grid(calendar, within, terms), None) is not None


def works_within(calendar: Calendar, within: Window) -> bool:
    """Whether anybody works at all between the two."""
    return any(
        start < within.until_at and within.from_at < end
        for on in _days(calendar, within)
        for start, end in working_spans(calendar, on)
    )


def holds(calendar: Calendar, hosts: Hosts, before: Sequence[Booked], one: Booked) -> bool:
    """Whether somebody is still there for an appointment, when those that were booked `before` it are served first."""
    present = hosts.present(one.starts_at.astimezone(calendar.zone).date())
    if hosts.is_one or present == 0:
        return present > 0
    return _peak(one.starts_at, one.ends_at, _held(before)) < present


def _on_grid(calendar: Calendar, within: Window, terms: Terms) -> Iterator[Slot]:
    for on in _days(calendar, within):
        for start, end in _joined(working_spans(calendar, on)):
            begins = start
            while begins + terms.length <= end:
                if within.from_at <= begins and begins + terms.length <= within.until_at:
                    yield Slot(begins, begins + terms.length, terms.at_once)
                begins += terms.every


def _days(calendar: Calendar, within: Window) -> Iterator[date]:
    on, last = (at.astimezone(calendar.zone).date() for at in (within.from_at, within.until_at))
    while on <= last:
        yield on
        on += _DAY


def _joined(spans: Spans) -> Spans:
    """Without seams: a change of the clock parts a segment into two that touch."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _places(slot: Slot, terms: Terms, over: Sequence[Booked], present: int, *, is_one: bool) -> int:
    if present == 0:
        return 0
    if is_one:
        same = (slot.starts_at, slot.ends_at, terms.kind)
        return terms.at_once - len(over) if all(one.is_when == same for one in over) else 0
    of_kind = [one for one in over if one.kind == terms.kind]
    at = (slot.starts_at, slot.ends_at)
    return min(present - _peak(*at, _held(over)), terms.at_once - _peak(*at, of_kind))


def _held(booked: Sequence[Booked]) -> list[Booked]:
    """Once each that takes up a person: what one host holds with several people together is one."""
    together = dict.fromkeys(one for one in booked if one.host_id is not None)
    return [*together, *(one for one in booked if one.host_id is None)]


def _peak(start: datetime, end: datetime, booked: Sequence[Booked]) -> int:
    """The most of them that are held at the same time between the two."""
    edges = {start, *(one.starts_at for one in booked if start < one.starts_at < end)}
    return max(sum(one.starts_at <= at < one.ends_at for one in booked) for at in edges)
