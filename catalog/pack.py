"""One pack: a YAML file read into catalogue parts, each with the place where it stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from catalog.errors import DocumentFault
from catalog.expected import PackTest
from catalog.item import ItemKind
from catalog.part import Part
from catalog.remark import Remark
from catalog.service import Need, Phase, Queue, Service
from catalog.shape_words import reason_of
from catalog.yaml_text import Reading, read_yaml

_LISTS: dict[str, type[Part]] = {
    "queues": Queue,
    "needs": Need,
    "phases": Phase,
    "items": ItemKind,
    "services": Service,
    "tests": PackTest,
}
_ADVICE = {
    "extra_forbidden": Remark("remove it, or check its spelling"),
    "missing": Remark("add it"),
    "too_long": Remark("make several of it"),
    "string_pattern_mismatch": Remark("keys are lower-case letters, digits, - and _, and start with a letter"),
}
_FEW = 12
P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Document:
    """`parts` pairs the path of each valid part with it; `faults` are those of the file's shape.

    `mentioned` holds the kind and key of all parts, valid or not, such as ("services", "new-starter").
    """

    reading: Reading
    parts: tuple[tuple[str, Part], ...]
    mentioned: frozenset[tuple[str, str]]
    faults: tuple[DocumentFault, ...]

    def of(self, kind: type[P]) -> Iterator[tuple[str, P]]:
        """The parts of one kind with their paths, in the order of the file."""
        return ((where, part) for where, part in self.parts if isinstance(part, kind))


@dataclass(frozen=True)
class Place:
    """A part within a pack, to say where a fault is."""

    reading: Reading
    where: str

    def part(self, sub: str) -> "Place":
        return Place(self.reading, self.where + sub)

    def fault(self, sub: str, reason: str, advice: str = "") -> DocumentFault:
        return self.reading.fault(self.where + sub, reason, advice)

    def nearest(self, name: str, names: Iterable[str]) -> str:
        """Advice: the known name most like this one, or all of them where none is and they are few."""
        known = sorted(names)
        if alike := get_close_matches(name, known, n=1):
            return Remark("did you mean %(name)s?", name=alike[0])
        return Remark("there are %(names)s", names=", ".join(known)) if 0 < len(known) <= _FEW else ""


def read_document(file: str, text: str) -> Document:
    """Read one pack; nothing is raised, all that is wrong stands in `faults`."""
    reading = read_yaml(file, text)
    faults = list(reading.faults)
    parts: list[tuple[str, Part]] = []
    entries = list(_entries(reading, faults))
    for name, where, entry in entries:
        try:
            parts.append((where, _LISTS[name].model_validate(entry)))
        except ValidationError as errors:
            faults.extend(_shape_fault(reading, where, error) for error in errors.errors(include_url=False))
    mentioned = frozenset((name, str(entry.get("key"))) for name, _, entry in entries)
    return Document(reading, tuple(parts), mentioned, tuple(faults))


def _entries(reading: Reading, faults: list[DocumentFault]) -> Iterator[tuple[str, str, dict[str, object]]]:
    """The list's name, the path and the raw map of each entry; what has another shape becomes a fault."""
    lists = ", ".join(_LISTS)
    if not isinstance(reading.value, dict):
        if not faults:
            faults.append(
                reading.fault("", Remark("this is no pack"), Remark("a pack is a map with %(lists)s", lists=lists))
            )
        return
    for name, entries in reading.value.items():
        if name not in _LISTS:
            faults.append(
                reading.fault(
                    name, Remark("no such part of a catalogue"), Remark("the parts are %(lists)s", lists=lists)
                )
            )
        elif not isinstance(entries, list):
            faults.append(reading.fault(name, Remark("this must be a list"), Remark("start each entry with a dash")))
        else:
            yield from _maps(name, entries, reading, faults)


def _maps(
    name: str, entries: list[object], reading: Reading, faults: list[DocumentFault]
) -> Iterator[tuple[str, str, dict[str, object]]]:
    for at, entry in enumerate(entries):
        where = f"{name}[{at}]"
        if isinstance(entry, dict):
            yield name, where, entry
        else:
            faults.append(reading.fault(where, Remark("this must be a map of keys and values")))


def _shape_fault(reading: Reading, where: str, error: ErrorDetails) -> DocumentFault:
    return reading.fault(where + path_of(error), reason_of(error), _ADVICE.get(error["type"], ""))


def path_of(error: ErrorDetails) -> str:
    """Where in a value pydantic found an error, such as `.steps[5].due`."""
    parts = (part for part in error["loc"] if part != "[key]")  # follows a key that is itself at fault
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
