"""Files as answers: the kinds of content a question may ask for, and what is known of a file that an answer names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

USUAL_FILES: Final = 5
"""So many files a question takes where it says nothing."""

MOST_FILES: Final = 10

MOST_SENT: Final = 20
"""So many files go with one form, whatever its questions take."""


class FileType(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    PDF = "pdf"
    DOCUMENT = "document"
    TEXT = "text"


ENDINGS: Final[Mapping[FileType, tuple[str, ...]]] = {
    FileType.IMAGE: ("jpg", "jpeg", "png", "gif", "webp", "heic", "heif"),
    FileType.VIDEO: ("mp4", "m4v", "mov"),
    FileType.PDF: ("pdf",),
    FileType.DOCUMENT: ("docx", "xlsx", "pptx", "odt", "ods", "odp"),
    FileType.TEXT: ("txt", "log", "csv", "tsv", "md", "json", "xml", "yaml", "yml", "ini", "conf", "ics", "eml"),
}
"""How names of such files end."""


@dataclass(frozen=True)
class KnownFile:
    """A file that an answer may name. One that was given already is `of` that question, and no answer to another."""

    name: str
    type: FileType
    of: str | None = None


def type_by_name(name: str) -> FileType:
    """What a file is going by its name; a text where that says nothing."""
    ending = name.rpartition(".")[2].lower()
    return next((type_ for type_, endings in ENDINGS.items() if ending in endings), FileType.TEXT)


def taken_at_their_word(names: Iterable[str]) -> dict[str, KnownFile]:
    """For examples and dry runs, which hold no files: whatever they name exists, and is what it is called."""
    return {name: KnownFile(name, type_by_name(name)) for name in names}
