"""Reasons as values: what is stored is read again, and a reader is told only of tasks that they know of."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.why import Kind, Why, document, said, stored, told, waits_for

WAITING = Why(Kind.WAITS, {"tasks": ("contract", "badge")})
TITLES = {"contract": "Contract", "badge": "Badge"}
values = st.one_of(st.integers(), st.text(), st.lists(st.text()).map(tuple))


@given(st.sampled_from(Kind), st.dictionaries(st.text(), values))
def test_a_reason_is_read_as_it_was_stored(kind: Kind, given: dict[str, int | str | tuple[str, ...]]) -> None:
    why = Why(kind, given)

    assert stored(json.loads(json.dumps(document(why)))) == why
    assert stored(why) is why


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("IT: the catalogue names this queue", said("IT: the catalogue names this queue")),
        ({"kind": "of_next_year", "given": {"odds": 0.5}}, Why("of_next_year", {"odds": "0.5"})),
        ({"kind": "due.past"}, Why(Kind.DUE_PAST)),
    ],
    ids=["a sentence of before", "a kind of later", "nothing given"],
)
def test_what_another_version_stored_is_read_too(raw: object, why: Why) -> None:
    assert stored(raw) == why


@pytest.mark.parametrize(
    ("titles", "masked", "wanted"),
    [
        (TITLES, set(), (Why(Kind.WAITS, {"tasks": ("Contract", "Badge")}),)),
        ({"badge": "Badge"}, {"contract"}, (Why(Kind.WAITS, {"tasks": ("Badge",)}),)),
        ({}, {"contract"}, (Why(Kind.WAITS_EARLIER),)),
        ({"laptop": "Laptop"}, set(), ()),
    ],
    ids=["all seen", "one masked", "only masks", "nothing seen"],
)
def test_a_reader_is_told_only_of_tasks_that_they_know_of(
    titles: dict[str, str], masked: set[str], wanted: tuple[Why, ...]
) -> None:
    past = Why(Kind.DUE_PAST)

    assert told([WAITING, past], titles, frozenset(masked)) == (*wanted, past)


def test_only_a_stored_reason_to_wait_names_tasks() -> None:
    assert waits_for(WAITING) == ("contract", "badge")
    assert waits_for(Why(Kind.WAITS_EARLIER)) == waits_for(said("Waits for: Contract")) == ()
