"""Promises in words: what was promised, and what became of it."""

from collections.abc import Mapping
from typing import Any, Final

from routing.escalation import Whom
from routing.targets import Promise
from spoc.desk.clocks.values import Clock, Deadline
from spoc.web.formats import View
from spoc.web.shapes import instant
from spoc.words import gettext, marked

PROMISES: Final[Mapping[Promise, str]] = {
    Promise.RESPONSE: marked("First answer"),
    Promise.RESOLUTION: marked("Everything done"),
    Promise.QUEUE: marked("Done by %(queue)s: %(task)s"),
}

SHORT: Final[Mapping[Promise, str]] = {
    Promise.RESPONSE: marked("the first answer"),
    Promise.RESOLUTION: marked("everything done"),
    Promise.QUEUE: marked("a queue's own target"),
}
PEOPLE: Final[Mapping[Whom, str]] = {
    Whom.BACKUP: marked("whoever stands in, or is a backup"),
    Whom.LEAD: marked("a lead of the queue"),
    Whom.OWNER: marked("the owner"),
}


def rung_sentence(promise: Promise, minutes: int, whom: Whom) -> str:
    """“2 working hours before everything done is due: a lead of the queue”."""
    given = {"promise": gettext(SHORT[promise]), "whom": gettext(PEOPLE[whom]), "hours": f"{abs(minutes) / 60:g}"}
    if minutes < 0:
        return gettext("%(hours)s working hours before %(promise)s is due: %(whom)s") % given
    if minutes > 0:
        return gettext("%(hours)s working hours after %(promise)s was due: %(whom)s") % given
    return gettext("When %(promise)s is due: %(whom)s") % given


def clock_lines(clocks: tuple[Clock, ...], view: View) -> list[tuple[str, str, str]]:
    """What, how it stands, and a kind: good, soon, late or info."""
    return [(_name(one), *_standing(one, view)) for one in clocks]


def clock_json(clock: Clock) -> dict[str, Any]:
    return {
        "promise": clock.kind.value,
        "queue": clock.queue or None,
        "task": clock.task or None,
        "started_at": instant(clock.started_at),
        "due_at": instant(clock.due_at),
        "paused": clock.paused,
        "ended_at": instant(clock.ended_at),
        "met": clock.met,
        "missed_at": instant(clock.missed_at),
    }


def deadline_json(deadline: Deadline | None) -> dict[str, Any] | None:
    if deadline is None:
        return None
    return {"due_at": instant(deadline.due_at), "paused": deadline.paused, "missed": deadline.missed}


def missed_sentence(what: Mapping[str, Any], queue: str) -> str:
    """What was not kept, for the log of a ticket."""
    match what.get("promise"):
        case Promise.RESPONSE:
            return gettext("the first answer")
        case Promise.RESOLUTION:
            return gettext("everything done")
        case _:
            return gettext("done by %(queue)s") % {"queue": queue}


def _name(clock: Clock) -> str:
    return gettext(PROMISES[clock.kind]) % {"queue": clock.queue, "task": clock.task}


def _standing(clock: Clock, view: View) -> tuple[str, str]:
    if clock.missed_at is not None:
        return gettext("missed on %(when)s") % {"when": view.moment(clock.missed_at)}, "late"
    if clock.met and clock.ended_at:
        return gettext("kept on %(when)s") % {"when": view.moment(clock.ended_at)}, "good"
    if clock.ended_at is not None:
        return gettext("of no more matter"), "info"
    if clock.paused:
        return gettext("stands still, as we wait for the requester"), "info"
    return gettext("by %(when)s") % {"when": view.moment(clock.due_at)}, "soon"
