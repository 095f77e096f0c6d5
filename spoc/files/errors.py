"""Why a file is not taken."""

from routing.phrase import marked
from spoc.errors import Conflict, Invalid, SpocError


class FileRefused(Invalid):
    """The content, or the end of the name, is not of a kind that is taken."""

    code = "file_refused"
    template = marked(
        "“%(name)s” is not taken. Send a picture, a PDF, a document, a table, a short film or a text; no programs, no "
        "archives and no documents with macros."
    )

    def __init__(self, name: str) -> None:
        super().__init__(field="file", name=name)


class EmptyFile(Invalid):
    """There is not a byte in it."""

    code = "file_empty"
    template = marked("“%(name)s” is empty.")

    def __init__(self, name: str) -> None:
        super().__init__(field="file", name=name)


class FileTooLarge(SpocError):
    """A file is larger than the desk takes; what came of it is not kept."""

    code = "file_too_large"
    template = marked("A file may have at most %(most)s MB.")

    def __init__(self, most_bytes: int) -> None:
        super().__init__(most=most_bytes // 1_000_000 or 1)


class NoSuchFile(Invalid):
    """An id that is no file of the actor's own, or one that is attached already: all look the same."""

    code = "no_such_file"
    template = marked("There is no such file of yours to give here. Upload it first.")

    def __init__(self) -> None:
        super().__init__(field="files")


class TooManyFiles(Invalid):
    """More files than one message takes."""

    code = "too_many_files"
    template = marked("At most %(most)s files go with one message.")

    def __init__(self, most: int) -> None:
        super().__init__(field="files", most=most)


class TooManyLoose(Conflict):
    """Somebody has uploaded much that they never gave to anything."""

    code = "too_many_uploads"
    template = marked("You have %(most)s uploaded files that belong to nothing yet. Use them first, or wait a day.")

    def __init__(self, most: int) -> None:
        super().__init__(most=most)
