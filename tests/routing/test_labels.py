import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.labels import LONGEST_TEXT, Label, labels_in

PRINTING = Label("printing", "Printing", ("print*", "paper jam"))
FIRE = Label("fire", "Fire", ("smoke", "it burns"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The PRINTER is dead", {"printing": "print*"}),
        ("A paper  jam, again", {"printing": "paper jam"}),
        ("paper-jam", {"printing": "paper jam"}),
        ("paper, then jam", {}),
        ("newspaper jam", {}),
        ("blueprint", {}),
        ("It burns and there is smoke", {"fire": "smoke"}),
        ("", {}),
        ("Das Ding druckt nicht: ﬁre, it BURNS!", {"fire": "it burns"}),
    ],
)
def test_phrases_are_whole_words_in_a_row(text: str, found: dict[str, str]) -> None:
    assert labels_in(text, [PRINTING, FIRE]) == found


def test_a_phrase_without_words_is_in_no_text() -> None:
    assert labels_in("anything * at all", [Label("none", "None", ("", "*", "!?"))]) == {}


def test_signs_of_patterns_mean_nothing() -> None:
    assert labels_in("abc", [Label("one", "One", ("a.c", "a|b", "(abc"))]) == {"one": "(abc"}


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert labels_in("x " * LONGEST_TEXT + "smoke", [FIRE]) == {}


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["smoke", "it burns", "Smoke"]))
def test_a_phrase_set_off_by_spaces_is_always_found(before: str, after: str, phrase: str) -> None:
    assert "fire" in labels_in(f"{before} {phrase} {after}", [FIRE])


@given(st.text(max_size=200))
def test_more_labels_never_lose_one(text: str) -> None:
    alone = labels_in(text, [FIRE])
    assert alone.items() <= labels_in(text, [PRINTING, FIRE]).items()
