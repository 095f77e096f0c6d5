"""The difference that a change of mind makes, in the words of its page and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from spoc.desk.amending.difference import AnswerChange, Difference, TaskChange
from spoc.desk.amending.lines import Change
from spoc.desk.ticket_page import Answer
from spoc.web.formats import View
from spoc.web.shapes import instant
from spoc.web.ticket.answers import in_words
from spoc.words import gettext, marked

HEADINGS: Final[Mapping[Change, str]] = {
    Change.ADDED: marked("New"),
    Change.RESTORED: marked("Needed again"),
    Change.MOVED: marked("Moves"),
    Change.CANCELLED: marked("Not needed any more"),
    Change.UNDONE: marked("Done already, and undone"),
}
SIGNS: Final[Mapping[Change, str]] = {Change.CANCELLED: "cancelled", Change.UNDONE: "ready", Change.MOVED: "claimed"}


@dataclass(frozen=True)
class ChangeLine:
    """`party` is who has it, with who had it before; `when` its date, with the one before."""

    title: str
    party: str
    when: str


@dataclass(frozen=True)
class ChangeGroup:
    title: str
    sign: str
    lines: tuple[ChangeLine, ...]


def difference_values(found: Difference, view: View) -> dict[str, Any]:
    """Groups that have something in them, in the order of how much they ask of people; then what stays."""
    groups = [
        ChangeGroup(gettext(title), SIGNS.get(change, "waiting"), tuple(_line(one, view) for one in found.of(change)))
        for change, title in HEADINGS.items()
        if found.of(change)
    ]
    stays = found.of(Change.STAYS)
    return {
        "difference": found,
        "answers": [(one.label, _answer_words(one, view)) for one in found.answers],
        "groups": groups,
        "stays": [_line(one, view) for one in stays if not one.is_done],
        "done": [_line(one, view) for one in stays if one.is_done],
    }


def _line(one: TaskChange, view: View) -> ChangeLine:
    party = one.party
    if one.party_was and one.party_was != one.party:
        party = _path(one.party_was, one.party)
    if one.undoes:
        party = gettext("%(party)s · undoes “%(title)s”") % {"party": party, "title": one.undoes}
    if one.frees_at is not None:
        given = {"party": party, "when": view.moment(one.frees_at)}
        party = gettext("%(party)s · the time booked, %(when)s, is given back") % given
    return ChangeLine(one.title, party, _when(one, view))


def _when(one: TaskChange, view: View) -> str:
    if one.change in {Change.CANCELLED, Change.STAYS} and one.is_done:
        return ""
    moves = _moves(one, view) if one.change is Change.MOVED else []
    if moves:
        return " · ".join(moves)
    return view.day(one.due_at) if one.due_at else ""


def _moves(one: TaskChange, view: View) -> list[str]:
    """Its due date and its opening, where they are others."""
    moves = [_path(view.day(one.due_was), view.day(one.due_at))] if one.due_was != one.due_at else []
    if one.opens_was != one.opens_at:
        opens = _path(_opening(one.opens_was, view), _opening(one.opens_at, view))
        moves.append(gettext("opens %(when)s") % {"when": opens})
    return moves


def _opening(opens_at: datetime | None, view: View) -> str:
    return view.opening(opens_at) if opens_at else view.day(None)


def _answer_words(one: AnswerChange, view: View) -> str:
    if one.was is None and one.now is None:
        return gettext("given anew")
    return _path(_said(one.was, view), _said(one.now, view))


def _said(answer: Answer | None, view: View) -> str:
    return in_words(answer, view) if answer is not None else gettext("nothing")


def _path(was: str, now: str) -> str:
    return f"{was} → {now}"


def difference_json(found: Difference) -> dict[str, Any]:
    """What `POST …/amend` answers, for the reader whom it was made for."""
    return {
        "reference": found.reference,
        "cancel": found.cancels,
        "changes": not found.is_none,
        "seen": found.seen,
        "answers": [
            {
                "key": one.key,
                "label": one.label,
                "from": one.was.value if one.was else None,
                "to": one.now.value if one.now else None,
            }
            for one in found.answers
        ],
        "tasks": [_task_json(one) for one in found.tasks],
    }


def _task_json(one: TaskChange) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "queue": one.queue,
        "change": one.change.value,
        "due_from": instant(one.due_was),
        "due_to": instant(one.due_at),
        "opens_from": instant(one.opens_was),
        "opens_to": instant(one.opens_at),
        "undoes": one.undoes or None,
        "frees": instant(one.frees_at),
    }
