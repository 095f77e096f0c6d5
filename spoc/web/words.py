"""The texts that people read: English in the source, other languages from `spoc/locale` where there are any."""

import gettext as catalogues
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale

DOMAIN = "spoc"
FOLDER = Path(__file__).parent.parent / "locale"
ENGLISH = "en"

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


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
    return negotiate_locale(wishes, offered or languages(), sep="-") or ENGLISH


def speak(language: str) -> None:
    """Use this language for the rest of the request."""
    _language.set(language)


def language() -> str:
    return _language.get()


def gettext(text: str) -> str:
    """The text in the language of the request."""
    return translations(_language.get()).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    return translations(_language.get()).ngettext(one, many, number)


def marked(text: str) -> str:
    """The text itself: marks it for translation where it is written; `gettext` translates where it is shown."""
    return text


def known_locale(name: str) -> Locale:
    """The locale of that name, or English: a typing mistake in a setting must not take every page down."""
    try:
        return Locale.parse(name, sep="-" if "-" in name else "_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(ENGLISH)
