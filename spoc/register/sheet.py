"""Reading a CSV file for the register: its lines as values, and what is wrong with each, by line and column."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from catalog.item import ItemKind
from routing.phrase import Phrase
from spoc.errors import Fault

COLUMNS: Final = ("kind", "tag", "model", "location", "holder", "until", "state", "quantity")
NEEDED: Final = ("kind", "location")
STATES: Final = ("", "in use", "out of use")
MOST_LINES: Final = 5_000
MOST_PIECES: Final = 10_000
LONGEST: Final = 120


@dataclass(frozen=True)
class Known:
    """What lines may name: kinds by key, keys of locations, mail addresses in lower case.

    `kept` are the queues whose kinds may be changed; None for whoever runs the product.
    """

    kinds: Mapping[str, ItemKind]
    locations: Collection[str]
    mails: Collection[str]
    kept: Collection[str] | None = None


@dataclass(frozen=True)
class Line:
    """One line, checked. `given` has the columns of the file: what it lacks is not to be changed."""

    number: int
    kind: str
    location: str
    given: Mapping[str, str]

    @property
    def tag(self) -> str:
        return self.given.get("tag", "")

    @property
    def holder(self) -> str:
        return self.given.get("holder", "")

    @property
    def until(self) -> date | None:
        text = self.given.get("until", "")
        return date.fromisoformat(text) if text else None

    @property
    def quantity(self) -> int:
        return int(self.given["quantity"])

    @property
    def out_of_use(self) -> bool:
        return self.given.get("state") == "out of use"


@dataclass(frozen=True)
class Sheet:
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]


def named_mails(text: str) -> frozenset[str]:
    """All holders with an @, in lower case, to look for in the directory."""
    rows = csv.DictReader(io.StringIO(text), delimiter=_delimiter(text))
    try:
        return frozenset(holder for row in rows if "@" in (holder := (row.get("holder") or "").strip().lower()))
    except csv.Error:
        return frozenset()


def _delimiter(text: str) -> str:
    """A semicolon where the first line has more of them: so spreadsheets save where numbers have decimal commas."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def read_sheet(text: str, known: Known) -> Sheet:
    """Every line that is right, and every fault; the first line names the columns, in any order."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(text), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        return Sheet((), (fault(reader.line_num, "", "unreadable", Phrase("This line is no CSV.")),))
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    head = [name.strip().lower() for name in filled[0][1]] if filled else []
    if faults := tuple(_head_faults(head, len(filled))):
        return Sheet((), faults)
    lines, found = [], list[Fault]()
    seen: dict[tuple[str, ...], int] = {}
    for number, row in filled[1:]:
        line = _line(number, dict(zip(head, (cell.strip() for cell in row), strict=False)))
        wrong = [*_shape(number, row, head), *_names(line, known), *_values(line, known), *_twice(line, seen, known)]
        found += wrong
        lines += [] if wrong else [line]
    return Sheet(tuple(lines), tuple(found))


def fault(line: int, column: str, code: str, phrase: Phrase) -> Fault:
    """`lines.3.holder`, or `lines.3` for the whole line."""
    return Fault(f"lines.{line}.{column}".rstrip("."), code, phrase)


def _line(number: int, cells: Mapping[str, str]) -> Line:
    given = {name: text for name, text in cells.items() if name not in NEEDED}
    return Line(number, cells.get("kind", ""), cells.get("location", ""), given)


def _head_faults(head: list[str], count: int) -> Iterator[Fault]:
    names = ", ".join(COLUMNS)
    for name in NEEDED:
        if name not in head:
            yield fault(1, name, "missing", Phrase("The first line names the columns: %(names)s.", {"names": names}))
    for name in head:
        if name not in COLUMNS:
            said = {"name": name[:LONGEST], "names": names}
            yield fault(1, "", "unknown", Phrase("There is no column “%(name)s”; there are %(names)s.", said))
    if len(set(head)) < len(head):
        yield fault(1, "", "twice", Phrase("A column stands here twice."))
    if count > MOST_LINES + 1:
        yield fault(1, "", "too_long", Phrase("A file has at most %(most)s lines.", {"most": MOST_LINES}))


def _shape(number: int, row: list[str], head: list[str]) -> Iterator[Fault]:
    if len(row) != len(head):
        said = {"cells": len(row), "columns": len(head)}
        yield fault(number, "", "cells", Phrase("%(cells)s cells for %(columns)s columns.", said))
    if any(len(cell) > LONGEST or not cell.isprintable() for cell in row):
        phrase = Phrase("A cell is longer than %(most)s characters, or cannot be printed.", {"most": LONGEST})
        yield fault(number, "", "unprintable", phrase)


def _names(line: Line, known: Known) -> Iterator[Fault]:
    kind = known.kinds.get(line.kind)
    if kind is None:
        said = {"name": line.kind[:LONGEST], "names": ", ".join(known.kinds)}
        yield fault(line.number, "kind", "unknown", Phrase("There is no kind “%(name)s”; there are %(names)s.", said))
    elif known.kept is not None and kind.queue not in known.kept:
        yield fault(
            line.number, "kind", "not_kept", Phrase("%(kind)s: your queues do not keep it.", {"kind": kind.title})
        )
    if line.location not in known.locations:
        said = {"name": line.location[:LONGEST], "names": ", ".join(sorted(known.locations))}
        phrase = Phrase("There is no location “%(name)s”; there are %(names)s.", said)
        yield fault(line.number, "location", "unknown", phrase)
    if "@" in line.holder and line.holder.lower() not in known.mails:
        phrase = Phrase("Nobody in the directory has the address %(mail)s.", {"mail": line.holder[:LONGEST]})
        yield fault(line.number, "holder", "unknown", phrase)


def _values(line: Line, known: Known) -> Iterator[Fault]:
    kind = known.kinds.get(line.kind)
    if kind is not None:
        yield from _counted(line) if kind.counted else _tagged(line)
    try:
        _ = line.until
    except ValueError:
        yield fault(line.number, "until", "no_date", Phrase("Write the day like 2026-09-14."))
    if line.given.get("until") and not line.holder:
        yield fault(line.number, "until", "nobody", Phrase("Only what somebody holds comes back on a day."))
    if line.given.get("state", "") not in STATES:
        yield fault(line.number, "state", "unknown", Phrase("Write “in use” or “out of use”."))
    elif line.out_of_use and line.holder:
        yield fault(line.number, "state", "held", Phrase("What is out of use is held by nobody."))


def _counted(line: Line) -> Iterator[Fault]:
    text = line.given.get("quantity", "")
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST and int(text) <= MOST_PIECES):
        phrase = Phrase("How many are there? A whole number up to %(most)s.", {"most": MOST_PIECES})
        yield fault(line.number, "quantity", "no_number", phrase)
    if line.tag:
        yield fault(line.number, "tag", "counted", Phrase("Things of this kind are counted and have no tags."))
    if line.out_of_use:
        yield fault(line.number, "state", "counted", Phrase("Lower the quantity instead."))


def _tagged(line: Line) -> Iterator[Fault]:
    if not line.tag:
        phrase = Phrase("Each thing of this kind is known by its tag, such as its serial number.")
        yield fault(line.number, "tag", "missing", phrase)
    if line.given.get("quantity", "") not in {"", "1"}:
        yield fault(line.number, "quantity", "tagged", Phrase("Give each of them a line with its tag."))


def _twice(line: Line, seen: dict[tuple[str, ...], int], known: Known) -> Iterator[Fault]:
    kind = known.kinds.get(line.kind)
    if kind is None:
        return
    key = (line.kind, line.location, line.holder.lower()) if kind.counted else (line.kind, line.tag.lower())
    first = seen.setdefault(key, line.number)
    if first != line.number:
        yield fault(line.number, "", "twice", Phrase("Line %(line)s says something of the same.", {"line": first}))
