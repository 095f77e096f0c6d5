"""Sentences are kept as templates and values, and said in the language of whoever reads them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from routing.phrase import Phrase, counted
from spoc import words
from tests.texts import MADE_UP, bracketed, write_language

HANDED = Phrase("It is with %(queue)s, and %(state)s.", {"queue": "100 % IT", "state": Phrase("on hold")})
MINUTES = ("One minute is left of %(whole)s.", "%(number)s minutes are left of %(whole)s.")


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    texts = Catalog()
    for text in (HANDED.template, "on hold", MINUTES, "It takes 100 %."):
        texts.add(text)
    return write_language(tmp_path, texts, bracketed)


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    words.speak(words.ENGLISH)


@pytest.mark.parametrize(
    ("wish", "found"),
    [("pt-BR", "pt_BR"), ("pt-br;q=0.9, en;q=0.1", "pt_BR"), ("de-AT", "de"), ("fr", "en"), ("pt", "en")],
)
def test_a_language_of_one_country_is_found_by_its_folder(wish: str, found: str) -> None:
    assert words.choose(wish, ("en", "de", "pt_BR")) == found


def test_english_is_the_sentence_itself() -> None:
    assert str(HANDED) == words.said(HANDED) == "It is with 100 % IT, and on hold."


def test_what_fills_a_sentence_is_translated_before_it_is_filled_in(made_up: Path) -> None:
    words.speak(MADE_UP, made_up)
    assert words.said(HANDED) == "⟦It is with 100 % IT, and ⟦on hold⟧.⟧"


@pytest.mark.parametrize(("left", "said"), [(1, "⟦One minute is left of 5.⟧"), (3, "⟦3 minutes are left of 5.⟧")])
def test_the_number_decides_between_two_templates(made_up: Path, left: int, said: str) -> None:
    words.speak(MADE_UP, made_up)
    sentence = counted(*MINUTES, left, whole=5)
    assert words.said(sentence) == said
    assert str(sentence) == said.strip("⟦⟧")


def test_a_sentence_without_values_may_hold_a_percent_sign(made_up: Path) -> None:
    words.speak(MADE_UP, made_up)
    assert words.said(Phrase("It takes 100 %.")) == "⟦It takes 100 %.⟧"


@pytest.mark.parametrize("wrong", ["%(where)s", "%(queue)", "%(queue)d", "100 %"])
def test_a_translation_that_cannot_be_filled_in_gives_way_to_english(tmp_path: Path, wrong: str) -> None:
    texts = Catalog()
    texts.add(HANDED.template)
    words.speak(MADE_UP, write_language(tmp_path, texts, lambda _: wrong))
    assert words.said(HANDED) == str(HANDED)


def test_a_sentence_without_one_of_its_values_is_told_as_it_is_written(made_up: Path) -> None:
    words.speak(MADE_UP, made_up)
    assert words.said(Phrase(HANDED.template, {"queue": "IT"})) == HANDED.template
