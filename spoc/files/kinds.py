"""What a file is, by its content: one of the few kinds that are taken, or none of them."""

import codecs
import re
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from catalog.files import ENDINGS, FileType
from spoc.files.names import ending_of

HEAD: Final = 4096
MOST_PARTS: Final = 5_000
"""A document of more parts is refused unread: the list of them alone would take seconds."""

MOST_LISTED: Final = MOST_PARTS * 200
"""So many bytes that list may have: whoever reads it goes by its length, whatever number of parts it says."""

_CHUNK: Final = 1 << 16
_TAIL: Final = 22 + 65_535


@dataclass(frozen=True)
class Kind:
    """`endings` are those that a name may have; the first is put on a name with another."""

    type: FileType
    content_type: str
    endings: tuple[str, ...]


_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_OFFICE: Final[Mapping[str, Kind]] = {
    "word/": Kind(FileType.DOCUMENT, _WORD, ("docx",)),
    "xl/": Kind(FileType.DOCUMENT, _EXCEL, ("xlsx",)),
    "ppt/": Kind(FileType.DOCUMENT, _SLIDES, ("pptx",)),
}
_OPEN: Final[Mapping[bytes, Kind]] = {
    f"application/vnd.oasis.opendocument.{name}".encode(): Kind(
        FileType.DOCUMENT, f"application/vnd.oasis.opendocument.{name}", (ending,)
    )
    for name, ending in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"))
}
_SIGNED: Final[Mapping[bytes, Kind]] = {
    b"\xff\xd8\xff": Kind(FileType.IMAGE, "image/jpeg", ("jpg", "jpeg")),
    b"\x89PNG\r\n\x1a\n": Kind(FileType.IMAGE, "image/png", ("png",)),
    b"GIF87a": Kind(FileType.IMAGE, "image/gif", ("gif",)),
    b"GIF89a": Kind(FileType.IMAGE, "image/gif", ("gif",)),
    b"%PDF-": Kind(FileType.PDF, "application/pdf", ("pdf",)),
}
_WEBP: Final = Kind(FileType.IMAGE, "image/webp", ("webp",))
_HEIC: Final = Kind(FileType.IMAGE, "image/heic", ("heic", "heif"))
_MOV: Final = Kind(FileType.VIDEO, "video/quicktime", ("mov",))
_MP4: Final = Kind(FileType.VIDEO, "video/mp4", ("mp4", "m4v"))
_TEXT: Final = Kind(FileType.TEXT, "text/plain", ENDINGS[FileType.TEXT])
_ALL: Final = (*_SIGNED.values(), _WEBP, _HEIC, _MOV, _MP4, _TEXT, *_OFFICE.values(), *_OPEN.values())
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MP4_BRANDS: Final = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4", b"3gp5"}
)
_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\f\x1b"})
_MARKS: Final[Mapping[bytes, str]] = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_ENDING: Final = re.compile(r"[a-z][a-z0-9]{0,9}")
_TAKEN: Final = frozenset(ending for endings in ENDINGS.values() for ending in endings)


def kind_of(path: Path) -> Kind | None:
    """The kind of a file on disk; None if it is not one that is taken."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    signed = next((kind for mark, kind in _SIGNED.items() if head.startswith(mark)), None)
    if signed is not None:
        return signed
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _WEBP
    if head[4:8] == b"ftyp":
        return _film(head[8:12])
    if head.startswith(b"PK\x03\x04"):
        return _document(path)
    return _TEXT if not head.startswith(b"#!") and _is_text(path) else None


def fitting_name(name: str, kind: Kind) -> str | None:
    """The name with an ending of its kind, added where it has none (as in `app.log.1`) or that of another kind.

    None where the name ends like something that is never taken, such as `exe` or `html`.
    """
    ending = ending_of(name)
    if ending in kind.endings:
        return name
    is_strange = _ENDING.fullmatch(ending) is not None and ending not in _TAKEN
    return None if is_strange else f"{name}.{kind.endings[0]}"


def type_of(content_type: str) -> FileType:
    """Of a kind that was taken; one that is not taken any more counts as a document."""
    return next((kind.type for kind in _ALL if kind.content_type == content_type), FileType.DOCUMENT)


def _film(brand: bytes) -> Kind | None:
    if brand == b"qt  ":
        return _MOV
    if brand in _HEIC_BRANDS:
        return _HEIC
    return _MP4 if brand in _MP4_BRANDS else None


def _document(path: Path) -> Kind | None:
    """An office document without macros; any other archive is none."""
    if not _is_short(path):
        return None
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                return _open_document(archive, names)
    except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for folder, kind in _OFFICE.items() if any(name.startswith(folder) for name in names)), None)


def _open_document(archive: ZipFile, names: Collection[str]) -> Kind | None:
    """By its `mimetype`, one line that the standard wants uncompressed; None with a macro of any language."""
    line = archive.getinfo("mimetype")
    if line.compress_type != ZIP_STORED or line.file_size >= 100:  # noqa: PLR2004 - the longest is half of it
        return None
    return None if any(name.startswith(("Basic/", "Scripts/")) for name in names) else _OPEN.get(archive.read(line))


def _is_short(path: Path) -> bool:
    """Whether the list of an archive's parts is one that is read, by the number of parts and the length that its end
    says; where both are written larger before it (ZIP64), by those.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(tail) - 22:
        return False
    parts, listed = struct.unpack_from("<HL", tail, at + 10)
    if at >= 20 and tail.startswith(b"PK\x06\x07", at - 20):  # noqa: PLR2004 - the length of what points to ZIP64's end
        if at < 76 or not tail.startswith(b"PK\x06\x06", at - 76):  # noqa: PLR2004 - with that end itself, 56 more
            return False
        parts, listed = struct.unpack_from("<QQ", tail, at - 76 + 32)
    return bool(parts <= MOST_PARTS and listed <= MOST_LISTED)


def _is_text(path: Path) -> bool:
    """Whether there is no control character in all of it; the encoding is whoever's wrote it."""
    with path.open("rb") as file:
        coding = _MARKS.get(file.read(2))
        file.seek(0)
        pieces = iter(lambda: file.read(_CHUNK), b"")
        try:
            plain = (one.encode() for one in codecs.iterdecode(pieces, coding)) if coding else pieces
            return all(len(piece.translate(None, _CONTROLS)) == len(piece) for piece in plain)
        except UnicodeError:
            return False
