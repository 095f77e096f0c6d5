"""What one service of a draft would be: its form, and its steps as drawings from its own example."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import CycleError

from sqlalchemy.orm import Session

from catalog.answers import visible_fields
from catalog.errors import InvalidAnswers
from catalog.examples import example_here
from catalog.groups import Section, departments_of, sections
from catalog.service import Catalogue, Field, Service
from routing.visibility import Actor
from spoc.errors import Invalid
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.simulate import simulate, under
from spoc.web.asking.front import Choice
from spoc.web.drawing.graph import Graph, Node, graph
from spoc.web.editing.outline import Entry, FaultLine
from spoc.web.formats import View
from spoc.web.trying.drawn import MOST_DRAWN
from spoc.web.trying.rows import DryRun, dry_run
from spoc.words import gettext

_STEP = re.compile(r"\.steps\[(\d+)\]")


@dataclass(frozen=True)
class FormPreview:
    """`first` is asked at once, `later` hangs on the answers: each with its condition."""

    service: Service
    departments: tuple[str, ...]
    first: tuple[Section, ...]
    later: tuple[Field, ...]
    locations: tuple[Choice, ...]


@dataclass(frozen=True)
class Drawn:
    """`run` where the draft has no fault and its example can be asked here; else the steps as they are written."""

    run: DryRun | None
    written: Graph | None


def form_of(service: Service, catalogue: Catalogue, locations: Sequence[Choice], *, sound: bool) -> FormPreview:
    """`sound`: the conditions can be evaluated; else what has one counts as asked later."""
    if sound:
        first = visible_fields(service, {})
    else:
        first = tuple(field for field in service.form if field.visible_when is None)
    later = tuple(field for field in service.form if field not in first)
    return FormPreview(service, departments_of(service, catalogue), sections(first), later, tuple(locations))


def places(session: Session) -> list[Choice]:
    return [Choice(key, title) for key, title in read_desk_facts(session).locations.items()]


def run_of(
    session: Session, service: Service, catalogue: Catalogue, actor: Actor, now: datetime, view: View
) -> DryRun | None:
    """What the example would entail today, were the draft in force; None where it cannot be asked here."""
    desk = under(read_desk_facts(session), catalogue)
    answers = example_here(service, now.astimezone(desk.zone).date(), actor.mail, desk.locations)
    try:
        return dry_run(simulate(session, service, answers, actor.mail, desk, now), view)
    except (InvalidAnswers, Invalid):
        return None


def written_graph(entry: Entry, faults: Sequence[FaultLine], catalogue: Catalogue) -> Graph | None:
    """The steps of a service that may have faults, each fault told in the step where it stands."""
    steps = entry.value.steps if entry.value else ()
    if not steps or len(steps) > MOST_DRAWN:
        return None
    titles = {queue.key: queue.title for queue in catalogue.queues}
    known = {step.key for step in steps}
    lines = _by_step(entry, faults)
    nodes = {
        step.key: Node(
            step.key,
            step.title,
            gettext("Fault, line %(line)s") % {"line": lines[at]} if at in lines else titles.get(step.queue or "", ""),
            tuple(dict.fromkeys(need for need in step.needs if need in known and need != step.key)),
            "waiting" if step.needs else "ready",
            "late" if at in lines else "",
        )
        for at, step in enumerate(steps)
    }
    try:
        return graph(tuple(nodes.values()))
    except CycleError:
        return None


def _by_step(entry: Entry, faults: Sequence[FaultLine]) -> dict[int, int]:
    """The line of the first fault by the place of its step."""
    found: dict[int, int] = {}
    for fault in faults:
        if fault.where.startswith(entry.where) and (step := _STEP.match(fault.where, len(entry.where))):
            found.setdefault(int(step[1]), fault.line)
    return found
