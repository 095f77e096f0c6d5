from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from routing.calendars import (
    Calendar,
    add_working_days,
    add_working_minutes,
    first_working_instant,
    is_working_day,
    last_working_instant,
    local_instant,
    working_days_between,
    working_minutes_between,
)
from routing.errors import DateOutOfRange, InvalidCalendar, NoWorkingTime
from tests.routing.strategies import (
    BERLIN,
    LORD_HOWE,
    MINUTE,
    NEW_YORK,
    Segments,
    always,
    calendars,
    instants,
    is_working,
    minutes_between,
    office,
)

NOBODY = Calendar("nobody", BERLIN, ((),) * 7)
TWO_TO_THREE = ((time(2), time(3)),)
HALF_PAST_TWO_TO_FOUR = ((time(2, 30), time(4)),)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@given(calendars(), instants(), st.integers(0, 4 * 1440))
def test_working_minutes_are_those_a_look_at_the_clock_each_minute_would_count(
    calendar: Calendar, a: datetime, length: int
) -> None:
    b = a + length * MINUTE

    assert working_minutes_between(calendar, a, b) == minutes_between(calendar, a, b)


@given(calendars(), instants(), st.integers(1, 1500))
def test_adding_minutes_gives_the_earliest_instant_with_so_many_between(
    calendar: Calendar, at: datetime, minutes: int
) -> None:
    assume(any(calendar.week))

    later = add_working_minutes(calendar, at, minutes)

    assert working_minutes_between(calendar, at, later) == minutes
    assert working_minutes_between(calendar, at, later - MINUTE) == minutes - 1
    assert is_working(calendar, later - MINUTE)


@given(calendars(), instants(), st.integers(1, 1500))
def test_taking_minutes_away_gives_the_latest_instant_with_so_many_between(
    calendar: Calendar, at: datetime, minutes: int
) -> None:
    assume(any(calendar.week))

    earlier = add_working_minutes(calendar, at, -minutes)

    assert working_minutes_between(calendar, earlier, at) == minutes
    assert working_minutes_between(calendar, earlier + MINUTE, at) == minutes - 1
    assert is_working(calendar, earlier)


