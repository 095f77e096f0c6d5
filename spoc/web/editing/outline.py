"""What stands where in one pack: its services by line, and the faults that belong to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.errors import DocumentFault
from catalog.pack import Document
from catalog.service import Service
from spoc.words import Sentence, said

MOST_SHOWN: Final = 50


@dataclass(frozen=True)
class Entry:
    """One service of the file, valid or not; `value` is None where its shape is not that of a service."""

    where: str
    title: str
    line: int
    value: Service | None


@dataclass(frozen=True)
class FaultLine:
    """One thing to mend, with the line as it stands in the text ("" for the file as a whole)."""

    file: str
    line: int
    where: str
    reason: str
    advice: str
    quoted: str


def entries(document: Document) -> tuple[Entry, ...]:
    """In the order of the file."""
    value = document.reading.value
    raw = value.get("services") if isinstance(value, dict) else None
    valid = dict(document.of(Service))
    return tuple(
        Entry(f"services[{at}]", _title(one), document.reading.line(f"services[{at}]"), valid.get(f"services[{at}]"))
        for at, one in enumerate(raw if isinstance(raw, list) else [])
        if isinstance(one, dict)
    )


def _title(raw: dict[str, object]) -> str:
    return str(raw.get("title") or raw.get("key") or "")[:80]


def at_line(found: Sequence[Entry], line: int) -> Entry | None:
    """The service that the line belongs to; the first for what stands before all of them."""
    begun = [entry for entry in found if entry.line <= line]
    return begun[-1] if begun else next(iter(found), None)


@dataclass(frozen=True)
class Faults:
    """`lines` are the first of them: nobody mends hundreds at once, and most follow from a few."""

    number: int
    lines: tuple[FaultLine, ...]

    @property
    def more(self) -> int:
        return self.number - len(self.lines)


def fault_lines(faults: Sequence[DocumentFault], texts: Mapping[str, Sequence[str]]) -> Faults:
    """`texts` are the lines of each file."""
    return Faults(len(faults), tuple(_fault(one, texts.get(one.file, ())) for one in faults[:MOST_SHOWN]))


def _fault(fault: DocumentFault, lines: Sequence[str]) -> FaultLine:
    reason, advice = (said(text) if isinstance(text, Sentence) else text for text in (fault.reason, fault.advice))
    quoted = lines[fault.line - 1].strip()[:120] if 0 < fault.line <= len(lines) else ""
    return FaultLine(fault.file, fault.line, fault.where, reason, advice, quoted)
