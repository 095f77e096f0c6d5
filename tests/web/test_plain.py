"""Faults are said in words for people, whatever pydantic calls them."""

import pytest

from spoc.web.plain import OTHERWISE, SAID, sentence


@pytest.mark.parametrize("kind", SAID)
def test_no_sentence_speaks_of_programs(kind: str) -> None:
    facts = {"expected": "'web' or 'api'", "ge": 0, "le": 5}
    told = str(sentence(kind, facts))
    assert told.endswith(".")
    assert "%(" not in told
    assert "nput" not in told


def test_the_facts_are_filled_in() -> None:
    assert str(sentence("string_too_long", {"max_length": 20})) == "This must have at most 20 characters."
    assert str(sentence("string_too_short", {"min_length": 1})) == "This must have at least 1 character."
    assert str(sentence("enum", {"expected": "'a', 'b' or 'c'"})) == "This must be one of 'a', 'b', 'c'."


@pytest.mark.parametrize(("kind", "facts"), [("never_heard_of", {}), ("string_too_long", {})], ids=["unknown", "bare"])
def test_what_cannot_be_said_in_detail_is_said_in_general(kind: str, facts: dict[str, int]) -> None:
    assert str(sentence(kind, facts)) == OTHERWISE
