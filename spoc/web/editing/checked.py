"""One file of a draft as its page shows it: faults at their lines, tests, a preview, and what would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from catalog.compare import compare
from catalog.overlaps import AskedTwice, overlaps
from catalog.service import Catalogue
from catalog.sources import Looked, look_at
from routing.visibility import Actor
from spoc.intake.catalogue import at_version
from spoc.intake.cycles.reading import coming_of
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.drafts import Draft
from spoc.web.catalogue_changes import sentence
from spoc.web.editing.outline import Entry, FaultLine, Faults, at_line, entries, fault_lines
from spoc.web.editing.preview import Drawn, FormPreview, form_of, places, run_of, written_graph
from spoc.web.formats import View
from spoc.web.schedules.words import rule_sentence
from spoc.words import said

GRAPH: Final = "graph"
SHOWN: Final = (GRAPH, "form", "dates")
FEW: Final = 8
MOST_NAMED: Final = 60
"""Services of one file that have a button; any is reached by its line."""


@dataclass(frozen=True)
class Looking:
    """What the reader wants to see: which preview, of the service that holds this line."""

    show: str
    line: int


@dataclass(frozen=True)
class Coming:
    """A schedule of the chosen service, with when it would come next if the draft were in force."""

    title: str
    rule: str
    dates: tuple[datetime, ...]


@dataclass(frozen=True)
class Checked:
    """`faults` are of this file, `elsewhere` of others; `failed` are of tests, which run only without faults.

    `changes` are what publishing the whole draft would change for this file's services and all that they share; None
    where faults leave that open.
    """

    faults: Faults
    elsewhere: Faults
    tests: int
    failed: Faults
    services: tuple[Entry, ...]
    chosen: Entry | None
    form: FormPreview | None
    drawn: Drawn
    changes: tuple[str, ...] | None
    asked_twice: tuple[AskedTwice, ...]
    schedules: tuple[Coming, ...]


def looking(show: str, line: str) -> Looking:
    """From what a page sends; anything else is the graph at the first line."""
    number = int(line) if line.isascii() and line.isdigit() and len(line) < 8 else 1  # noqa: PLR2004 - digits
    return Looking(show if show in SHOWN else GRAPH, number)


def check_file(
    session: Session, draft: Draft, file: str, wanted: Looking, actor: Actor, now: datetime, view: View
) -> Checked:
    """The file within its whole draft."""
    looked = look_at(draft.sources)
    texts = _lines(draft, looked)
    here = fault_lines([one for one in looked.faults if one.file == file], texts)
    document = next(one for one in looked.documents if one.reading.file == file)
    services = entries(document)
    chosen = at_line(services, wanted.line)
    catalogue = looked.catalogue
    sound = not looked.faults
    keys = {entry.value.key for entry in services if entry.value}
    return Checked(
        faults=here,
        elsewhere=fault_lines([one for one in looked.faults if one.file != file], texts),
        tests=len(looked.outcomes),
        failed=fault_lines(looked.failed, texts),
        services=services[:MOST_NAMED],
        chosen=chosen,
        form=_form(session, chosen, catalogue, wanted, sound=sound),
        drawn=_drawn(session, chosen, here.lines, catalogue, wanted, actor, now, view, sound=sound),
        changes=_changes(session, draft, catalogue, keys) if sound else None,
        asked_twice=_asked_twice(chosen, catalogue) if sound else (),
        schedules=_schedules(session, chosen, now) if sound else (),
    )


def _lines(draft: Draft, looked: Looked) -> dict[str, list[str]]:
    """Of the files that have something to tell."""
    named = {fault.file for fault in (*looked.faults, *looked.failed)}
    return {file: draft.sources[file].splitlines() for file in named if file in draft.sources}


def _form(
    session: Session, chosen: Entry | None, catalogue: Catalogue, wanted: Looking, *, sound: bool
) -> FormPreview | None:
    if wanted.show != "form" or chosen is None or chosen.value is None:
        return None
    return form_of(chosen.value, catalogue, places(session), sound=sound)


def _drawn(
    session: Session,
    chosen: Entry | None,
    faults: Sequence[FaultLine],
    catalogue: Catalogue,
    wanted: Looking,
    actor: Actor,
    now: datetime,
    view: View,
    *,
    sound: bool,
) -> Drawn:
    if wanted.show == "form" or chosen is None or chosen.value is None:
        return Drawn(None, None)
    run = run_of(session, chosen.value, catalogue, actor, now, view) if sound else None
    return Drawn(run, None if run else written_graph(chosen, faults, catalogue))


def _changes(session: Session, draft: Draft, catalogue: Catalogue, keys: set[str]) -> tuple[str, ...]:
    found = compare(at_version(session, draft.version), catalogue)
    return tuple(said(sentence(change)) for change in found if not change.service or change.service in keys)


def _schedules(session: Session, chosen: Entry | None, now: datetime) -> tuple[Coming, ...]:
    if chosen is None or chosen.value is None or not chosen.value.schedules:
        return ()
    desk = read_desk_facts(session)
    return tuple(
        Coming(one.title, rule_sentence(one), () if one.paused else coming_of(one, desk, now))
        for one in chosen.value.schedules
    )


def _asked_twice(chosen: Entry | None, catalogue: Catalogue) -> tuple[AskedTwice, ...]:
    """The questions of the chosen service that others ask too."""
    title = chosen.value.title if chosen and chosen.value else ""
    found = (one for one in overlaps(catalogue).asked_twice if any(title in each.services for each in one.questions))
    return tuple(found)[:FEW]
