"""The log of a ticket in sentences: one voice for those who work on it, a plainer one for who asked."""

from collections.abc import Mapping
from typing import Any, Final

from routing.work import Channel, ContactKind, HoldReason
from spoc.desk.ticket_page import EventPart
from spoc.web.words import gettext, marked
from spoc.web.words_of_contacts import CHANNELS, KINDS

DESK: Final[Mapping[str, str]] = {
    "opened": marked("%(who)s opened it by %(channel)s."),
    "placed": marked("“%(title)s” was placed with %(queue)s."),
    "became_ready": marked("“%(title)s” is ready."),
    "claimed": marked("%(who)s took “%(title)s”."),
    "released": marked("%(who)s put “%(title)s” back."),
    "held": marked("%(who)s put “%(title)s” on hold: %(reason)s. %(note)s"),
    "resumed": marked("“%(title)s” goes on."),
    "finished": marked("%(who)s finished “%(title)s”. %(result)s"),
    "handed_off": marked("%(who)s handed “%(title)s” over from %(from)s to %(to)s: %(why)s"),
    "reopened": marked("%(who)s took “%(title)s” up again: %(why)s"),
    "resolved": marked("Everything is done."),
    "ticket_reopened": marked("The request is open again: %(why)s"),
    "cancelled": marked("The request was cancelled."),
    "ask_resolved": marked("One part of the request is done."),
    "ask_reopened": marked("One part of the request is open again."),
    "ask_cancelled": marked("One part of the request was cancelled."),
    "waiting_for_requester": marked("Everything open waits for the requester."),
    "in_work_again": marked("The request is in work again."),
    "contact_logged": marked("Contact by %(channel)s: %(kind)s."),
    "message": marked("%(who)s wrote."),
    "linked": marked("Linked with %(to)s."),
    "kind_corrected": marked("%(who)s corrected a contact: %(kind)s."),
}
ASKED: Final[Mapping[str, str]] = {
    "opened": marked("Your request came in."),
    "placed": marked("“%(title)s” is with %(queue)s."),
    "claimed": marked("%(who)s works on “%(title)s”."),
    "held": marked("“%(title)s” stands still: %(reason)s."),
    "finished": marked("“%(title)s” is done. %(result)s"),
    "handed_off": marked("“%(title)s” moved from %(from)s to %(to)s."),
    "resolved": marked("Everything is done."),
    "ticket_reopened": marked("The request is open again: %(why)s"),
    "message": marked("%(who)s wrote."),
    "contact_logged": marked("You were in touch by %(channel)s."),
}
REASONS: Final[Mapping[HoldReason, str]] = {
    HoldReason.REQUESTER: marked("waiting for the requester"),
    HoldReason.VENDOR: marked("waiting for a supplier"),
    HoldReason.OTHER: marked("waiting"),
}
REASONS_ASKED: Final[Mapping[HoldReason, str]] = {**REASONS, HoldReason.REQUESTER: marked("we wait for your answer")}


def sentence(event: EventPart, queues: Mapping[str, str], *, as_agent: bool) -> str:
    """What happened, in the language of the request; a kind that has no sentence is named as it is."""
    template = (DESK if as_agent else ASKED).get(event.kind)
    if template is None:
        return event.kind.replace("_", " ")
    return (gettext(template) % _Words(_words(event, queues, as_agent=as_agent))).strip()


class _Words(dict[str, str]):
    """What an event does not say stays empty: the log is older than its sentences."""

    def __missing__(self, key: str) -> str:
        return ""


def _words(event: EventPart, queues: Mapping[str, str], *, as_agent: bool) -> dict[str, str]:
    what = event.what
    reasons = REASONS if as_agent else REASONS_ASKED
    told = {key: str(value) for key, value in what.items() if value is not None and not isinstance(value, bool)}
    who = gettext("You") if event.own else event.actor or gettext("The desk")
    return told | {
        "who": who,
        "queue": _queue(what.get("queue"), queues) or gettext("a person"),
        "from": _queue(what.get("from"), queues) or gettext("a person"),
        "to": _queue(what.get("to"), queues),
        "channel": _word(CHANNELS, Channel, what.get("channel")),
        "reason": _word(reasons, HoldReason, what.get("reason")),
        "kind": _word(KINDS, ContactKind, what.get("kind") or what.get("to")),
    }


def _queue(key: Any, queues: Mapping[str, str]) -> str:
    return queues.get(key, str(key)) if key else ""


def _word(words: Mapping[Any, str], kind: Any, value: Any) -> str:
    return gettext(words[kind(value)]) if value in {str(one) for one in kind} else ""
