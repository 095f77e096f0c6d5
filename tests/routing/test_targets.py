from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.calendars import Calendar, working_minutes_between, working_time_between
from routing.errors import NoWorkingTime
from routing.targets import due_after_pause, is_late
from tests.routing.strategies import BERLIN, MINUTE, always, calendars, instants, office

MONDAY_9 = datetime(2026, 1, 5, 8, tzinfo=UTC)  # nine in Berlin
HOUR = timedelta(hours=1)


def test_a_pause_over_the_weekend_moves_the_due_time_by_its_working_hours_only() -> None:
    friday_16, monday_10 = MONDAY_9 + 4 * 24 * HOUR + 7 * HOUR, MONDAY_9 + 7 * 24 * HOUR + HOUR
    due_at = friday_16 + HOUR

    moved = due_after_pause(due_at, friday_16, monday_10, office())

    assert moved == MONDAY_9 + 7 * 24 * HOUR + 2 * HOUR


def test_a_pause_that_begins_when_it_is_late_mends_nothing() -> None:
    due_at = MONDAY_9 + HOUR

    assert due_after_pause(due_at, due_at + MINUTE, due_at + 3 * HOUR, office()) == due_at
    assert due_after_pause(due_at, due_at, due_at + 3 * HOUR, office()) == due_at + 3 * HOUR


def test_a_pause_that_ends_before_it_began_moves_nothing() -> None:
    due_at = MONDAY_9 + 4 * HOUR

    assert due_after_pause(due_at, MONDAY_9 + 2 * HOUR, MONDAY_9, office()) == due_at


def test_a_pause_needs_working_time_after_it() -> None:
    once = Calendar("once", BERLIN, ((),) * 7, exceptions={MONDAY_9.date(): office().week[0]})

    with pytest.raises(NoWorkingTime):
        due_after_pause(MONDAY_9 + 8 * HOUR, MONDAY_9, MONDAY_9 + HOUR, once)


@given(calendars(), instants(), st.lists(st.integers(0, 600), min_size=2, max_size=8))
def test_working_time_left_is_the_same_before_and_after_any_pauses(
    calendar: Calendar, start: datetime, steps: list[int]
) -> None:
    assume(any(calendar.week))
    due_at = start + timedelta(days=9)
    promised = working_time_between(calendar, start, due_at)
    at, paused = start, timedelta()
    for n, step in enumerate(steps):
        until = at + step * MINUTE
        if n % 2:
            due_at = due_after_pause(due_at, at, until, calendar)
            paused += working_time_between(calendar, at, until)
        at = until

    assert working_time_between(calendar, start, due_at) - paused == promised


@given(instants(), st.integers(0, 3000), st.integers(0, 3000))
def test_a_pause_never_brings_the_due_time_nearer(start: datetime, wait: int, pause: int) -> None:
    calendar = always(office().week[0])
    due_at = start + timedelta(days=1)
    paused_from = start + wait * MINUTE

    moved = due_after_pause(due_at, paused_from, paused_from + pause * MINUTE, calendar)

    assert moved >= due_at
    assert working_minutes_between(calendar, due_at, moved) <= pause


def test_the_due_instant_itself_is_in_time() -> None:
    assert not is_late(MONDAY_9, MONDAY_9)
    assert is_late(MONDAY_9, MONDAY_9 + timedelta(microseconds=1))
    assert not is_late(None, MONDAY_9)
