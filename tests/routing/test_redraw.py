from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.redraw import redated

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
instants = st.integers(-9_999_999, 9_999_999).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(instants, instants, instants)
def test_a_date_that_moved_there_and_back_is_as_it_was(at: datetime, before: datetime, after: datetime) -> None:
    assert redated(redated(at, before, after), after, before) == at


@given(st.none() | instants, st.none() | instants)
def test_a_date_that_the_plan_leaves_alone_stays(at: datetime | None, planned: datetime | None) -> None:
    assert redated(at, planned, planned) == at


def test_a_date_that_the_plan_had_not_is_the_new_one() -> None:
    assert redated(None, None, FIRST) == redated(FIRST, None, FIRST) == FIRST
    assert redated(FIRST, FIRST, None) is None
