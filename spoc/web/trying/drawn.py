"""A dry run as drawings: its graph and its timeline, with the words that stand in them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from routing.calendars import is_working_day
from routing.clocks import YEARS
from routing.work import TaskState
from spoc.intake.simulate import Simulation, Tried
from spoc.web.catalogue_words import party
from spoc.web.drawing.graph import IN_A_NOTE, Graph, Node, graph, shortened
from spoc.web.drawing.timeline import Flag, Stretch, Timeline, timeline
from spoc.web.formats import View
from spoc.words import gettext

LONGEST_AXIS: Final = 1000
_DAY: Final = timedelta(days=1)


MOST_DRAWN: Final = 200
"""Nobody reads a drawing of more steps, and the ways between them grow with their square."""


def graph_of(found: Simulation, view: View) -> Graph | None:
    """None where there are too many steps to draw."""
    if len(found.steps) > MOST_DRAWN:
        return None
    return graph([_node(step, view) for step in found.steps], found.path)


def timeline_of(found: Simulation, view: View) -> Timeline:
    """The axis begins with the submission; what lies farther than `LONGEST_AXIS` days stands at its edge."""
    days = _axis(found)
    flags = [Flag(found.key_date.on, _flag(found, view))] if found.key_date and found.key_date.on in days else []
    return timeline([_stretch(step, found) for step in found.steps], days, flags)


def _node(step: Tried, view: View) -> Node:
    day = f" · {view.day(step.placed.due_at)}" if step.placed.due_at else ""
    note = shortened(party(step.party), IN_A_NOTE - len(day)) + day
    needs = step.placed.needs
    state = "ready" if step.placed.state is TaskState.READY else "waiting"
    return Node(step.key, step.placed.step.title, note, needs, state, _mark(step))


def _mark(step: Tried) -> str:
    if step.gaps:
        return "late"
    return "conf" if step.placed.secret or step.placed.step.confidential_to else ""


def _stretch(step: Tried, found: Simulation) -> Stretch:
    spare = step.latest_at if step.critical and step.spare_days else None
    return Stretch(
        step.key,
        step.placed.step.title,
        party(step.party),
        _on(step.span.begins_at, found),
        _on(step.span.ends_at, found),
        _on(spare, found) if spare else None,
        step.critical,
        _mark(step),
    )


def _on(at: datetime, found: Simulation) -> date:
    return at.astimezone(found.calendar.zone).date()


def _axis(found: Simulation) -> Sequence[date]:
    """The organisation's working days from the submission to the end or the day that everything is about."""
    first = _on(found.at, found)
    ends = [_on(step.span.ends_at, found) for step in found.steps]
    wanted = [found.key_date.on] if found.key_date else []
    last = max(first, min(max([first, *ends, *wanted]), first + LONGEST_AXIS * _DAY))
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    shown = [day for day in days if day.year in YEARS]
    return [day for day in shown if day in wanted or is_working_day(found.calendar, day)] or shown


def _flag(found: Simulation, view: View) -> str:
    assert found.key_date is not None
    return gettext("%(label)s, %(day)s") % {"label": found.key_date.label, "day": view.day(found.key_date.on)}
