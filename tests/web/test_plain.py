"""Faults are said in words for people, whatever pydantic calls them."""

import pytest

from spoc.web.plain import OTHERWISE, SAID, said


@pytest.mark.parametrize("kind", SAID)
def test_no_sentence_speaks_of_programs(kind: str) -> None:
    facts = {"max_length": 20, "min_length": 2, "expected": "'web' or 'api'", "ge": 0, "le": 5}
    sentence = said(kind, facts)
    assert sentence.endswith(".")
    assert "%(" not in sentence
    assert "nput" not in sentence


def test_the_facts_are_filled_in() -> None:
    assert said("string_too_long", {"max_length": 20}) == "This must have at most 20 characters."


@pytest.mark.parametrize(("kind", "facts"), [("never_heard_of", {}), ("string_too_long", {})], ids=["unknown", "bare"])
def test_what_cannot_be_said_in_detail_is_said_in_general(kind: str, facts: dict[str, int]) -> None:
    assert said(kind, facts) == OTHERWISE
