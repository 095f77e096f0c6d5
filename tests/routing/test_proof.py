"""Checklists and evidence as values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proof import (
    Asked,
    Item,
    ProofKind,
    asked_document,
    items_document,
    stored_asked,
    stored_items,
    strangers,
    tick,
)

AT = datetime(2026, 9, 1, 9, tzinfo=UTC)
_LABELS = st.sets(st.sampled_from("abcde"))


def test_what_was_ticked_keeps_who_and_when() -> None:
    first = tick([Item("a"), Item("b")], ["a"], 1, AT)
    assert first == (Item("a", 1, AT), Item("b"))
    assert tick(first, ["a", "b"], 2, AT + timedelta(hours=1)) == (
        Item("a", 1, AT),
        Item("b", 2, AT + timedelta(hours=1)),
    )
    assert tick(first, [], 2, AT) == (Item("a"), Item("b"))


@given(_LABELS, _LABELS)
def test_exactly_the_named_items_are_ticked_then(first: set[str], second: set[str]) -> None:
    items = tick(tick([Item(label) for label in "abcde"], first, 1, AT), second, 2, AT)
    assert {item.label for item in items if item.is_ticked} == second
    assert {item.label for item in items if item.by_id == 1} == first & second


@given(_LABELS)
def test_a_checklist_is_read_as_it_was_stored(labels: set[str]) -> None:
    items = tick([Item(label) for label in "abcde"], labels, 7, AT)
    assert stored_items(items_document(items)) == items


def test_what_is_on_no_list_is_named() -> None:
    assert strangers([Item("a")], ["a", "b"]) == ("b",)


@pytest.mark.parametrize(
    ("asked", "evidence", "accepted"),
    [
        (Asked(ProofKind.TEXT, "Why"), "Because", True),
        (Asked(ProofKind.TEXT, "Why"), "  ", False),
        (Asked(ProofKind.TEXT, "Why"), "two\nlines", True),
        (Asked(ProofKind.TEXT, "Why"), "x" * 2001, False),
        (Asked(ProofKind.REFERENCE, "No"), "R-1042", True),
        (Asked(ProofKind.REFERENCE, "No"), "two\nlines", False),
        (Asked(ProofKind.REFERENCE, "No"), "x" * 81, False),
        (Asked(ProofKind.REFERENCE, "No", "R-[0-9]+"), " R-1042 ", True),
        (Asked(ProofKind.REFERENCE, "No", "R-[0-9]+"), "R-1042 and more", False),
    ],
)
def test_evidence_is_as_it_was_asked_for_or_is_none(asked: Asked, evidence: str, accepted: bool) -> None:
    assert asked.accepts(evidence) is accepted
    assert stored_asked(asked_document(asked)) == asked


def test_where_nothing_is_asked_nothing_is_stored() -> None:
    assert stored_asked(asked_document(None)) is None
