"""The folder that holds the files: random names, readable to the program alone, whole or not there at all."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from routing.phrase import marked
from spoc.errors import Unavailable
from spoc.files.errors import EmptyFile, FileRefused, FileTooLarge
from spoc.files.kinds import Kind, fitting_name, kind_of
from spoc.files.names import cleaned

ARRIVING: Final = "arriving-"
"""How the names begin of what is still being written."""

CHUNK: Final = 1 << 16
NOT_WRITABLE: Final = marked(
    "The folder for files, %(folder)s, cannot be written: %(why)s. Set SPOC_FILES to a folder that this program may "
    "write to and that all its processes share."
)


@dataclass(frozen=True)
class Stored:
    """A file that lies in the store for good, under `stored_as`; `name` is for people."""

    stored_as: str
    name: str
    kind: Kind
    size_bytes: int
    sha256: bytes


@dataclass(frozen=True)
class Store:
    folder: Path

    def prepare(self) -> None:
        """Make the folder, and hold that files can be written to it.

        Raises:
            Unavailable: they cannot.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.folder / f"{ARRIVING}{secrets.token_hex(16)}"
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as error:
            raise Unavailable(NOT_WRITABLE, folder=self.folder.absolute(), why=error.strerror) from error

    def begin(self, most_bytes: int) -> "Arriving":
        """A file to write to, piece by piece.

        Raises:
            Unavailable: the folder cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"{ARRIVING}{secrets.token_hex(16)}"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Unavailable(NOT_WRITABLE, folder=self.folder.absolute(), why=error.strerror) from error
        return Arriving(path, os.fdopen(descriptor, "wb"), most_bytes)

    def path(self, stored_as: str) -> Path:
        return self.folder / stored_as

    def remove(self, stored_as: str) -> None:
        """Idempotent."""
        self.path(stored_as).unlink(missing_ok=True)

    def older_than(self, instant: float) -> Iterator[str]:
        """Names of all that was written before the instant (seconds since 1970), whole or not."""
        if self.folder.is_dir():
            with os.scandir(self.folder) as entries:
                files = [one for one in entries if one.is_file(follow_symlinks=False)]
            yield from (one.name for one in files if _is_older(one, instant))


@dataclass
class Arriving:
    """A file while it comes in. Either `keep` or `give_up` ends it."""

    path: Path
    file: IO[bytes]
    most_bytes: int
    size_bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, piece: bytes) -> None:
        """Raises FileTooLarge as soon as it is, and Unavailable where the disk is full."""
        self.size_bytes += len(piece)
        if self.size_bytes > self.most_bytes:
            raise FileTooLarge(self.most_bytes)
        self.digest.update(piece)
        try:
            self.file.write(piece)
        except OSError as error:
            raise Unavailable(NOT_WRITABLE, folder=self.path.parent.absolute(), why=error.strerror) from error

    def keep(self, sent_name: str) -> Stored:
        """Look what it is, and put it under its final name for good; only then may a row name it.

        Raises:
            EmptyFile, FileRefused: it is nothing that is taken; then nothing of it is left.
            Unavailable: the disk does not take it.
        """
        try:
            return self._kept(cleaned(sent_name))
        except OSError as error:
            raise Unavailable(NOT_WRITABLE, folder=self.path.parent.absolute(), why=error.strerror) from error
        finally:
            self.give_up()

    def give_up(self) -> None:
        """Leave nothing of it; idempotent, and harmless once it is kept."""
        with suppress(OSError):  # what could not be written need not be
            self.file.close()
        self.path.unlink(missing_ok=True)

    def _kept(self, name: str) -> Stored:
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        if not self.size_bytes:
            raise EmptyFile(name)
        kind = kind_of(self.path)
        fitting = fitting_name(name, kind) if kind else None
        if kind is None or fitting is None:
            raise FileRefused(name)
        stored_as = secrets.token_hex(16)
        self.path.rename(self.path.parent / stored_as)
        _sync(self.path.parent)
        return Stored(stored_as, fitting, kind, self.size_bytes, self.digest.digest())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_up()


def _is_older(entry: os.DirEntry[str], instant: float) -> bool:
    """What has another name by now is not."""
    with suppress(FileNotFoundError):
        return entry.stat(follow_symlinks=False).st_mtime < instant
    return False


def _sync(folder: Path) -> None:
    """The new name outlives a power cut only when the folder itself is written."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
