"""The packs of a catalogue as texts by file name: looked at as a whole, and what somebody has changed in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from catalog.document import Packs, catalogue_of, text_of
from catalog.errors import DocumentFault
from catalog.looked_at import look, try_out
from catalog.pack import Document, read_document
from catalog.pack_tests import Outcome
from catalog.service import Catalogue

Sources = Mapping[str, str]
"""Texts by file name. What stands where in the catalogue follows the order of the names."""

FILE_NAME: Final = r"[a-z0-9][a-z0-9_-]{0,59}\.yaml"
MOST_FILES: Final = 200


@dataclass(frozen=True)
class Looked:
    """What is wrong with sources, by file and line, and how their tests came out: they run only where nothing is."""

    documents: tuple[Document, ...]
    faults: tuple[DocumentFault, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def catalogue(self) -> Catalogue:
        """What the valid parts make, also where there are faults."""
        return catalogue_of(self.documents)

    @property
    def failed(self) -> tuple[DocumentFault, ...]:
        """What the tests expected otherwise."""
        return tuple(fault for outcome in self.outcomes for fault in outcome.faults)


@dataclass(frozen=True)
class Edit:
    """What somebody has of one file (None: it is taken out), and what it came from (None: it is new)."""

    text: str | None
    base: str | None

    @property
    def is_change(self) -> bool:
        return self.text != self.base


def look_at(sources: Sources) -> Looked:
    """All sources as one catalogue. Nothing is raised."""
    documents = tuple(read_document(name, sources[name]) for name in sorted(sources))
    packs = Packs(documents, tuple(sorted(fault for document in documents for fault in document.faults)))
    faults = look(packs).faults
    return Looked(documents, faults, () if faults else try_out(packs))


def with_edits(published: Sources, edits: Mapping[str, Edit]) -> dict[str, str]:
    """The published files with the changes in their places; whatever was not changed is as published."""
    texts: dict[str, str | None] = {**published, **{file: edit.text for file, edit in edits.items() if edit.is_change}}
    return {file: texts[file] or "" for file in sorted(texts) if texts[file] is not None}


def clashing(published: Sources, edits: Mapping[str, Edit]) -> tuple[str, ...]:
    """The files that were changed here and, in another way, in what was published since."""
    return tuple(
        file
        for file, edit in sorted(edits.items())
        if edit.is_change and published.get(file) not in {edit.base, edit.text}
    )


def sources_in(folder: Path | Traversable) -> dict[str, str]:
    """The text of each `*.yaml` file of a folder, as `read_packs` reads them; lines end as on every other machine.

    Raises:
        OSError: the folder or a file cannot be read.
        UnicodeDecodeError: a file is no text.
    """
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda pack: pack.name)
    return {pack.name: text_of(pack).replace("\r\n", "\n") for pack in found}


def shipped_sources() -> dict[str, str]:
    """The packs that come with this package."""
    return sources_in(files("catalog") / "packs")
