"""The cold-start matcher: which service a text means, by the catalogue's own words, before there is a history."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from catalog.found import find_answers, without_dates
from catalog.service import Catalogue, Service

__all__ = ["Match", "find_answers", "match"]

# Both must hold: a good score alone may be shared by two services. Set on the shipped catalogue's own phrases, each
# left out in turn, so that what is called certain is nearly always right (tests/catalog/test_match.py).
CERTAIN_SCORE = 0.5
CERTAIN_MARGIN = 0.18
# One telling word proves little ("my car is broken"), unless it is nearly all that was said.
CERTAIN_WORDS = 2
CERTAIN_ALONE = 0.9
# A word the catalogue does not know speaks against every service, a little: names should hardly matter.
_UNKNOWN = 0.8
TITLED = 0.9
LONGEST = 2000
_NAME_DOES = re.compile(r"\b([A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+)*)(?: is| will be)? ([a-z]+)\b")
_SUBJECT_DOES = re.compile(r"\{(\w+)\} (\w+)")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SAYS_NOTHING = """
    a about after again all also am an and any are as at be been before but by can could dear did do does doing done
    down for from get give go got had has have having he hello help her hi him his how i i'd i'm i've if in into is
    it it's its just like make may me more my need needs no not now of off on one or our out over please regards she
    should so some someone soon than thank thanks that the their them then there they this to today tomorrow too up
    us very want was we were what when where which who will with would yes you your
"""
_STOP = frozenset(_SAYS_NOTHING.split())
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))
_WEIGHTS = {"title": 1.0, "phrases": 1.0, "summary": 0.6, "form": 0.35}


@dataclass(frozen=True)
class Match:
    """`score` runs from 0 to 1. `certain`: good enough to act on without asking. `words` are those that told."""

    service_key: str
    score: float
    certain: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class _Index:
    """Per service: how strongly each stem belongs to it, and the stems of each phrase; and how rare a stem is."""

    stems: Mapping[str, Mapping[str, float]]
    phrases: Mapping[str, tuple[frozenset[str], ...]]
    rarity: Mapping[str, float]
    doings: Mapping[str, str]

    def weight(self, stem: str) -> float:
        return self.rarity.get(stem, _UNKNOWN)


def match(text: str, catalogue: Catalogue, today: date) -> tuple[Match, ...]:
    """The services that share words with the text, best first, ties by key; dates in the text do not count as words."""
    written = _stems(without_dates(text[:LONGEST], today))
    index = _index(_Keyed(catalogue))
    titled = _titled(text[:LONGEST], index)
    scored = sorted(
        ((max(_score(written.keys(), key, index), TITLED * (key in titled)), key) for key in index.stems),
        key=lambda pair: (-pair[0], pair[1]),
    )
    found = [(score, key, _telling(written, key, index)) for score, key in scored if score > 0]
    clear = _is_clear([score for score, _, _ in found], len(found[0][2])) if found else False
    return tuple(Match(key, score, clear and at == 0, words) for at, (score, key, words) in enumerate(found))


def _titled(text: str, index: _Index) -> frozenset[str]:
    """Services whose title the text tells: a name and what they do, "Anna starts" for "{person_name} starts on …".

    A word of the catalogue is no name, however it is written: "Laptop starts slowly" is about a laptop.
    """
    pairs = [(_stems(name), stem(doing)) for name, doing in _NAME_DOES.findall(text)]
    done = {doing for name, doing in pairs if name and not name.keys() & index.rarity.keys()}
    return frozenset(key for key, doing in index.doings.items() if doing in done)


def _is_clear(scores: Sequence[float], words: int) -> bool:
    best, second = [*scores, 0.0][:2]
    telling = words >= CERTAIN_WORDS or best >= CERTAIN_ALONE
    return telling and best >= CERTAIN_SCORE and best - second >= CERTAIN_MARGIN


def _telling(written: Mapping[str, str], key: str, index: _Index) -> tuple[str, ...]:
    return tuple(word for stem, word in written.items() if stem in index.stems[key])


def _score(stems: Iterable[str], key: str, index: _Index) -> float:
    """Half how much of the text the service explains, half how near the text is to something people say for it."""
    wanted = set(stems)
    total = sum(index.weight(stem) for stem in wanted)
    if not total:
        return 0.0
    own = index.stems[key]
    explained = sum(index.rarity[stem] * own[stem] for stem in wanted if stem in own) / total
    nearest = max((_nearness(wanted, phrase, index) for phrase in index.phrases[key]), default=0.0)
    # Rounded: the order in which a set is summed differs between processes, and must not decide a tie.
    return min(1.0, round((explained + nearest) / 2, 6))


def _nearness(wanted: set[str], phrase: frozenset[str], index: _Index) -> float:
    """Shared weight of two sets of stems over their mean weight (Dice)."""
    shared = sum(index.rarity[stem] for stem in wanted & phrase)
    whole = sum(index.weight(stem) for stem in (*wanted, *phrase))
    return 2 * shared / whole if whole else 0.0


class _Keyed:
    """A catalogue as a cache key by identity: comparing whole catalogues would cost more than indexing one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.catalogue is self.catalogue


@lru_cache(maxsize=8)
def _index(keyed: _Keyed) -> _Index:
    services = keyed.catalogue.services
    stems = {service.key: _weights(service) for service in services}
    common = Counter(stem for own in stems.values() for stem in own)
    rarity = {stem: math.log(1 + len(services) / count) for stem, count in common.items()}
    phrases = {
        service.key: tuple(frozenset(_stems(said)) for said in (service.title, *service.phrases))
        for service in services
    }
    found = {service.key: _SUBJECT_DOES.match(service.title_template) for service in services if service.subject}
    doings = {key: stem(told[2].casefold()) for key, told in found.items() if told}
    return _Index(stems, phrases, rarity, doings)


def _weights(service: Service) -> dict[str, float]:
    texts = {
        "form": " ".join(f"{field.label} {' '.join(o.label for o in field.options)}" for field in service.form),
        "summary": service.summary,
        "phrases": " ".join(service.phrases),
        "title": f"{service.title} {service.key}",
    }
    weights: dict[str, float] = {}
    for part, text in texts.items():
        for stem in _stems(text):
            weights[stem] = max(weights.get(stem, 0.0), _WEIGHTS[part])
    return weights


def _stems(text: str) -> dict[str, str]:
    """Stem to the word as written, in the order of the text, without words that say nothing."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = [word for word in _WORD.findall(bare) if word.casefold() not in _STOP]
    stems: dict[str, str] = {}
    for word in words:
        stems.setdefault(stem(word.casefold()), word)
    return stems


def stem(word: str) -> str:
    """A rough stem: enough that "starts", "starting" and "started" meet, blunt enough to need no word list."""
    word = word.removesuffix("'s")
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004 - shorter is no word any more
            word = word.removesuffix(ending) + instead
            break
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls"  # noqa: PLR2004
    return word[:-1] if doubled else word
