"""Local clocks: what the working segments of a date are in UTC, through changes of the clock.

An instant is working time if and only if the local clock then shows working time: an hour that the clock
repeats counts twice, an hour that it leaves out does not count.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from routing.errors import DateOutOfRange

Segments: TypeAlias = tuple[tuple[time, time], ...]
"""From, until, in order; an end of 00:00 is the end of the day."""
Spans: TypeAlias = tuple[tuple[datetime, datetime], ...]
"""From, until, in order, in UTC."""

YEARS: Final = range(1900, 2201)
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
# Local midnight lies between 14 hours before (Kiritimati) and 12 hours after (Baker Island) that of UTC.
_EARLIEST, _LATEST = timedelta(hours=-15), timedelta(hours=24 + 13)


def are_in_order(segments: Segments) -> bool:
    """Whether none is empty, ends before it starts or overlaps the next."""
    edges = [edge for start, end in segments for edge in (_past_midnight(start), _past_midnight(end) or _DAY)]
    return edges == sorted(edges) and all(start < end for start, end in zip(edges[::2], edges[1::2], strict=True))


# Shared by all calendars of a process, which are made anew for every request; 20,000 days are some 10 MB.
@lru_cache(maxsize=20_000)
def spans_on(zone: ZoneInfo, on: date, segments: Segments) -> Spans:
    """The working time of a local date: of each stretch of constant offset, what the segments cover."""
    midnight = datetime.combine(on, time(), UTC)
    return tuple(
        (start, end)
        for since, until, offset in _stretches(zone, midnight + _EARLIEST, midnight + _LATEST)
        for from_, to in segments
        if (start := max(since, midnight + _past_midnight(from_) - offset))
        < (end := min(until, midnight + (_past_midnight(to) or _DAY) - offset))
    )


def check_year(on: date) -> None:
    """Raises:
    DateOutOfRange: outside the years planned with.
    """
    if on.year not in YEARS:
        raise DateOutOfRange(on)


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
