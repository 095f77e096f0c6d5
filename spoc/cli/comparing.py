"""`spoc catalog diff` and `overlaps`: what changes between two catalogues, and what teams do twice and wait for."""

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from routing.phrase import Phrase, marked
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import out, print_json, print_plain, tell
from spoc.errors import Misconfigured, NotFound
from spoc.words import gettext, said

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.compare import Change
    from catalog.overlaps import Overlaps
    from catalog.service import Catalogue

LONGEST_NUMBER = 9  # more digits are no key that the database could hold
Before = Annotated[
    str | None,
    typer.Argument(
        help=marked("A version by its number, or a folder of packs; without it, the version before."),
        show_default=False,
    ),
]
After = Annotated[
    str | None,
    typer.Argument(help=marked("The same; without it, the catalogue in force."), show_default=False),
]


def diff(before: Before = None, after: After = None, data: Data = None, *, as_json: AsJson = False) -> None:
    from catalog.compare import compare
    from spoc.cli.database import opened
    from spoc.db.session import transaction

    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        old, new = _pair(session, before, after)
    found = compare(old, new)
    if as_json:
        print_json({"changes": [_change(one) for one in found]})
        return
    if not found:
        tell(Phrase("Nothing changes."))
    titles = {service.key: service.title for one in (old, new) for service in one.services}
    for key, group in groupby(found, key=lambda one: one.service):
        print_plain(f"{titles[key]} ({key})" if key else gettext("The whole catalogue"))
        for one in group:
            print_plain(f"  {_said(one)}")


def _pair(session: "Session", before: str | None, after: str | None) -> "tuple[Catalogue, Catalogue]":
    """A folder alone is what the catalogue in force would become."""
    from spoc.intake.catalogue import current, newest_version
    from spoc.intake.versions import one_version

    _, in_force = current(session)
    if before is None:
        number = one_version(session, newest_version(session)).before
        if number is None:
            raise Misconfigured(marked("There is one version only. Name a folder to compare it with."))
        return _named(session, str(number)), in_force
    if after is None and not before.isdecimal():
        return in_force, _named(session, before)
    return _named(session, before), in_force if after is None else _named(session, after)


def _named(session: "Session", name: str) -> "Catalogue":
    """Raises:
    Misconfigured: there is no such version, or the folder cannot be read.
    """
    from catalog.document import read_packs
    from spoc.cli.packs import readable
    from spoc.intake.catalogue import at_version
    from spoc.intake.versions import one_version

    if not name.isdecimal():
        with readable([Path(name)]):
            return read_packs(Path(name))
    try:
        number = one_version(session, int(name) if len(name) <= LONGEST_NUMBER else 0).number
    except NotFound:
        raise Misconfigured(marked("There is no version %(name)s of the catalogue."), name=name) from None
    return at_version(session, number)


def _said(change: "Change") -> str:
    from spoc.web.catalogue_changes import sentence

    return said(sentence(change))


def _change(change: "Change") -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(change), "text": _said(change)}


def overlaps(data: Data = None, *, as_json: AsJson = False) -> None:
    from dataclasses import asdict

    from catalog.overlaps import overlaps as overlaps_of
    from spoc.cli.packs import published

    found = overlaps_of(published(read_settings(data)))
    if as_json:
        print_json(asdict(found))
        return
    _show(found)


def _show(found: "Overlaps") -> None:
    one = (gettext("step"), gettext("with"), gettext("in"))
    work = Table(*one, *one, title=gettext("The same of two teams"), title_justify="left")
    for pair in found.same_work:
        work.add_row(
            *(cell for one in (pair.first, pair.second) for cell in (one.title, one.queue, _list(one.services)))
        )
    yes, no = gettext("yes"), gettext("no")
    heads = (gettext("question"), gettext("times"), gettext("in"), gettext("asked alike"))
    asked = Table(*heads, title=gettext("Questions asked twice"), title_justify="left")
    for twice in found.twice_in_one:
        asked.add_row(" / ".join(twice.labels), "2", twice.service, yes)
    for question in found.asked_twice:
        services = [title for one in question.questions for title in one.services]
        asked.add_row(question.label, str(question.times), _list(services), no if question.differently else yes)
    heads = (gettext("team"), gettext("waits for"), gettext("steps"), gettext("such as"))
    waits = Table(*heads, title=gettext("Who waits for whom"), title_justify="left")
    for cell in found.waiting:
        first = cell.waits[0]
        waits.add_row(cell.queue, cell.other, str(len(cell.waits)), f"{first.step} ← {first.need} ({first.service})")
    for table in (work, asked, waits):
        out.print(table)


def _list(titles: "tuple[str, ...] | list[str]") -> str:
    return ", ".join(titles)
