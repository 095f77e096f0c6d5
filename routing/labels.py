"""Labels of a text: names for what it is about, found by words and phrases, the same way every time."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST_TEXT: Final = 20_000
"""Characters that are read: what somebody wants stands at the beginning."""
_WORD: Final = re.compile(r"\w+\*?")


@dataclass(frozen=True)
class Label:
    """Found where one of its phrases is: whole words in a row, in any case; `print*` is any word that begins so."""

    key: str
    title: str
    phrases: tuple[str, ...]


def labels_in(text: str, labels: Iterable[Label]) -> dict[str, str]:
    """The keys of the labels that the text has, each with the first of its phrases that is in it."""
    said = f" {' '.join(words_of(text[:LONGEST_TEXT], stars=False))} "
    found = ((label.key, _first(label.phrases, said)) for label in labels)
    return {key: phrase for key, phrase in found if phrase}


def words_of(text: str, *, stars: bool) -> list[str]:
    """Its words, folded so that case and forms of a letter do not matter; with `stars`, those that end a word."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return found if stars else [word.rstrip("*") for word in found]


def _first(phrases: Iterable[str], said: str) -> str:
    return next((phrase for phrase in phrases if _is_in(phrase, said)), "")


def _is_in(phrase: str, said: str) -> bool:
    pattern = _pattern(phrase)
    return pattern is not None and pattern.search(said) is not None


@lru_cache(maxsize=4_000)
def _pattern(phrase: str) -> re.Pattern[str] | None:
    """None for a phrase without a word, which is in no text."""
    words = words_of(phrase, stars=True)
    if not words:
        return None
    each = (re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(f" {' '.join(each)} ")