@given(calendars(), instants(), instants(), instants())
def test_stretches_of_working_time_add_up(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    whole = working_minutes_between(calendar, a, c)

    assert working_minutes_between(calendar, a, b) + working_minutes_between(calendar, b, c) == whole
    assert working_minutes_between(calendar, c, a) == -whole


@given(calendars(), st.dates(date(2026, 3, 1), date(2026, 11, 30)), st.integers(1, 30))
def test_working_days_there_and_back_are_the_same_day(calendar: Calendar, on: date, n: int) -> None:
    assume(any(calendar.week))
    start = add_working_days(calendar, on, 1)

    assert add_working_days(calendar, add_working_days(calendar, start, n), -n) == start


@given(calendars(), st.dates(date(2026, 3, 1), date(2026, 11, 30)), st.integers(-30, 30))
def test_working_days_are_counted_one_by_one(calendar: Calendar, on: date, n: int) -> None:
    assume(any(calendar.week) and n)
    step = timedelta(days=1 if n > 0 else -1)

    found = add_working_days(calendar, on, n)

    between = [on + k * step for k in range(1, abs((found - on).days) + 1)]
    assert sum(is_working_day(calendar, day) for day in between) == abs(n)
    assert is_working_day(calendar, found)


@given(calendars(), st.dates(date(2026, 3, 1), date(2026, 11, 30)))
@example(always(((time(0), time(0)),), ZoneInfo("Africa/Cairo")), date(2026, 4, 24))
def test_first_and_last_instant_enclose_the_work_of_a_day(calendar: Calendar, on: date) -> None:
    first, last = first_working_instant(calendar, on), last_working_instant(calendar, on)

    assert (first is None) == (last is None) == (not is_working_day(calendar, on))
    if first and last:
        assert first.astimezone(calendar.zone).date() == (last - MINUTE).astimezone(calendar.zone).date() == on
        assert is_working(calendar, first)
        assert not is_working(calendar, first - MINUTE) or (first - MINUTE).astimezone(calendar.zone).date() != on
        assert is_working(calendar, last - MINUTE)


@pytest.mark.parametrize(
    ("zone", "segments", "on", "minutes"),
    [
        (BERLIN, TWO_TO_THREE, date(2026, 3, 28), 60),
        (BERLIN, TWO_TO_THREE, date(2026, 3, 29), 0),
        (BERLIN, TWO_TO_THREE, date(2026, 10, 25), 120),
        (BERLIN, HALF_PAST_TWO_TO_FOUR, date(2026, 3, 29), 60),
        (BERLIN, HALF_PAST_TWO_TO_FOUR, date(2026, 10, 25), 120),
        (NEW_YORK, TWO_TO_THREE, date(2026, 3, 8), 0),
        (NEW_YORK, ((time(1), time(2)),), date(2026, 11, 1), 120),
        (LORD_HOWE, TWO_TO_THREE, date(2026, 10, 4), 30),
        (LORD_HOWE, ((time(1, 30), time(2)),), date(2026, 4, 5), 60),
    ],
)
def test_an_hour_left_out_does_not_count_and_one_repeated_counts_twice(
    zone: ZoneInfo, segments: Segments, on: date, minutes: int
) -> None:
    calendar = always(segments, zone)
    midnight = datetime.combine(on, time(), zone)

    assert working_minutes_between(calendar, midnight, midnight + timedelta(days=1)) == minutes


def test_a_whole_day_has_the_hours_the_clock_shows() -> None:
    round_the_clock = always(((time(0), time(0)),))

    lengths = [
        working_minutes_between(
            round_the_clock,
            datetime(2026, month, day, tzinfo=BERLIN),
            datetime(2026, month, day + 1, tzinfo=BERLIN),
        )
        for month, day in ((3, 28), (3, 29), (10, 25))
    ]

    assert lengths == [24 * 60, 23 * 60, 25 * 60]


def test_several_segments_a_day_leave_lunch_out() -> None:
    calendar = always(((time(9), time(12)), (time(13), time(17))))

    assert add_working_minutes(calendar, utc(2026, 1, 5, 10, 30), 60) == utc(2026, 1, 5, 12, 30)


def test_public_holidays_are_free_in_their_region_only() -> None:
    corpus_christi = date(2026, 6, 4)

    assert not is_working_day(office(country="DE", region="BY"), corpus_christi)
    assert is_working_day(office(country="DE", region="BE"), corpus_christi)


def test_an_exception_stands_above_week_and_holiday() -> None:
    new_year, sunday, wednesday = date(2026, 1, 1), date(2026, 1, 4), date(2026, 1, 7)
    hours = ((time(10), time(12)),)
    calendar = office(country="DE", exceptions={new_year: hours, sunday: hours, wednesday: ()})

    assert is_working_day(calendar, new_year)
    assert is_working_day(calendar, sunday)
    assert not is_working_day(calendar, wednesday)
    assert last_working_instant(calendar, new_year) == utc(2026, 1, 1, 11)


def test_the_last_minute_of_a_day_ends_on_that_day_and_not_on_the_next() -> None:
    assert add_working_minutes(office(), utc(2026, 1, 5, 15), 60) == utc(2026, 1, 5, 16)


def test_backwards_over_a_weekend_it_is_friday() -> None:
    assert add_working_minutes(office(), utc(2026, 1, 5, 8), -60) == utc(2026, 1, 2, 15)


def test_nothing_added_stays_even_out_of_hours() -> None:
    assert add_working_minutes(NOBODY, utc(2026, 1, 4, 3), 0) == utc(2026, 1, 4, 3)
    assert add_working_days(NOBODY, date(2026, 1, 4), 0) == date(2026, 1, 4)


def test_order_within_the_repeated_hour_is_that_of_instants_and_not_of_the_clock() -> None:
    calendar = always(TWO_TO_THREE)
    early, late = datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN), datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=BERLIN)

    assert working_minutes_between(calendar, early, late) == 20
    assert working_minutes_between(calendar, late, early) == -20


