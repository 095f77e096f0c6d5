"""`spoc catalog lint`, `test` and `schema`: what is wrong with packs, whether they do as they expect, their shape."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.phrase import Phrase, counted, marked
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import fault_line, print_json, print_plain, tell, unreadable
from spoc.errors import Misconfigured
from spoc.words import said_as_is

if TYPE_CHECKING:
    from catalog.document import Packs
    from catalog.errors import DocumentFault
    from catalog.pack_tests import Outcome
    from catalog.service import Catalogue
    from spoc.settings import Settings

Packed = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILE]...",
        help=marked("Packs (*.yaml) or folders of them; without any, the catalogue that is published."),
        show_default=False,
    ),
]


def lint(files: Packed = None, data: Data = None, *, as_json: AsJson = False) -> None:
    from catalog.looked_at import look, look_at_published

    settings = read_settings(data)
    if files:
        packs, around = _read(files, settings)
        found = look(packs, around)
    else:
        found = look_at_published(published(settings))
    if as_json:
        print_json({"faults": [_fault(one) for one in found.faults]})
    for fault in () if as_json else found.faults:
        print_plain(fault_line(fault))
    if found.faults:
        raise typer.Exit(1)
    if not as_json:
        tell(counted("No fault in %(number)s service.", "No fault in %(number)s services.", found.services))


def run_tests(files: Packed = None, data: Data = None, *, as_json: AsJson = False) -> None:
    from catalog.looked_at import try_out, try_out_published

    settings = read_settings(data)
    if files:
        packs, around = _read(files, settings)
        _refuse(packs.faults)
        outcomes = try_out(packs, around)
    else:
        outcomes = try_out_published(published(settings))
    failed = [one for one in outcomes if one.faults]
    if as_json:
        print_json({"tests": [_outcome(one) for one in outcomes]})
    else:
        for one in failed:
            print_plain("\n  ".join((f"{one.service}: {one.name}", *map(fault_line, one.faults))))
        passed = len(outcomes) - len(failed)
        tell(Phrase("%(passed)s of %(all)s tests passed.", {"passed": passed, "all": len(outcomes)}))
    if failed:
        raise typer.Exit(1)


def _outcome(one: "Outcome") -> dict[str, Any]:
    faults = [_fault(fault) for fault in one.faults]
    return {"name": one.name, "service": one.service, "file": one.file, "line": one.line, "faults": faults}


def schema() -> None:
    from catalog.pack_schema import pack_schema

    print_json(pack_schema())


def _fault(fault: "DocumentFault") -> dict[str, str | int]:
    return {
        "file": fault.file,
        "line": fault.line,
        "where": fault.where,
        "reason": said_as_is(fault.reason),
        "advice": said_as_is(fault.advice),
    }


def _refuse(faults: "Sequence[DocumentFault]") -> None:
    """Raises:
    InvalidCatalogue: there are any; nothing can be tried on what cannot be read.
    """
    from catalog.errors import InvalidCatalogue

    if faults:
        raise InvalidCatalogue(faults)


def _read(files: Sequence[Path], settings: "Settings") -> "tuple[Packs, Catalogue | None]":
    """The packs, and the catalogue in which they stand if they are no whole one themselves."""
    from catalog.document import shipped
    from catalog.looked_at import packs_at

    with readable(files):
        packs, whole = packs_at(files)
    if whole:
        return packs, None
    return packs, published(settings) if has_desk(settings) else shipped()


@contextmanager
def readable(files: Sequence[Path]) -> Iterator[None]:
    """Raises:
    Misconfigured: one of the files cannot be read while this goes on.
    """
    try:
        yield
    except OSError as error:
        what = error.filename or ", ".join(map(str, files))
        raise unreadable(what, error) from error


def has_desk(settings: "Settings") -> bool:
    return not settings.embedded or (settings.data / "pg").exists()


def published(settings: "Settings") -> "Catalogue":
    """Raises:
    Misconfigured: there is no desk that could have published one.
    """
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.intake.catalogue import current

    if not has_desk(settings):
        raise Misconfigured(
            marked(
                "There is no desk in %(folder)s, so nothing is published. "
                "Name packs or a folder of them, or a desk's folder with --data."
            ),
            folder=settings.data,
        )
    with opened(settings) as sessions, transaction(sessions) as session:
        _, catalogue = current(session)
    return catalogue
