"""Files as they come from people: a few bytes that are what they say, and some that are not."""

import io
import zipfile

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
TEXT = b"The light above desk 12 flickers.\n"
PROGRAM = b"MZ" + b"\x00" * 60


def archive(*names: str, mimetype: str = "") -> bytes:
    """A zip with empty parts of these names; with a `mimetype` first, as open documents have it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        if mimetype:
            parts.writestr("mimetype", mimetype)
        for name in names:
            parts.writestr(name, "")
    return made.getvalue()


WORD = archive("[Content_Types].xml", "word/document.xml")
WORD_WITH_MACROS = archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
SHEET = archive("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet")
