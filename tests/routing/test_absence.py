"""Who is away on a day, and who stands in for them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.absence import Absence, away_on, stand_in

ANN, BEN, CLEO, DAN = 1, 2, 3, 4
MONDAY, FRIDAY = date(2026, 8, 10), date(2026, 8, 14)
DAY = timedelta(days=1)
chains = st.dictionaries(st.integers(1, 6), st.none() | st.integers(1, 8))


@pytest.mark.parametrize(
    ("day", "is_away"),
    [(MONDAY - DAY, False), (MONDAY, True), (FRIDAY, True), (FRIDAY + DAY, False)],
    ids=["the day before", "the first day", "the last day", "the day after"],
)
def test_somebody_is_away_from_the_first_day_to_the_last(day: date, *, is_away: bool) -> None:
    assert (ANN in away_on([Absence(ANN, MONDAY, FRIDAY, BEN)], day)) is is_away


def test_of_two_absences_at_once_the_one_that_began_last_names_the_deputy() -> None:
    long = Absence(ANN, MONDAY - 30 * DAY, FRIDAY, BEN)
    short = Absence(ANN, MONDAY, FRIDAY, CLEO)
    silent = Absence(ANN, MONDAY + DAY, FRIDAY)

    assert away_on([short, silent, long], MONDAY + DAY) == {ANN: CLEO}


def test_a_deputy_who_is_away_is_stood_in_for_too() -> None:
    assert stand_in(ANN, {ANN: BEN, BEN: CLEO}) == CLEO


@pytest.mark.parametrize(
    "away",
    [{}, {ANN: None}, {ANN: BEN, BEN: None}, {ANN: BEN, BEN: ANN}, {ANN: ANN}, {ANN: BEN, BEN: CLEO, CLEO: BEN}],
    ids=["there", "no deputy", "the chain ends", "a circle", "themselves", "a circle of others"],
)
def test_where_the_chain_leads_to_nobody_nobody_stands_in(away: dict[int, int | None]) -> None:
    assert stand_in(ANN, away) is None


@given(chains, st.integers(1, 6))
def test_who_stands_in_is_there_and_somebody_else(away: dict[int, int | None], person: int) -> None:
    deputy = stand_in(person, away)

    assert deputy is None or (deputy not in away and deputy != person)


@given(chains, st.integers(1, 6), st.integers(1, 6))
def test_deputies_are_transitive(away: dict[int, int | None], person: int, deputy: int) -> None:
    """Whoever stands in for a deputy who is away stands in for whom the deputy did, unless that is themselves."""
    end = stand_in(deputy, away)
    if deputy in away and end not in (None, person) and person not in away:
        assert stand_in(person, {**away, person: deputy}) == end
