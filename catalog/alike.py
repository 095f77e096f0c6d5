"""How alike two short texts are: by the words that they share, whatever their order and endings."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from catalog.match import stem

ALIKE = 0.6
SHARED = 2
MOST_WORDS = 16
MOST_TOGETHER = 100
MOST_PAIRS = 1_000
"""Nobody reads on; where more than so many texts share two words or are the same, these say nothing of them."""
_WORD = re.compile(r"[^\W_]+")
_PLACE = re.compile(r"\{[^{}]*\}")
_SAYS_NOTHING = "a an and as at by for from in into is it its of on or the their to up with you your"
_SMALL = frozenset(_SAYS_NOTHING.split())


def words_of(text: str) -> frozenset[str]:
    """Its words without endings; small ones and answers in braces say nothing of the matter."""
    return frozenset(stem(word) for word in _WORD.findall(_PLACE.sub(" ", text).casefold()) if word not in _SMALL)


def without_answers(text: str) -> str:
    """With a dash of dots in the place of each answer in braces, as people read a title that nobody filled in."""
    return _PLACE.sub("…", text)


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Twice the shared words over all words of both (Dice): 1 is the same words, 0 none in common."""
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def are_alike(first: frozenset[str], second: frozenset[str]) -> bool:
    """The same words; or at least two shared, which are at least 60 % of those of both."""
    if first == second:
        return bool(first)
    return len(first & second) >= SHARED and likeness(first, second) >= ALIKE


def alike_pairs(texts: Sequence[frozenset[str]]) -> tuple[tuple[int, int], ...]:
    """Places of all that are alike, each pair once; only texts that share two words, or are the same, are compared."""
    together = (places for places in _buckets(texts).values() if len(places) <= MOST_TOGETHER)
    pairs = (pair for places in together for pair in combinations(places, 2))
    found: dict[tuple[int, int], None] = {}
    for pair in pairs:
        if are_alike(texts[pair[0]], texts[pair[1]]):
            found[pair] = None
        if len(found) == MOST_PAIRS:
            break
    return tuple(sorted(found))


def _buckets(texts: Sequence[frozenset[str]]) -> Mapping[object, Sequence[int]]:
    buckets: dict[object, list[int]] = {}
    for at, words in enumerate(texts):
        buckets.setdefault(words, []).append(at)
        for two in combinations(sorted(words)[:MOST_WORDS], SHARED):
            buckets.setdefault(two, []).append(at)
    return buckets
