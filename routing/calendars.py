"""Working time: when a queue works, and arithmetic with it that stays exact when clocks change.

An instant is working time if and only if the calendar's local clock then shows working time. All sums are
made in UTC: an hour that the clock repeats counts twice, an hour that it leaves out does not count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import holidays

from routing.errors import DateOutOfRange, InvalidCalendar, NoWorkingTime

Segment: TypeAlias = tuple[time, time]
"""From, until; an end of 00:00 is the end of the day."""
Segments: TypeAlias = tuple[Segment, ...]
Spans: TypeAlias = tuple[tuple[datetime, datetime], ...]
"""UTC, in order."""

YEARS: Final = range(1900, 2201)
_IDLE_DAYS = 800  # the search gives up after this many days in a row without work: over two years
_KEPT_DAYS = 5_000  # spans remembered per calendar: over thirteen years
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
# Local midnight lies between 14 hours before (Kiritimati) and 12 hours after (Baker Island) that of UTC.
_EARLIEST, _LATEST = timedelta(hours=-15), timedelta(hours=24 + 13)


@dataclass(frozen=True)
class Calendar:
    """When a queue works.

    `week` is Monday first, several segments a day in order. `exceptions` replaces single dates and stands above
    public holidays of `country` (ISO 3166-1) and `region`, which are free otherwise.

    Raises:
        InvalidCalendar: not seven days, segments out of order, unknown country or region.
    """

    key: str
    zone: ZoneInfo
    week: tuple[Segments, ...]
    country: str | None = None
    region: str | None = None
    exceptions: Mapping[date, Segments] = field(default_factory=dict)
    remembered: dict[date, Spans] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:  # noqa: PLR2004 - days
            raise InvalidCalendar(self.key, "a week has seven days")
        for segments in (*self.week, *self.exceptions.values()):
            _check(self.key, segments)
        if not _is_known(self.country, self.region):
            raise InvalidCalendar(self.key, f"no public holidays are known for {self.country}, region {self.region}")


def _check(key: str, segments: Segments) -> None:
    edges = [edge for start, end in segments for edge in (_past_midnight(start), _past_midnight(end) or _DAY)]
    if edges != sorted(edges) or any(start == end for start, end in zip(edges[::2], edges[1::2], strict=True)):
        raise InvalidCalendar(key, "the segments of a day are empty, overlap or are out of order")


def _is_known(country: str | None, region: str | None) -> bool:
    if country is None:
        return region is None
    try:
        public_holidays(country, region, 2026)
    except NotImplementedError:  # how the library says that it does not know a country or region
        return False
    return True


@cache
def public_holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year, expand=False))


def is_working_day(calendar: Calendar, on: date) -> bool:
    return bool(_spans_of(calendar, on))


def first_working_instant(calendar: Calendar, on: date) -> datetime | None:
    """When work begins that day, in UTC; None on a day without work."""
    spans = _spans_of(calendar, on)
    return spans[0][0] if spans else None


def last_working_instant(calendar: Calendar, on: date) -> datetime | None:
    """When work ends that day, in UTC; None on a day without work."""
    spans = _spans_of(calendar, on)
    return spans[-1][1] if spans else None


def local_instant(calendar: Calendar, on: date, at: time) -> datetime:
    """The instant of a wall-clock time, in UTC.

    Of a time that occurs twice, the first; a time that the clock leaves out moves on by what is left out.

    Raises:
        DateOutOfRange: the date lies outside the years planned with.
    """
    _check_year(on)
    return datetime.combine(on, at, calendar.zone).astimezone(UTC)


def add_working_days(calendar: Calendar, on: date, n: int) -> date:
    """The n-th working day after the date, or before it if n is negative; 0 is the same day, working or not.

    Raises:
        NoWorkingTime: there are not that many.
        DateOutOfRange: they lie outside the years planned with.
    """
    if n == 0:
        return on
    others = (day for day, _ in _work_from(calendar, on, 1 if n > 0 else -1) if day != on)
    found = next(islice(others, abs(n) - 1, None), None)
    if found is None:
        raise NoWorkingTime(calendar.key)
    return found


def add_working_minutes(calendar: Calendar, at: datetime, minutes: int) -> datetime:
    """The earliest instant with so many working minutes since `at`; if negative, the latest with so many until it.

    In UTC. Nothing to add gives `at` itself, working time or not.

    Raises:
        NoWorkingTime: there are not that many.
        DateOutOfRange: they lie outside the years planned with.
    """
    return add_working_time(calendar, at, timedelta(minutes=minutes))


def add_working_time(calendar: Calendar, at: datetime, length: timedelta) -> datetime:
    """As `add_working_minutes`, to the microsecond."""
    at = _utc(at)
    if not length:
        return at
    return _later(calendar, at, length) if length > timedelta() else _earlier(calendar, at, -length)


def working_minutes_between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """Whole working minutes from a to b; negative if b is before a."""
    length = working_time_between(calendar, a, b)
    minutes = abs(length) // timedelta(minutes=1)
    return minutes if length >= timedelta() else -minutes


def working_time_between(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """Working time from a to b; negative if b is before a, none where nobody ever works.

    Raises:
        DateOutOfRange: a or b lies outside the years planned with.
    """
    if b < a:
        return -working_time_between(calendar, b, a)
    a, b = _utc(a), _utc(b)
    first, last = _local_date(calendar, a), _local_date(calendar, b)
    spans = (span for n in range((last - first).days + 1) for span in _spans_of(calendar, first + n * _DAY))
    return sum((max(min(end, b) - max(start, a), timedelta()) for start, end in spans), timedelta())


def _later(calendar: Calendar, at: datetime, left: timedelta) -> datetime:
    for _, spans in _work_from(calendar, _local_date(calendar, at), 1):
        for start, end in spans:
            begin = max(start, at)
            if end - begin >= left:
                return begin + left
            left -= max(end - begin, timedelta())
    raise NoWorkingTime(calendar.key)


def _earlier(calendar: Calendar, at: datetime, left: timedelta) -> datetime:
    for _, spans in _work_from(calendar, _local_date(calendar, at), -1):
        for start, end in reversed(spans):
            finish = min(end, at)
            if finish - start >= left:
                return finish - left
            left -= max(finish - start, timedelta())
    raise NoWorkingTime(calendar.key)


def _work_from(calendar: Calendar, on: date, step: int) -> Iterator[tuple[date, Spans]]:
    """Working days with their spans, from the date on; ends where nobody works for too long."""
    idle = 0
    while idle < _IDLE_DAYS:
        spans = _spans_of(calendar, on)
        idle = 0 if spans else idle + 1
        if spans:
            yield on, spans
        on += step * _DAY


def _spans_of(calendar: Calendar, on: date) -> Spans:
    known = calendar.remembered.get(on)
    if known is None:
        if len(calendar.remembered) >= _KEPT_DAYS:
            calendar.remembered.clear()
        known = calendar.remembered[on] = _spans(calendar, on)
    return known


def _spans(calendar: Calendar, on: date) -> Spans:
    """The working time of a local date in UTC: for each stretch of constant offset, what of it the segments cover."""
    _check_year(on)
    segments = _segments(calendar, on)
    if not segments:
        return ()
    midnight = datetime.combine(on, time(), UTC)
    return tuple(
        (start, end)
        for since, until, offset in _stretches(calendar.zone, midnight + _EARLIEST, midnight + _LATEST)
        for from_, to in segments
        if (start := max(since, midnight + _past_midnight(from_) - offset))
        < (end := min(until, midnight + (_past_midnight(to) or _DAY) - offset))
    )


def _segments(calendar: Calendar, on: date) -> Segments:
    if on in calendar.exceptions:
        return calendar.exceptions[on]
    if calendar.country and on in public_holidays(calendar.country, calendar.region, on.year):
        return ()
    return calendar.week[on.weekday()]


def _stretches(zone: ZoneInfo, since: datetime, until: datetime) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Parts of constant UTC offset; no zone changes its clock twice within the two days asked for here."""
    before, after = _offset(zone, since), _offset(zone, until)
    if before == after:
        return ((since, until, before),)
    low, high = since, until
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return ((since, high, before), (high, until, after))


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _past_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


def _local_date(calendar: Calendar, at: datetime) -> date:
    return at.astimezone(calendar.zone).date()


def _utc(at: datetime) -> datetime:
    _check_year(at)
    return at.astimezone(UTC)


def _check_year(on: date) -> None:
    if on.year not in YEARS:
        raise DateOutOfRange(on)
