"""When a period is closed, and where a week begins, on days when clocks change too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from routing.closing import closes_at, monday_of

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_period_closes_three_days_of_24_hours_after_its_window() -> None:
    end_at = datetime(2026, 10, 19, tzinfo=BERLIN)
    assert closes_at(end_at, 7) == datetime(2026, 10, 28, 22, tzinfo=UTC)


def test_a_week_begins_on_monday_at_midnight_where_the_desk_is() -> None:
    sunday_night = datetime(2026, 8, 16, 21, 59, tzinfo=UTC)
    assert monday_of(sunday_night, BERLIN) == date(2026, 8, 10)
    assert monday_of(sunday_night + timedelta(minutes=1), BERLIN) == date(2026, 8, 17)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
def test_every_day_lies_in_the_week_of_its_monday(at: datetime) -> None:
    monday = monday_of(at.replace(tzinfo=UTC), BERLIN)
    assert monday.weekday() == 0
    assert 0 <= (at.replace(tzinfo=UTC).astimezone(BERLIN).date() - monday).days < 7
