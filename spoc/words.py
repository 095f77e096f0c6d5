"""The texts that people read: English in the source, other languages from `spoc/locale` where there are any."""

import gettext as catalogues
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from babel import Locale, UnknownLocaleError, negotiate_locale

from routing.phrase import marked

__all__ = [
    "ENGLISH",
    "FOLDER",
    "Sentence",
    "choose",
    "gettext",
    "known_locale",
    "language",
    "languages",
    "marked",
    "ngettext",
    "said",
    "said_as_is",
    "speak",
    "translations",
]

DOMAIN = "spoc"
FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"

_reader: ContextVar[tuple[str, Path]] = ContextVar("reader", default=(ENGLISH, FOLDER))


@runtime_checkable
class Sentence(Protocol):
    """What `routing.phrase.Phrase` is, and faults and errors that bring the same."""

    @property
    def template(self) -> str: ...
    @property
    def many(self) -> str: ...
    @property
    def given(self) -> Mapping[str, object]: ...


@cache
def languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """The languages there are texts for, English first."""
    found = sorted(path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (ENGLISH, *(name for name in found if name != ENGLISH))


@cache
def translations(language: str, folder: Path = FOLDER) -> catalogues.NullTranslations:
    """The texts in one language; the English of the source where there are none."""
    return catalogues.translation(DOMAIN, folder, languages=[language], fallback=True)


@lru_cache(256)
def choose(accept_language: str, offered: tuple[str, ...] | None = None) -> str:
    """The offered language that an Accept-Language header likes best; English if none."""
    wishes = [part.split(";")[0].strip() for part in accept_language.split(",")[:10]]
    by_tag = {name.replace("_", "-").lower(): name for name in offered or languages()}
    found = negotiate_locale(wishes, list(by_tag), sep="-")
    return by_tag[found.lower()] if found else ENGLISH


def speak(language: str, folder: Path = FOLDER) -> None:
    """Use this language for the rest of the request."""
    _reader.set((language, folder))


def language() -> str:
    return _reader.get()[0]


def gettext(text: str) -> str:
    """The text in the language of the request; an empty one stays empty."""
    return translations(*_reader.get()).gettext(text) if text else ""


def ngettext(one: str, many: str, number: int) -> str:
    return translations(*_reader.get()).ngettext(one, many, number)


def said(sentence: Sentence) -> str:
    """The sentence in the language of the request; a value that is itself one is translated before it is filled in.

    Neither a translator's mistake nor a stored reason without one of its values takes the answer down: it is then in
    English, and without its values where English cannot be filled in either.
    """
    given = {name: said(value) if isinstance(value, Sentence) else value for name, value in sentence.given.items()}
    with suppress(KeyError, TypeError, ValueError):
        return _chosen(sentence) % given if given else _chosen(sentence)
    with suppress(KeyError, TypeError, ValueError):
        return str(sentence)
    return sentence.template


def said_as_is(text: Sentence | str) -> str:
    """A sentence in the language of the request; any other text as it is, such as what a library says."""
    return said(text) if isinstance(text, Sentence) else text


def _chosen(sentence: Sentence) -> str:
    if sentence.many:
        return ngettext(sentence.template, sentence.many, int(str(sentence.given["number"])))
    return gettext(sentence.template)


def known_locale(name: str) -> Locale:
    """The locale of that name, or English: a typing mistake in a setting must not take every page down."""
    try:
        return Locale.parse(name, sep="-" if "-" in name else "_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(ENGLISH)
