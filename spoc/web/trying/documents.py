"""A dry run and a replay as JSON, for programs."""

from typing import Any

from spoc.intake.replay import Replay
from spoc.intake.simulate import Simulation, Tried
from spoc.web.formats import View
from spoc.web.shapes import instant
from spoc.web.trying.words import difference_sentence, gap_sentence, reasons


def simulation_json(found: Simulation, view: View) -> dict[str, Any]:
    """Steps by their keys; `critical_path` in the order of time, instants ISO 8601 in UTC."""
    return {
        "service": found.service.key,
        "title": found.title,
        "requester": found.requester.mail,
        "at": instant(found.at),
        "ends_at": instant(found.ends_at),
        "tasks": [_task(step, found, view) for step in found.steps],
        "critical_path": list(found.path),
        "gaps": [
            {"step": gap.step, "kind": gap.kind.value, "message": gap_sentence(gap, found, view)}
            for _, gap in found.gaps
        ],
        "skipped": [{"key": one.key, "condition": one.condition, "fault": one.fault} for _, one in found.skipped],
    }


def _task(step: Tried, found: Simulation, view: View) -> dict[str, Any]:
    placed = step.placed
    return {
        "key": step.key,
        "title": placed.step.title,
        "queue": placed.queue,
        "assignee": None if placed.queue else step.party,
        "state": placed.state.value,
        "opens_at": instant(placed.opens_at),
        "due_at": instant(placed.due_at),
        "needs": list(placed.needs),
        "critical": step.critical,
        "spare_days": step.spare_days,
        "why": reasons(step, found, view),
    }


def replay_json(found: Replay) -> dict[str, Any]:
    """Counts, and each request that would have been different."""
    return {
        "requests": len(found.asks),
        "same": found.same,
        "earlier": found.earlier,
        "later": found.later,
        "otherwise": found.otherwise,
        "different": [
            {
                "reference": one.reference,
                "opened_at": instant(one.opened_at),
                "end_days": one.comparison.end_days,
                "differences": [
                    {"kind": each.kind.value, "step": each.key, "days": each.days, "message": difference_sentence(each)}
                    for each in one.comparison.differences
                ],
            }
            for one in found.asks
            if not one.comparison.is_same
        ],
    }
