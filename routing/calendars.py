"""Working time: when a queue works, and sums with it, made in UTC so that they stay exact when clocks change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from routing.clocks import Segments, Spans, are_in_order, check_year, spans_on
from routing.errors import InvalidCalendar, NoWorkingTime
from routing.phrase import Phrase

_IDLE_DAYS = 800  # the search gives up after this many days in a row without work: over two years
_DAY = timedelta(days=1)


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
    _worked_out: dict[date, Spans] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:  # noqa: PLR2004 - days
            raise InvalidCalendar(self.key, Phrase("a week has seven days"))
        for segments in (*self.week, *self.exceptions.values()):
            if not are_in_order(segments):
                raise InvalidCalendar(self.key, Phrase("the segments of a day are empty, overlap or are out of order"))
        if not _is_known(self.country, self.region):
            raise InvalidCalendar(
                self.key,
                Phrase(
                    "no public holidays are known for %(country)s, region %(region)s",
                    {"country": self.country, "region": self.region},
                ),
            )


def usual_hours(zone: ZoneInfo) -> Calendar:
    """The working time of whoever has set none: Monday to Friday, 09:00 to 17:30."""
    day = ((time(9), time(17, 30)),)
    return Calendar(key="", zone=zone, week=(day,) * 5 + ((),) * 2)


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
    return bool(working_spans(calendar, on))


def first_working_instant(calendar: Calendar, on: date) -> datetime | None:
    """When work begins that day, in UTC; None on a day without work."""
    spans = working_spans(calendar, on)
    return spans[0][0] if spans else None


def last_working_instant(calendar: Calendar, on: date) -> datetime | None:
    """When work ends that day, in UTC; None on a day without work."""
    spans = working_spans(calendar, on)
    return spans[-1][1] if spans else None


def local_instant(calendar: Calendar, on: date, at: time) -> datetime:
    """The instant of a wall-clock time, in UTC.

    Of a time that occurs twice, the first; a time that the clock leaves out moves on by what is left out.

    Raises:
        DateOutOfRange: the date lies outside the years planned with.
    """
    check_year(on)
    return datetime.combine(on, at, calendar.zone).astimezone(UTC)


def add_working_days(calendar: Calendar, on: date, n: int) -> date:
    """The n-th working day after the date, or before it if n is negative; 0 is the same day, working or not.

    Raises:
        NoWorkingTime: there are not that many.
        DateOutOfRange: they lie outside the years planned with.
    """
    check_year(on)
    left, idle, step = abs(n), 0, _DAY if n > 0 else -_DAY
    while left and idle < _IDLE_DAYS:
        on += step
        works = is_working_day(calendar, on)
        left, idle = (left - 1, 0) if works else (left, idle + 1)
    if left:
        raise NoWorkingTime(calendar.key)
    return on


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
    a, b = _utc(a), _utc(b)  # first: within one zone Python compares wall clocks, wrong in the repeated hour
    if b < a:
        return -working_time_between(calendar, b, a)
    first, last = _local_date(calendar, a), _local_date(calendar, b)
    spans = (span for n in range((last - first).days + 1) for span in working_spans(calendar, first + n * _DAY))
    return sum((max(min(end, b) - max(start, a), timedelta()) for start, end in spans), timedelta())


def working_days_between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """Working days after the date of a until that of b, on the calendar's clock; negative if b is before a.

    Raises:
        DateOutOfRange: a or b lies outside the years planned with.
    """
    first, last = sorted((_local_date(calendar, _utc(a)), _local_date(calendar, _utc(b))))
    found = sum(is_working_day(calendar, first + n * _DAY) for n in range(1, (last - first).days + 1))
    return found if _utc(a) <= _utc(b) else -found


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
        spans = working_spans(calendar, on)
        idle = 0 if spans else idle + 1
        if spans:
            yield on, spans
        on += step * _DAY


def working_spans(calendar: Calendar, on: date) -> Spans:
    """When work is done on that local date.

    Raises:
        DateOutOfRange: outside the years planned with.
    """
    known = calendar._worked_out  # noqa: SLF001 - the steps of a plan ask for the same days again and again
    if on not in known:
        check_year(on)
        segments = _segments(calendar, on)
        known[on] = spans_on(calendar.zone, on, segments) if segments else ()
    return known[on]


def _segments(calendar: Calendar, on: date) -> Segments:
    if on in calendar.exceptions:
        return calendar.exceptions[on]
    if calendar.country and on in public_holidays(calendar.country, calendar.region, on.year):
        return ()
    return calendar.week[on.weekday()]


def _local_date(calendar: Calendar, at: datetime) -> date:
    return at.astimezone(calendar.zone).date()


def _utc(at: datetime) -> datetime:
    check_year(at)
    return at.astimezone(UTC)
