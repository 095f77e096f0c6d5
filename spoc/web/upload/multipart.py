"""Reading a form with files as it comes in: files go to the disk piece by piece, counts and sizes are held."""

from asyncio import shield, to_thread
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool

from catalog.files import MOST_SENT
from routing.phrase import Phrase, marked
from spoc.files.errors import FileTooLarge
from spoc.files.store import Arriving, Store
from spoc.web.asking.parcel import Unreadable
from spoc.web.security import TurnedAway

MOST_FIELDS: Final = 500
GATHERED: Final = 1 << 18
"""So many bytes, or somewhat more, are written at once."""

BROKEN: Final = marked("The form cannot be read: its parts do not begin and end as it says.")


@dataclass
class Received:
    """One file of a form, by the name of its field. What was `too_large` is read to its end and not kept."""

    field: str
    name: str
    arriving: Arriving
    too_large: FileTooLarge | None = None

    def write(self, piece: bytes) -> None:
        if self.too_large is None:
            try:
                self.arriving.write(piece)
            except FileTooLarge as refused:
                self.too_large = refused
                self.arriving.give_up()


@dataclass
class Form:
    """What a form sent; an input for files in which none was chosen sent nothing."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[Received] = field(default_factory=list)

    async def give_up(self) -> None:
        """Leave nothing of what is not kept, also where the request is broken off."""
        if self.files:
            await shield(to_thread(self._give_up))

    def _give_up(self) -> None:
        for file in self.files:
            file.arriving.give_up()


class _Parts:
    """The parser's callbacks: one part after the other."""

    def __init__(self, form: Form, store: Store, most_bytes: int, most_text: int) -> None:
        self.form, self.store, self.most_bytes, self.most_text = form, store, most_bytes, most_text
        self.count = 0
        self.header, self.value, self.disposition = b"", b"", b""
        self.name, self.text = "", bytearray()
        self.file: Received | None = None
        self.is_file, self.is_whole = False, False

    def on_part_begin(self) -> None:
        self.header, self.value, self.disposition = b"", b"", b""
        self.text, self.file, self.is_file = bytearray(), None, False
        self.count += 1
        if self.count > MOST_FIELDS + MOST_SENT:
            raise Unreadable(marked("The form has too many fields."))

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def on_header_end(self) -> None:
        if self.header.lower() == b"content-disposition":
            self.disposition = self.value
        self.header, self.value = b"", b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self.disposition)
        if b"name" not in options:
            raise Unreadable(marked("The form cannot be read: a part of it has no name."))
        self.name = options[b"name"].decode("utf-8", "replace")
        self.is_file = b"filename" in options
        if sent := options.get(b"filename"):
            if len(self.form.files) >= MOST_SENT:
                raise Unreadable(marked("The form has too many files."))
            self.file = Received(self.name, sent.decode("utf-8", "replace"), self.store.begin(self.most_bytes))
            self.form.files.append(self.file)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self.file is not None:
            self.file.write(data[start:end])
        elif not self.is_file:
            self.most_text -= end - start
            if self.most_text < 0:
                raise TurnedAway(413, Phrase("The texts of the form are too long."))
            self.text += data[start:end]

    def on_part_end(self) -> None:
        if not self.is_file:
            self.form.fields.append((self.name, self.text.decode("utf-8", "replace")))

    def on_end(self) -> None:
        self.is_whole = True


async def read_multipart(
    content_type: str, stream: AsyncIterator[bytes], store: Store, most_bytes: int, most_text: int
) -> Form:
    """The form, its files in the store, not yet kept. The caller keeps them, or gives the form up.

    A thread writes them: a disk that answers late holds up nobody else.

    Raises:
        Unreadable: it is not what its content type says, or has more parts than are read.
        TurnedAway: its texts are longer than a form's may be.
        Unavailable: the disk does not take it.
    """
    form = Form()
    try:
        await _feed(content_type, stream, _Parts(form, store, most_bytes, most_text))
    except BaseException:
        await form.give_up()
        raise
    return form


async def _feed(content_type: str, stream: AsyncIterator[bytes], parts: _Parts) -> None:
    _, options = parse_options_header(content_type.encode("latin-1"))
    try:
        parser = MultipartParser(
            options.get(b"boundary", b""),
            {
                "on_part_begin": parts.on_part_begin,
                "on_part_data": parts.on_part_data,
                "on_part_end": parts.on_part_end,
                "on_header_field": parts.on_header_field,
                "on_header_value": parts.on_header_value,
                "on_header_end": parts.on_header_end,
                "on_headers_finished": parts.on_headers_finished,
                "on_end": parts.on_end,
            },
        )
        gathered = bytearray()
        async for piece in stream:
            gathered += piece
            if len(gathered) >= GATHERED:
                await run_in_threadpool(parser.write, bytes(gathered))
                gathered.clear()
        await run_in_threadpool(parser.write, bytes(gathered))
        parser.finalize()
    except FormParserError as error:
        raise Unreadable(BROKEN) from error
    if not parts.is_whole:
        raise Unreadable(BROKEN)
