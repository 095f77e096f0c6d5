"""What shows that a task is done: items ticked off one by one, and a word, number or file that proves it."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

LONGEST: Final = {"text": 2000, "reference": 80, "file": 36}


class ProofKind(StrEnum):
    TEXT = "text"
    REFERENCE = "reference"
    FILE = "file"


@dataclass(frozen=True)
class Item:
    """One line of a checklist; who ticked it and when, if anybody has."""

    label: str
    by_id: int | None = None
    at: datetime | None = None

    @property
    def is_ticked(self) -> bool:
        return self.at is not None


@dataclass(frozen=True)
class Asked:
    """The evidence that a task needs to be finished; a `pattern` is for the whole of it. Of a file it is the id."""

    kind: ProofKind
    label: str
    pattern: str | None = None

    def accepts(self, evidence: str) -> bool:
        if not evidence.strip() or len(evidence) > LONGEST[self.kind]:
            return False
        if self.kind is ProofKind.REFERENCE and len(evidence.splitlines()) > 1:
            return False
        return self.pattern is None or re.fullmatch(self.pattern, evidence.strip()) is not None


def is_file(asked: Asked | None) -> bool:
    return asked is not None and asked.kind is ProofKind.FILE


def tick(items: Sequence[Item], labels: Collection[str], by_id: int, at: datetime) -> tuple[Item, ...]:
    """The list with exactly these items ticked; those that were ticked before keep who and when."""
    return tuple(
        (item if item.is_ticked else Item(item.label, by_id, at)) if item.label in labels else Item(item.label)
        for item in items
    )


def strangers(items: Iterable[Item], labels: Iterable[str]) -> tuple[str, ...]:
    """The labels that no item has."""
    known = {item.label for item in items}
    return tuple(label for label in labels if label not in known)


def items_document(items: Iterable[Item]) -> list[dict[str, Any]]:
    """As it is stored."""
    return [
        {"label": item.label} | ({"by": item.by_id, "at": item.at.isoformat()} if item.at is not None else {})
        for item in items
    ]


def stored_items(document: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(
        Item(one["label"], one["by"], datetime.fromisoformat(one["at"])) if "at" in one else Item(one["label"])
        for one in document
    )


def asked_document(asked: Asked | None) -> dict[str, Any] | None:
    return {"kind": asked.kind, "label": asked.label, "pattern": asked.pattern} if asked else None


def stored_asked(document: Mapping[str, Any] | None) -> Asked | None:
    return Asked(ProofKind(document["kind"]), document["label"], document["pattern"]) if document else None
