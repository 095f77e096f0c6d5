from hypothesis import given
from hypothesis import strategies as st

from routing.priority import USUAL, Level, priority_of
from routing.work import PRIORITIES

LEVELS = st.sampled_from(Level)


def test_the_usual_matrix_has_every_pair_and_known_priorities() -> None:
    assert set(USUAL) == {(impact, urgency) for impact in Level for urgency in Level}
    assert set(USUAL.values()) == set(PRIORITIES)


def test_an_organisation_changes_single_cells() -> None:
    matrix = {(Level.LOW, Level.LOW): "normal"}

    assert priority_of(Level.LOW, Level.LOW, matrix) == "normal"
    assert priority_of(Level.HIGH, Level.HIGH, matrix) == "urgent"


@given(LEVELS, LEVELS, LEVELS)
def test_more_impact_or_urgency_is_never_less_pressing_as_usual(impact: Level, urgency: Level, more: Level) -> None:
    levels = list(Level)
    higher = levels[min(levels.index(impact), levels.index(more))]

    rank = PRIORITIES.index
    assert rank(priority_of(higher, urgency)) >= rank(priority_of(impact, urgency))
    assert rank(priority_of(urgency, higher)) >= rank(priority_of(urgency, impact))
