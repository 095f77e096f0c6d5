"""Calendars and instants for the properties of routing, most of them near a change of the clock."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from routing.calendars import Calendar, public_holidays

BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
ZONES = (BERLIN, NEW_YORK, LORD_HOWE, ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC"))
CLOCK_CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin, on
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin, back
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York, on
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York, back
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, back by half an hour
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),  # Lord Howe, on by half an hour
    datetime(2026, 4, 23, 22, tzinfo=UTC),  # Cairo, on at midnight
    datetime(2026, 12, 31, 23, tzinfo=UTC),
)
MINUTE = timedelta(minutes=1)

Segments = tuple[tuple[time, time], ...]


def office(
    zone: ZoneInfo = BERLIN,
    *,
    start: int = 9,
    end: int = 17,
    country: str | None = None,
    region: str | None = None,
    exceptions: Mapping[date, Segments] | None = None,
) -> Calendar:
    """Monday to Friday, from one full hour to another."""
    week = (((time(start), time(end)),),) * 5 + ((), ())
    return Calendar("office", zone, week, country, region, exceptions or {})


def always(segments: Segments, zone: ZoneInfo = BERLIN) -> Calendar:
    return Calendar("always", zone, (segments,) * 7)


def is_working(calendar: Calendar, at: datetime) -> bool:
    """The oracle: look at the local clock, nothing else."""
    local = at.astimezone(calendar.zone)
    segments = calendar.exceptions.get(local.date())
    if segments is None:
        free = public_holidays(calendar.country, calendar.region, local.year) if calendar.country else frozenset()
        segments = () if local.date() in free else calendar.week[local.weekday()]
    return any(start <= local.time() and (end == time() or local.time() < end) for start, end in segments)


def minutes_between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """The slow way: every minute is looked at."""
    return sum(is_working(calendar, a + n * MINUTE) for n in range((b - a) // MINUTE))


@st.composite
def days(draw: st.DrawFn) -> Segments:
    edges = draw(st.lists(st.integers(0, 96).map(lambda n: n * 15), max_size=6, unique=True).map(sorted))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple((_clock(start), _clock(end)) for start, end in pairs)


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


PLACES = st.sampled_from([(None, None), ("DE", "BE"), ("US", "NY"), ("AU", "NSW"), ("EG", None)])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    country, region = draw(PLACES)
    changed = st.sampled_from(CLOCK_CHANGES).map(datetime.date)
    return Calendar(
        "drawn",
        draw(st.sampled_from(ZONES)),
        draw(st.tuples(*[days()] * 7)),
        country,
        region,
        draw(st.dictionaries(changed, days(), max_size=3)),
    )


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Whole minutes within two days of a change of the clock."""
    return draw(st.sampled_from(CLOCK_CHANGES)) + draw(st.integers(-2880, 2880)) * MINUTE
