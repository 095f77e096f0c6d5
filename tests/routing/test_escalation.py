from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import Calendar
from routing.escalation import Quiet, Rung, Running, Whom, after_quiet, reached, rung_at
from routing.targets import Promise
from tests.routing.strategies import BERLIN, MINUTE, always, calendars, instants, office

NINE = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
NIGHT = Quiet(time(20), time(7))
BEFORE, AT, AFTER = (Rung(Promise.RESOLUTION, minutes, Whom.LEAD) for minutes in (-120, 0, 480))
DUE = Running(Promise.RESOLUTION, NINE + HOUR, "leaver", "high", "it")


def test_rungs_are_counted_in_working_time_before_and_after_the_deadline() -> None:
    monday_10 = NINE + HOUR

    assert rung_at(BEFORE, monday_10, office(), None) == datetime(2026, 1, 2, 15, tzinfo=UTC)  # Friday, four o'clock
    assert rung_at(AT, monday_10, office(), None) == monday_10
    assert rung_at(AFTER, monday_10, office(), None) == monday_10 + 24 * HOUR


def test_each_rung_is_reached_once_and_in_order() -> None:
    ladder = [AFTER, AT, BEFORE]
    late = NINE + 100 * HOUR

    assert [rung for rung, _ in reached(ladder, DUE, (), office(), None, late)] == [BEFORE, AT, AFTER]
    assert [rung for rung, _ in reached(ladder, DUE, {BEFORE.key, AFTER.key}, office(), None, late)] == [AT]
    assert [rung for rung, _ in reached(ladder, DUE, (), office(), None, NINE)] == [BEFORE]


@pytest.mark.parametrize(
    "other",
    [
        Rung(Promise.RESPONSE, 0, Whom.LEAD),
        Rung(Promise.RESOLUTION, 0, Whom.LEAD, service="move"),
        Rung(Promise.RESOLUTION, 0, Whom.LEAD, priority="low"),
        Rung(Promise.RESOLUTION, 0, Whom.LEAD, queue="hr"),
    ],
)
def test_every_condition_of_a_rung_must_hold(other: Rung) -> None:
    fits = Rung(Promise.RESOLUTION, 0, Whom.OWNER, "leaver", "high", "it")

    assert [rung for rung, _ in reached([other, fits], DUE, (), office(), None, NINE + HOUR)] == [fits]


def test_what_cannot_be_reckoned_is_never_reached() -> None:
    never = Calendar("never", BERLIN, ((),) * 7)

    assert reached([BEFORE], DUE, (), never, None, NINE + 100 * HOUR) == ()


@pytest.mark.parametrize(
    ("quiet", "hour", "wanted"),
    [
        (NIGHT, 21, 31),
        (NIGHT, 3, 7),
        (NIGHT, 7, 7),
        (NIGHT, 12, 12),
        (NIGHT, 20, 31),
        (Quiet(time(12), time(14)), 12, 14),
        (Quiet(time(12), time(14)), 14, 14),
        (Quiet(time(12), time(12)), 12, 12),
        (None, 3, 3),
    ],
)
def test_nobody_is_told_in_quiet_hours(quiet: Quiet | None, hour: int, wanted: int) -> None:
    midnight = datetime(2026, 1, 4, 23, tzinfo=UTC)

    assert after_quiet(midnight + hour * HOUR, office(), quiet) == midnight + wanted * HOUR


@given(calendars(), instants(), st.times(), st.times())
def test_the_end_of_quiet_hours_is_within_a_day_and_outside_them(
    calendar: Calendar, at: datetime, since: time, until: time
) -> None:
    quiet = Quiet(since.replace(microsecond=0), until.replace(microsecond=0))

    told = after_quiet(at, calendar, quiet)

    assert at - HOUR <= told <= at + 26 * HOUR  # the clock may change meanwhile


@given(st.integers(-2000, 2000), st.integers(-2000, 2000))
def test_a_later_rung_is_never_reached_earlier(one: int, other: int) -> None:
    calendar = always(office().week[0])
    first, second = sorted((one, other))

    early, late = (
        rung_at(Rung(Promise.QUEUE, minutes, Whom.LEAD), NINE + MINUTE, calendar, NIGHT) for minutes in (first, second)
    )

    assert early is not None
    assert late is not None
    assert early <= late