def test_seconds_are_kept() -> None:
    assert add_working_minutes(office(), utc(2026, 1, 5, 15, 30, 30), 60) == utc(2026, 1, 6, 8, 30, 30)


def test_a_calendar_without_working_time_says_so() -> None:
    asks: list[Callable[[], object]] = [
        lambda: add_working_minutes(NOBODY, utc(2026, 1, 5), 1),
        lambda: add_working_minutes(NOBODY, utc(2026, 1, 5), -1),
        lambda: add_working_days(NOBODY, date(2026, 1, 5), 1),
        lambda: add_working_days(NOBODY, date(2026, 1, 5), -1),
    ]
    for ask in asks:
        with pytest.raises(NoWorkingTime, match="nobody has no working time"):
            ask()
    assert working_minutes_between(NOBODY, utc(2026, 1, 5), utc(2026, 2, 5)) == 0


def test_a_time_the_clock_leaves_out_moves_on_and_of_a_repeated_one_it_is_the_first() -> None:
    assert local_instant(office(), date(2026, 3, 29), time(2, 30)) == utc(2026, 3, 29, 1, 30)
    assert local_instant(office(), date(2026, 10, 25), time(2, 30)) == utc(2026, 10, 25, 0, 30)


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_dates_beyond_the_years_planned_with_are_refused(year: int) -> None:
    asks: list[Callable[[], object]] = [
        lambda: add_working_minutes(office(), datetime(year, 12, 31, tzinfo=UTC), 1),
        lambda: working_minutes_between(office(), utc(2026, 1, 1), datetime(year, 12, 31, tzinfo=UTC)),
        lambda: add_working_days(office(), date(year, 12, 31), 1),
        lambda: local_instant(office(), date(year, 12, 31), time(9)),
        lambda: is_working_day(office(), date(year, 12, 31)),
    ]
    for ask in asks:
        with pytest.raises(DateOutOfRange):
            ask()


@pytest.mark.parametrize(
    "segments",
    [
        ((time(9), time(9)),),
        ((time(17), time(9)),),
        ((time(9), time(12)), (time(11), time(17))),
        ((time(13), time(17)), (time(9), time(12))),
        ((time(9), time(0)), (time(13), time(17))),
    ],
)
def test_segments_that_are_empty_overlap_or_are_out_of_order_are_refused(segments: Segments) -> None:
    with pytest.raises(InvalidCalendar, match="overlap"):
        always(segments)


def test_a_week_has_seven_days() -> None:
    with pytest.raises(InvalidCalendar, match="seven"):
        Calendar("short", BERLIN, ((),) * 6)


@pytest.mark.parametrize(("country", "region"), [("XX", None), ("DE", "XX"), (None, "BE")])
def test_an_unknown_country_or_region_is_refused(country: str | None, region: str | None) -> None:
    with pytest.raises(InvalidCalendar, match="no public holidays"):
        office(country=country, region=region)


@given(st.sampled_from([office(), office(country="DE", region="BE"), always(TWO_TO_THREE)]), instants(), instants())
def test_the_last_of_the_working_days_between_two_instants_is_so_many_working_days_later(
    calendar: Calendar, a: datetime, b: datetime
) -> None:
    assume(a <= b)
    count = working_days_between(calendar, a, b)
    first, last = (one.astimezone(calendar.zone).date() for one in (a, b))
    assert add_working_days(calendar, first, count) <= last < add_working_days(calendar, first, count + 1)
    assert working_days_between(calendar, b, a) == -count or a == b


def test_working_days_between_are_told_apart_by_direction() -> None:
    friday, monday = datetime(2026, 8, 7, 15, tzinfo=UTC), datetime(2026, 8, 10, 7, tzinfo=UTC)
    assert working_days_between(office(), friday, monday) == 1
    assert working_days_between(office(), monday, friday) == -1
    assert working_days_between(office(), friday, friday) == 0
