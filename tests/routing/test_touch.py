"""Tier of a contact, and whether it was logged late."""

from datetime import UTC, datetime, timedelta

import pytest

from routing.touch import is_late_logged, tier

OVER_AT = datetime(2026, 8, 13, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("memberships", "level"),
    [(set(), 1), ({"desk"}, 1), ({"desk", "it"}, 1), ({"it"}, 2), ({"hr", "office"}, 2)],
    ids=["nobody's agent", "the desk", "the desk and another", "another", "two others"],
)
def test_only_agents_of_other_queues_alone_are_the_second_tier(memberships: set[str], level: int) -> None:
    assert tier(memberships) == level


def test_a_quarter_of_an_hour_to_write_it_down_is_not_late() -> None:
    assert not is_late_logged(OVER_AT, OVER_AT + timedelta(minutes=15))
    assert is_late_logged(OVER_AT, OVER_AT + timedelta(minutes=15, seconds=1))
    assert not is_late_logged(None, OVER_AT)
