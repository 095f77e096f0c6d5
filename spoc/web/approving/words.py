"""Approvals in words: where a voice stands, and what was answered, as the approver reads it."""

from collections.abc import Mapping
from typing import Any, Final

from routing.approval import Voice
from spoc.approvals.reading import ApprovalPage, Line, Said
from spoc.web.formats import View
from spoc.web.shapes import instant
from spoc.web.ticket.answers import in_list
from spoc.words import gettext, marked

VOICES: Final[Mapping[Voice, str]] = {
    Voice.NEXT: marked("Asked later"),
    Voice.ASKED: marked("Not decided yet"),
    Voice.APPROVED: marked("Approved"),
    Voice.REJECTED: marked("Rejected"),
    Voice.EXPIRED: marked("Did not answer in time"),
    Voice.WITHDRAWN: marked("Not needed any more"),
}


SIGNS: Final[Mapping[Voice, str]] = {
    Voice.NEXT: "waiting",
    Voice.ASKED: "ready",
    Voice.APPROVED: "done",
    Voice.REJECTED: "cancelled",
    Voice.EXPIRED: "skipped",
    Voice.WITHDRAWN: "skipped",
}
"""The sign of a task's state that stands for a voice; the words beside it say what it is."""


def values_of(page: ApprovalPage, view: View) -> dict[str, Any]:
    """What the template of one approval is given."""
    return {
        "page": page,
        "pairs": [(answer.label, in_list(answer, view)) for answer in page.answers],
        "voices": [(said, gettext(VOICES[said.voice]), SIGNS[said.voice]) for said in page.voices],
        "standing": gettext(VOICES[page.voice]),
    }


def lines_of(lines: tuple[Line, ...]) -> dict[str, Any]:
    """What the template of the list is given."""
    return {
        "asked": [line for line in lines if line.voice is Voice.ASKED],
        "over": [
            (line, gettext(VOICES[line.voice]), SIGNS[line.voice]) for line in lines if line.voice is not Voice.ASKED
        ],
    }


def line_json(line: Line) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "title": line.title,
        "reference": line.reference,
        "requester": line.asker,
        "voice": line.voice.value,
        "at": instant(line.at),
    }


def approval_json(page: ApprovalPage) -> dict[str, Any]:
    """One approval as its approver may see it."""
    return {
        "id": str(page.id),
        "reference": page.reference,
        "title": page.title,
        "detail": page.detail,
        "requester": page.asker,
        "about": page.about,
        "answers": {answer.key: answer.value for answer in page.answers},
        "labels": {answer.key: answer.label for answer in page.answers},
        "needed": page.needed,
        "ends_at": instant(page.ends_at),
        "voice": page.voice.value,
        "may_decide": page.may_decide,
        "voices": [_voice(said) for said in page.voices],
    }


def _voice(said: Said) -> dict[str, Any]:
    return {
        "name": said.name,
        "voice": said.voice.value,
        "instead_of": said.instead_of or None,
        "at": instant(said.at),
        "comment": said.comment,
    }
