"""A dry run as a page shows it: drawings, the table of tasks, the critical path and the gaps in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from routing.phrase import counted
from spoc.intake.simulate import Simulation, Tried
from spoc.web.catalogue_words import party
from spoc.web.drawing.graph import Graph
from spoc.web.drawing.timeline import Timeline
from spoc.web.formats import View
from spoc.web.trying.drawn import graph_of, timeline_of
from spoc.web.trying.words import gap_sentence, reasons
from spoc.words import gettext, said

SOME: Final = 3
"""So many steps are named beside one gap; of more, two and how many others."""


@dataclass(frozen=True)
class TaskRow:
    """`members` is the number of people in its queue; None where a person has the step.

    `depends_on` are the titles of the forms whose answers decide whether it is needed.
    """

    title: str
    party: str
    members: int | None
    opens_at: datetime | None
    due_at: datetime | None
    waits_for: str
    spare_days: int | None
    critical: bool
    depends_on: str
    confidential: bool
    secret: bool
    why: tuple[str, ...]


@dataclass(frozen=True)
class DryRun:
    """`skipped` are titles with the conditions that leave them out; `sentence` is what the drawings say."""

    title: str
    requester: str
    ends_at: datetime | None
    path: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    gaps: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[str, str], ...]
    graph: Graph | None
    timeline: Timeline
    sentence: str


def dry_run(found: Simulation, view: View) -> DryRun:
    titles = {step.key: step.placed.step.title for step in found.steps}
    path = tuple(titles[key] for key in found.path)
    return DryRun(
        found.title,
        found.requester.name,
        found.ends_at,
        path,
        tuple(_row(step, found, view) for step in found.steps),
        _gaps(found, view),
        tuple((title, one.condition) for title, one in found.skipped),
        graph_of(found, view),
        timeline_of(found, view),
        gettext("The critical path: %(steps)s.") % {"steps": ", ".join(path)},
    )


def _gaps(found: Simulation, view: View) -> tuple[tuple[str, str], ...]:
    """What is missing, once each, with the steps that it is missing for: 30 tasks of one empty queue lack one thing."""
    titles: dict[str, list[str]] = {}
    for title, gap in found.gaps:
        titles.setdefault(gap_sentence(gap, found, view), []).append(title)
    return tuple((_some(named), text) for text, named in titles.items())


def _some(titles: Sequence[str]) -> str:
    if len(titles) <= SOME:
        return ", ".join(titles)
    more = len(titles) - SOME + 1
    given = {"titles": ", ".join(titles[: SOME - 1])}
    return said(counted("%(titles)s and %(number)s more", "%(titles)s and %(number)s more", more, **given))


def _row(step: Tried, found: Simulation, view: View) -> TaskRow:
    planned = step.placed.step
    titles = {one.key: one.placed.step.title for one in found.steps}
    return TaskRow(
        planned.title,
        party(step.party),
        step.members if step.placed.queue else None,
        step.placed.opens_at,
        step.placed.due_at,
        ", ".join(step.waits_for),
        step.spare_days,
        step.critical,
        ", ".join(titles[key] for key in planned.undecided_by if key in titles),
        bool(planned.confidential_to) and not planned.secret,
        planned.secret,
        tuple(reasons(step, found, view)),
    )
