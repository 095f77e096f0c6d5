"""When schedules come due: every slot once, in order, on the right clock, whatever the windows they are asked in."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import Calendar, is_working_day, usual_hours
from routing.cycles import Cycle, DayOff, due_between, next_after

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar("berlin", BERLIN, usual_hours(BERLIN).week, "DE", "BE")
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"]).map(
    ZoneInfo
)


class Every:
    """Every so many days from a first one on."""

    def __init__(self, days: int, first: date) -> None:
        self.days, self.first = days, first

    def __call__(self, since: date) -> Iterable[date]:
        begin = max(since, self.first)
        number = -((self.first - begin).days // self.days)
        return (self.first + timedelta(days=self.days * one) for one in count(number))


def cycle(days: int = 1, at: str = "09:00", zone: ZoneInfo = BERLIN, day_off: DayOff = DayOff.KEEP) -> Cycle:
    return Cycle(Every(days, date(2026, 1, 1)), time.fromisoformat(at), zone, CALENDAR, day_off)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "at", "instants"),
    [
        ("2026-03-29", "09:00", ["2026-03-29T07:00+00:00"]),  # the clock went forward that night
        ("2026-03-28", "09:00", ["2026-03-28T08:00+00:00"]),
        ("2026-03-29", "02:30", ["2026-03-29T01:30+00:00"]),  # a time that the clock left out: half past three
        ("2026-10-25", "02:30", ["2026-10-25T00:30+00:00"]),  # a time that came twice: the first
    ],
)
def test_the_time_is_that_of_the_wall_clock_through_its_changes(on: str, at: str, instants: list[str]) -> None:
    midnight = datetime.fromisoformat(on).replace(tzinfo=BERLIN)
    found = due_between(cycle(at=at), midnight - timedelta(seconds=1), midnight + timedelta(hours=23))
    assert [one.isoformat(timespec="minutes") for one in found] == instants


@pytest.mark.parametrize(
    ("day_off", "days"),
    [
        # 1 May 2026 is a Friday and a holiday.
        (DayOff.NEXT, ["04-29", "04-30", "05-04", "05-05"]),
        (DayOff.PREVIOUS, ["04-29", "04-30", "05-04", "05-05"]),
        (DayOff.SKIP, ["04-29", "04-30", "05-04", "05-05"]),
        (DayOff.KEEP, ["04-29", "04-30", "05-01", "05-02", "05-03", "05-04", "05-05"]),
    ],
)
def test_days_off_that_move_to_one_day_come_once(day_off: DayOff, days: list[str]) -> None:
    found = due_between(cycle(day_off=day_off), day("2026-04-29"), day("2026-05-06"))
    assert [f"{one:%m-%d}" for one in found] == days


def test_a_single_day_off_moves_forward_back_or_falls_away() -> None:
    may_day = {one: Cycle(lambda _: [date(2026, 5, 1)], time(9), BERLIN, CALENDAR, one) for one in DayOff}
    found = {one.value: next_after(may, day("2026-04-01"), 2) for one, may in may_day.items()}
    assert {name: [f"{at:%m-%d}" for at in found[name]] for name in found} == {
        "next": ["05-04"],
        "previous": ["04-30"],
        "skip": [],
        "keep": ["05-01"],
    }


def test_where_nobody_works_the_day_stays() -> None:
    never = Calendar("never", BERLIN, ((),) * 7)
    one = Cycle(Every(7, date(2026, 1, 1)), time(9), BERLIN, never, DayOff.NEXT)
    assert [f"{at:%m-%d}" for at in next_after(one, day("2026-01-01"), 2)] == ["01-01", "01-08"]


def test_a_rule_that_always_hits_a_day_off_has_no_next_date() -> None:
    saturdays = Cycle(Every(7, date(2026, 1, 3)), time(9), BERLIN, CALENDAR, DayOff.SKIP)
    assert next_after(saturdays, day("2026-01-01"), 5) == ()


INSTANTS = st.integers(0, 1_600_000).map(lambda minutes: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes))
CYCLES = st.builds(
    lambda days, at, zone, day_off: Cycle(Every(days, date(2026, 1, 1)), at, zone, CALENDAR, day_off),
    st.integers(1, 40),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    ZONES,
    st.sampled_from(DayOff),
)


@given(CYCLES, INSTANTS, st.lists(st.integers(0, 60 * 24 * 20), min_size=1, max_size=6))
def test_each_slot_comes_in_exactly_one_window(one: Cycle, start: datetime, lengths: list[int]) -> None:
    edges = [start]
    for minutes in lengths:
        edges.append(edges[-1] + timedelta(minutes=minutes))
    pieces = [at for a, b in pairwise(edges) for at in due_between(one, a, b)]
    assert pieces == list(due_between(one, start, edges[-1]))
    assert pieces == sorted(set(pieces))


@given(CYCLES, INSTANTS)
def test_what_comes_next_is_what_comes_due(one: Cycle, start: datetime) -> None:
    coming = next_after(one, start, 5)
    assert coming == due_between(one, start, coming[-1]) if coming else True


@given(CYCLES, INSTANTS)
def test_nothing_comes_on_a_day_off_unless_it_is_to_stay(one: Cycle, start: datetime) -> None:
    found = [at.astimezone(one.zone) for at in next_after(one, start, 10)]
    assert one.day_off is DayOff.KEEP or all(is_working_day(CALENDAR, at.date()) for at in found)
