"""A catalogue from its packs, and to and from the JSON in which a version of it is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from catalog.errors import DocumentFault, InvalidCatalogue
from catalog.expected import PackTest
from catalog.item import ItemKind
from catalog.lint import lint
from catalog.pack import Document, P, path_of, read_document
from catalog.remark import Remark
from catalog.service import Catalogue, Need, Phase, Queue, Service
from catalog.shape_words import reason_of
from catalog.stored import STORED
from catalog.yaml_text import LARGEST


def read_packs(folder: Path | Traversable) -> Catalogue:
    """The catalogue that all `*.yaml` files of a folder make together, in the order of their names.

    Raises:
        InvalidCatalogue: with every fault of every file; nothing of it is then to be used.
        OSError: the folder cannot be read.
    """
    packs = in_folder(folder)
    faults = sorted((*packs.faults, *lint(packs.documents)))
    if faults:
        raise InvalidCatalogue(faults)
    return catalogue_of(packs.documents)


@dataclass(frozen=True)
class Packs:
    """`faults` are those of reading: files that are no text, and whatever has another shape than a pack."""

    documents: tuple[Document, ...]
    faults: tuple[DocumentFault, ...]


def in_folder(folder: Path | Traversable) -> Packs:
    """All `*.yaml` files of the folder, in the order of their names.

    Raises:
        OSError: the folder cannot be read.
    """
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda pack: pack.name)
    if not found:
        reason, advice = Remark("there is no pack here"), Remark("a pack is a file NAME.yaml")
        return Packs((), (DocumentFault(folder.name, 0, "", reason, advice),))
    return read_files([(pack.name, pack) for pack in found])


def read_files(files: Sequence[tuple[str, Path | Traversable]]) -> Packs:
    """The files with what to call each in faults.

    Raises:
        OSError: a file cannot be read.
    """
    documents: list[Document] = []
    faults: list[DocumentFault] = []
    for name, pack in files:
        try:
            documents.append(read_document(name, text_of(pack)))
        except UnicodeDecodeError as error:
            reason = Remark("not UTF-8 at byte %(byte)s", byte=error.start)
            faults.append(DocumentFault(name, 0, "", reason, Remark("save it as UTF-8")))
    found = (fault for document in documents for fault in document.faults)
    return Packs(tuple(documents), tuple(sorted((*faults, *found))))


def text_of(pack: Path | Traversable) -> str:
    """At most one byte more than is allowed: the reader refuses it, and memory is spared."""
    with pack.open("rb") as stream:
        return stream.read(LARGEST + 1).decode()


def catalogue_of(documents: tuple[Document, ...]) -> Catalogue:
    """The valid parts of the documents, put together without looking for faults between them."""
    return Catalogue(
        queues=tuple(_all(documents, Queue)),
        needs=tuple(_all(documents, Need)),
        phases=tuple(_all(documents, Phase)),
        items=tuple(_all(documents, ItemKind)),
        services=tuple(_all(documents, Service)),
        tests=tuple(_all(documents, PackTest)),
    )


def _all(documents: tuple[Document, ...], kind: type[P]) -> Iterator[P]:
    return (part for document in documents for _, part in document.of(kind))


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with this package; read once."""
    return read_packs(files("catalog") / "packs")


def to_json(catalogue: Catalogue) -> str:
    """The whole catalogue as JSON, defaults written out: what is stored must not change when a default does."""
    return catalogue.model_dump_json()


def from_json(text: str) -> Catalogue:
    """What `to_json` wrote; faults between parts are not looked for again, nor what was only later limited.

    Raises:
        InvalidCatalogue: the text is not such a catalogue.
    """
    try:
        return Catalogue.model_validate_json(text, context=STORED)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        faults = [DocumentFault("", 0, path_of(error).lstrip("."), reason_of(error)) for error in errors]
        raise InvalidCatalogue(sorted(faults)) from invalid
