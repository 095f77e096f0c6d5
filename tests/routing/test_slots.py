"""Free times: a calendar's working time, without absences and bookings; held against a slow oracle."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from routing.absence import Absence
from routing.calendars import Calendar
from routing.slots import (
    Booked,
    Bounds,
    Hosts,
    Slot,
    Terms,
    Window,
    fits_anywhere,
    free_slots,
    holds,
    window,
    works_within,
)
from routing.work import Unit

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # whose clocks change by half an hour
SPRING, AUTUMN = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
HOUR = Terms(timedelta(hours=1), timedelta(hours=1), 1, "a")
OFFICE = Calendar("", BERLIN, (((time(9), time(12)), (time(13), time(17))),) * 5 + ((),) * 2)
THURSDAY = datetime(2026, 8, 13, 9, tzinfo=UTC)  # 11:00 in Berlin
DAY = Window(THURSDAY, datetime(2026, 8, 13, 22, tzinfo=UTC))
KIM = Hosts(frozenset({1}), is_one=True)


def clock(slots: Sequence[Slot], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{slot.starts_at.astimezone(zone):%d %H:%M}" for slot in slots]


def free(
    calendar: Calendar = OFFICE,
    within: Window = DAY,
    terms: Terms = HOUR,
    hosts: Hosts = KIM,
    booked: Sequence[Booked] = (),
) -> list[Slot]:
    return list(free_slots(calendar, within, terms, hosts, booked))


def at(hour: float, length: float = 1, kind: str = "a") -> Booked:
    start = datetime(2026, 8, 13, tzinfo=BERLIN).astimezone(UTC) + timedelta(hours=hour)
    return Booked(start, start + timedelta(hours=length), kind)


def test_times_lie_in_segments_and_within_the_window() -> None:
    assert clock(free()) == ["13 11:00", "13 13:00", "13 14:00", "13 15:00", "13 16:00"]
    late = Window(THURSDAY + MINUTE, datetime(2026, 8, 13, 14, 59, tzinfo=UTC))
    assert clock(free(within=late)) == ["13 13:00", "13 14:00", "13 15:00"]


def test_one_person_is_met_by_one_or_by_all_of_one_appointment_together() -> None:
    assert clock(free(booked=[at(13), at(14.5, 0.5, "b")])) == ["13 11:00", "13 15:00", "13 16:00"]
    group = Terms(HOUR.length, HOUR.every, 3, "a")
    places = {slot.starts_at: slot.places for slot in free(terms=group, booked=[at(13), at(13), at(14, 1, "b")])}
    assert places[at(13).starts_at] == 1
    assert at(14).starts_at not in places
    assert clock(free(terms=group, booked=[at(13)] * 3))[1] == "13 14:00"


def test_a_queue_has_as_many_at_once_as_are_there_and_as_the_step_allows() -> None:
    two = Terms(HOUR.length, HOUR.every, 2, "a")
    three = Hosts(frozenset({1, 2, 3}))
    here = at(13).starts_at

    def places(*booked: Booked, hosts: Hosts = three) -> int:
        return {slot.starts_at: slot.places for slot in free(terms=two, hosts=hosts, booked=booked)}.get(here, 0)

    assert (places(), places(at(13)), places(at(13), at(13))) == (2, 1, 0)
    assert places(at(13, 1, "b"), at(13, 1, "b")) == 1  # another step's: two of three are taken
    assert places(at(13, 0.5, "b"), at(13.5, 0.5, "b")) == 2  # one after the other: one person holds both
    away = (Absence(1, date(2026, 8, 10), date(2026, 8, 13)), Absence(2, date(2026, 8, 13), date(2026, 8, 13)))
    assert places(hosts=Hosts(three.people, away)) == 1
    assert places(hosts=Hosts(frozenset())) == 0


def test_of_a_queue_one_who_meets_several_together_takes_up_one() -> None:
    together = [replace(at(13, 1, "b"), host_id=1)] * 3
    two = Hosts(frozenset({1, 2}))
    assert at(13).starts_at in {slot.starts_at for slot in free(hosts=two, booked=together)}
    assert at(13).starts_at not in {slot.starts_at for slot in free(hosts=two, booked=[*together, at(13)])}
    assert holds(OFFICE, two, together, at(13))


def test_an_appointment_holds_as_long_as_somebody_is_there_for_it() -> None:
    two = frozenset({1, 2})
    away = (Absence(2, date(2026, 8, 13), date(2026, 8, 13)),)
    assert holds(OFFICE, Hosts(two), [at(13)], at(13))
    assert holds(OFFICE, Hosts(two, away), [], at(13))
    assert not holds(OFFICE, Hosts(two, away), [at(12.5)], at(13))
    assert not holds(OFFICE, Hosts(frozenset({2}), away, is_one=True), [], at(13))
    assert holds(OFFICE, Hosts(frozenset({1}), away, is_one=True), [at(13)], at(13))


@pytest.mark.parametrize(
    ("notice", "first"),
    [
        ((30, Unit.MINUTES), "13 13:00"),
        ((2, Unit.WORKING_HOURS), "13 14:00"),
        ((1, Unit.WORKING_DAYS), "14 11:00"),
        ((1, Unit.WEEKS), "20 11:00"),
    ],
)
def test_notice_is_counted_from_now_and_days_keep_the_time(notice: tuple[int, Unit], first: str) -> None:
    within = window(OFFICE, THURSDAY, notice, Bounds(THURSDAY, due_at=THURSDAY + timedelta(days=30)))
    assert clock(free(within=within))[0] == first


def test_the_window_is_never_longer_than_three_months_and_may_be_empty() -> None:
    far = window(OFFICE, THURSDAY, (1, Unit.MINUTES), Bounds(THURSDAY))
    assert far.until_at - far.from_at == timedelta(days=92)
    late = window(
        OFFICE,
        THURSDAY,
        (1, Unit.MINUTES),
        Bounds(THURSDAY, THURSDAY + timedelta(days=3), due_at=THURSDAY + timedelta(days=1)),
    )
    assert free(within=late) == []


def test_what_keeps_times_from_being_free_is_told_apart() -> None:
    weekend = Window(datetime(2026, 8, 15, tzinfo=UTC), datetime(2026, 8, 16, tzinfo=UTC))
    long = Terms(timedelta(hours=5), timedelta(hours=1), 1, "a")
    assert (works_within(OFFICE, weekend), works_within(OFFICE, DAY)) == (False, True)
    assert (fits_anywhere(OFFICE, DAY, long), fits_anywhere(OFFICE, DAY, HOUR)) == (False, True)


def test_times_keep_to_the_clock_on_the_wall_when_it_changes() -> None:
    night = Calendar("", BERLIN, (((time(0), time(5)),),) * 7)
    spring = free(night, Window(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)))
    assert clock(spring) == ["29 00:00", "29 01:00", "29 03:00", "29 04:00"]
    autumn = free(night, Window(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)))
    assert clock(autumn) == ["25 00:00", "25 01:00", "25 02:00", "25 02:00", "25 03:00", "25 04:00"]


def working(calendar: Calendar, minute: datetime) -> bool:
    local = minute.astimezone(calendar.zone)
    segments = calendar.exceptions.get(local.date(), calendar.week[local.weekday()])
    return any(start <= local.time() and (local.time() < end or end == time()) for start, end in segments)


def oracle(
    calendar: Calendar, within: Window, terms: Terms, hosts: Hosts, booked: Sequence[Booked]
) -> Iterator[tuple[datetime, int]]:
    """Minute by minute: a time is free if all its minutes are worked on one day, and the people suffice in each."""
    minutes = int(terms.length / MINUTE)
    first = within.from_at - timedelta(days=2)
    begins: datetime | None = None
    held = _each_host_once(booked, hosts)
    for number in range(int((within.until_at - first) / MINUTE)):
        start = first + number * MINUTE
        day = start.astimezone(calendar.zone).date()
        before = start - MINUTE
        if not working(calendar, start):
            begins = None
        elif begins is None or not working(calendar, before) or before.astimezone(calendar.zone).date() != day:
            begins = start
        if begins is None or (start - begins) % terms.every or start < within.from_at:
            continue
        each = [start + at * MINUTE for at in range(minutes)]
        if start + terms.length > within.until_at:
            continue
        if not all(working(calendar, one) and one.astimezone(calendar.zone).date() == day for one in each):
            continue
        present = len(hosts.people - {one.person_id for one in hosts.absences if one.from_on <= day <= one.until_on})
        taken = [[one for one in held if one.starts_at <= minute < one.ends_at] for minute in each]
        places = _places(start, terms, taken, present, is_one=hosts.is_one)
        if places > 0:
            yield start, places


def _each_host_once(booked: Sequence[Booked], hosts: Hosts) -> list[Booked]:
    """Of a queue; the places with one person are counted one by one."""
    return [one for at, one in enumerate(booked) if hosts.is_one or one.host_id is None or one not in booked[:at]]


def _places(start: datetime, terms: Terms, taken: list[list[Booked]], present: int, *, is_one: bool) -> int:
    if not is_one:
        of_kind = max(sum(one.kind == terms.kind for one in minute) for minute in taken)
        return min(present - max(map(len, taken)), terms.at_once - of_kind)
    over = [one for minute in taken for one in minute]
    is_same = all((one.starts_at, one.ends_at, one.kind) == (start, start + terms.length, terms.kind) for one in over)
    return terms.at_once - len(taken[0]) if present and is_same else 0


quarters = some.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))


@some.composite
def calendars(draw: some.DrawFn) -> Calendar:
    """Two segments at most a day, which may be at night; the same every day but for one without work."""
    edges = sorted(draw(some.sets(quarters, min_size=2, max_size=4)))
    day = tuple(zip(edges[::2], edges[1::2], strict=False))
    off = draw(some.sampled_from([date(2026, 3, 28), date(2026, 10, 26), date(2026, 1, 1)]))
    return Calendar("", draw(some.sampled_from([BERLIN, LORD_HOWE])), (day,) * 7, exceptions={off: ()})


_KINDS = [("a", None), ("b", None), ("b", 7), ("b", 8)]  # what one host holds is of another step than a queue's


@some.composite
def situations(draw: some.DrawFn) -> tuple[Calendar, Window, Terms, Hosts, list[Booked]]:
    change = draw(
        some.sampled_from([SPRING, AUTUMN, datetime(2026, 4, 4, 3, tzinfo=UTC), datetime(2026, 10, 3, 3, tzinfo=UTC)])
    )
    start = change + draw(some.integers(-20, 20)) * 15 * MINUTE
    within = Window(start, start + draw(some.integers(0, 160)) * 15 * MINUTE)
    length = draw(some.sampled_from([15, 30, 45, 90]))
    every = draw(some.sampled_from([15, 30, 45]))
    terms = Terms(length * MINUTE, every * MINUTE, draw(some.integers(1, 3)), "a")
    people = draw(some.integers(1, 3))
    is_one = people == 1 and draw(some.booleans())
    away = draw(some.booleans())
    absent = (Absence(1, change.date(), change.date() + timedelta(days=draw(some.integers(0, 1)))),) if away else ()
    hosts = Hosts(frozenset(range(1, people + 1)), absent, is_one=is_one)
    booked = [
        Booked(begin, begin + draw(some.sampled_from([15, length])) * MINUTE, *draw(some.sampled_from(_KINDS)))
        for begin in (start + at * 15 * MINUTE for at in draw(some.lists(some.integers(-4, 160), max_size=6)))
    ]
    return draw(calendars()), within, terms, hosts, booked


@settings(deadline=None)
@given(situations())
def test_the_free_times_are_those_that_the_oracle_finds(
    situation: tuple[Calendar, Window, Terms, Hosts, list[Booked]],
) -> None:
    found = list(free_slots(*situation))
    assert [(slot.starts_at, slot.places) for slot in found] == list(oracle(*situation))
    assert all(one.starts_at < other.starts_at for one, other in pairwise(found))
    assert all(slot.ends_at - slot.starts_at == situation[2].length for slot in found)
