"""What may stand on a page in every language: what the organisation wrote, and how locales name days and places."""

import re
from collections.abc import Iterable, Iterator
from textwrap import wrap
from zoneinfo import available_timezones

from babel import Locale
from sqlalchemy import select

from spoc.db.base import Base
from spoc.db.people import OWNER, CalendarRow, LocationRow, PersonRow, QueueRow
from spoc.people.directory import initials_of
from spoc.web.drawing.graph import IN_A_LINE, LINES
from tests.world import World

BRAND = {"SPOC", "spoc"}
LONGEST_TITLE = 200
KEY = re.compile(r"[a-z][a-z0-9_.-]*")


class Known:
    """What the organisation wrote or anybody answered: every text in the database, and how locales say numbers."""

    def __init__(self, world: World, typed: Iterable[str]) -> None:
        self._texts = {" ".join(text.split()) for text in texts_of(world)}
        self._texts |= {initials_of(name) for name in world.session.scalars(select(PersonRow.name))}
        self._texts |= {*words_of_locales(), *BRAND, *keys_of(world)}
        self._texts |= {word for text in typed for word in (text, *text.split())}  # comes back, whole and by word
        self._lines = {line for text in self._texts for line in drawn_lines(text)}
        words = sorted((re.escape(text) for text in self._texts), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")

    def has(self, piece: str) -> bool:
        if piece in self._texts or piece in self._lines:
            return True
        begun, dots, rest = piece.partition("…")
        title, _, name = begun.rpartition(": ")  # in a drawing, who does it stands behind the title
        begins = (begun, name) if title in self._texts else (begun,)
        if dots and any(text.startswith(begins) for text in self._texts):
            return self.has(rest.lstrip(" ·"))
        return not any(char.isalpha() for char in self._pattern.sub("", piece))


def texts_of(world: World) -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        for row in world.session.execute(select(table)):
            yield from (text for value in row for text in leaves(value) if any(char.isalpha() for char in text))


def keys_of(world: World) -> Iterator[str]:
    """The keys that administrators chose, and the topics that queues go by."""
    for column in (CalendarRow.key, LocationRow.key, QueueRow.key):
        yield from world.session.scalars(select(column))
    yield OWNER
    yield from ("oslo", "early", "lyon", "press", "doors", "laptops")  # added and removed while the world was lived in


def leaves(value: object) -> Iterator[str]:
    """What people wrote; keys and states are ours, and shown in words or not at all."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str) and not KEY.fullmatch(value):
        yield from (str(value), *value.splitlines())


def drawn_lines(text: str) -> Iterator[str]:
    """A title as it stands in the box of a graph, on several lines."""
    if len(text) <= LONGEST_TITLE:
        yield from wrap(text, IN_A_LINE, max_lines=LINES, placeholder="…")


def words_of_locales() -> Iterator[str]:
    """Days, months and countries as Babel writes them, and the names of time zones."""
    locale = Locale("en")
    yield from locale.territories.values()
    yield from (name.replace("_", " ") for name in available_timezones())
    for names in (locale.days["format"], locale.months["format"]):
        for width in ("wide", "abbreviated"):
            yield from names[width].values()
