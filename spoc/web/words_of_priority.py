"""Priorities, and what they are made of, in words."""

from collections.abc import Mapping
from typing import Final

from routing.priority import Level
from routing.work import PRIORITIES
from spoc.words import gettext, marked

PRIORITY_WORDS: Final[Mapping[str, str]] = {
    "low": marked("Low"),
    "normal": marked("Normal"),
    "high": marked("High"),
    "urgent": marked("Urgent"),
}
LEVEL_WORDS: Final[Mapping[Level, str]] = {
    Level.HIGH: marked("High"),
    Level.MEDIUM: marked("Medium"),
    Level.LOW: marked("Low"),
}


def priority_word(priority: object) -> str:
    """In the reader's language; what is none as it is."""
    return gettext(PRIORITY_WORDS[str(priority)]) if priority in PRIORITY_WORDS else str(priority or "")


def priority_options() -> list[tuple[str, str]]:
    """Value and text, the least pressing first."""
    return [(one, priority_word(one)) for one in PRIORITIES]
