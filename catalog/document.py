"""A catalogue from its packs, and to and from the JSON in which a version of it is stored."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from catalog.errors import DocumentFault, InvalidCatalogue
from catalog.lint import lint
from catalog.pack import Document, P, path_of, read_document
from catalog.service import Catalogue, Need, Phase, Queue, Service
from catalog.yaml_text import LARGEST


def read_packs(folder: Path | Traversable) -> Catalogue:
    """The catalogue that all `*.yaml` files of a folder make together, in the order of their names.

    Raises:
        InvalidCatalogue: with every fault of every file; nothing of it is then to be used.
        OSError: the folder cannot be read.
    """
    documents, unread = _documents(folder)
    faults = [*unread, *(fault for document in documents for fault in document.faults), *lint(documents)]
    if faults:
        raise InvalidCatalogue(sorted(faults))
    return catalogue_of(documents)


def _documents(folder: Path | Traversable) -> tuple[tuple[Document, ...], list[DocumentFault]]:
    packs = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda pack: pack.name)
    if not packs:
        return (), [DocumentFault(folder.name, 0, "", "there is no pack here", "a pack is a file NAME.yaml")]
    documents: list[Document] = []
    faults: list[DocumentFault] = []
    for pack in packs:
        try:
            documents.append(read_document(pack.name, _text(pack)))
        except UnicodeDecodeError as error:
            faults.append(DocumentFault(pack.name, 0, "", f"not UTF-8 at byte {error.start}", "save it as UTF-8"))
    return tuple(documents), faults


def _text(pack: Path | Traversable) -> str:
    """At most one byte more than is allowed: the reader refuses it, and memory is spared."""
    with pack.open("rb") as stream:
        return stream.read(LARGEST + 1).decode()


def catalogue_of(documents: tuple[Document, ...]) -> Catalogue:
    """The valid parts of the documents, put together without looking for faults between them."""
    return Catalogue(
        queues=tuple(_all(documents, Queue)),
        needs=tuple(_all(documents, Need)),
        phases=tuple(_all(documents, Phase)),
        services=tuple(_all(documents, Service)),
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
    """What `to_json` wrote; faults between parts are not looked for again.

    Raises:
        InvalidCatalogue: the text is not such a catalogue.
    """
    try:
        return Catalogue.model_validate_json(text)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        faults = [DocumentFault("", 0, path_of(error).lstrip("."), error["msg"]) for error in errors]
        raise InvalidCatalogue(sorted(faults)) from invalid
