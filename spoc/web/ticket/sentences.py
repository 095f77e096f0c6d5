"""The log of a ticket in sentences: one voice for those who work on it, a plainer one for who asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from catalog.service import FieldKind
from routing.escalation import Whom
from routing.targets import Promise
from routing.work import SAID, Channel, ContactKind, HoldReason, LeftOutAs
from spoc.desk.ticket_page import Answer, EventPart, Twin
from spoc.web.formats import PLAIN, View
from spoc.web.schedules.words import stands_for
from spoc.web.ticket.answers import in_words
from spoc.web.why import assignment
from spoc.web.words_of_clocks import missed_sentence, rung_sentence
from spoc.web.words_of_contacts import CHANNELS, KINDS, LEFT_OUT, capitalised
from spoc.web.words_of_priority import priority_word
from spoc.words import gettext, marked

DESK: Final[Mapping[str, str]] = {
    "opened": marked("%(who)s opened it by %(channel)s."),
    "scheduled": marked("It comes by the schedule “%(schedule)s”, for %(slot)s. %(missed)s"),
    "placed": marked("“%(title)s” was placed with %(queue)s."),
    "became_ready": marked("“%(title)s” is ready."),
    "offered": marked("“%(title)s” was offered. %(why)s."),
    "offered_to_nobody": marked("“%(title)s” stands in its queue for anybody. %(why)s."),
    "declined": marked("%(who)s said no to “%(title)s”: %(why)s"),
    "claimed": marked("%(who)s took “%(title)s”."),
    "released": marked("%(who)s put “%(title)s” back."),
    "held": marked("%(who)s put “%(title)s” on hold: %(reason)s. %(note)s"),
    "resumed": marked("“%(title)s” goes on."),
    "finished": marked("%(who)s finished “%(title)s”. %(result)s"),
    "ticked": marked("%(who)s ticked at “%(title)s”: %(items)s."),
    "unticked": marked("%(who)s took back the tick at “%(title)s”: %(items)s."),
    "lent": marked("%(holder)s has now: %(items)s."),
    "brought_back": marked("%(holder)s gave back: %(items)s."),
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
    "left_out": marked("%(who)s left it out of the figures: %(left_out)s. %(words)s"),
    "counted_again": marked("%(who)s let it count in the figures again. %(words)s"),
    "amended": marked("%(who)s changed the request. %(changes)s"),
    "call_made": marked("“%(title)s” was sent to another system."),
    "call_done": marked("“%(title)s” was done by another system. %(result)s"),
    "call_failed": marked("“%(title)s” could not be done by another system. %(why)s."),
    "call_late": marked("“%(title)s” was not done by another system in time. %(why)s."),
    "appointment_offered": marked("Free times for “%(title)s” are offered, to be chosen by %(until)s."),
    "appointment_booked": marked("%(who)s booked “%(title)s” for %(starts)s."),
    "appointment_moved": marked("%(who)s moved “%(title)s” from %(was)s to %(starts)s."),
    "appointment_called_off": marked("“%(title)s”, %(starts)s, was called off by %(who)s. %(said)s"),
    "appointment_lost": marked("“%(title)s” cannot take place, %(starts)s: %(why_lost)s. Another time is needed."),
    "appointment_missed": marked("“%(title)s”, %(starts)s: somebody did not come."),
    "appointment_by_phone": marked("“%(title)s” is to be arranged by telephone. %(why)s."),
    "message_sent": marked("“%(title)s” was sent."),
    "filled_in": marked("%(who)s filled in “%(title)s”. %(changes)s"),
    "redated": marked("“%(title)s” moves. %(dates)s"),
    "task_cancelled": marked("“%(title)s” is not needed any more."),
    "task_restored": marked("“%(title)s” is needed again."),
    "waits_again": marked("“%(title)s” waits again."),
    "escalated": marked("Escalated. %(rung)s. Told: %(told)s."),
    "target_missed": marked("A target was missed: %(promise)s, due %(due)s."),
    "priority_changed": marked("%(who)s changed the priority from %(before)s to %(after)s: %(why)s"),
    "approval_asked": marked("%(people)s is asked to approve “%(title)s”."),
    "approval_reminded": marked("%(people)s was reminded of “%(title)s”."),
    "approval_escalated": marked("%(people)s did not answer about “%(title)s”: %(other)s is asked."),
    "approval_at_desk": marked("“%(title)s” is for the desk to decide: nobody else can be asked."),
    "voice_approved": marked("%(who)s agreed to “%(title)s”. %(why)s"),
    "voice_rejected": marked("%(who)s did not agree to “%(title)s”: %(why)s"),
    "approval_given": marked("%(who)s approved “%(title)s”. %(why)s"),
    "approval_refused": marked("%(who)s rejected “%(title)s”: %(why)s"),
    "approval_refused_by_silence": marked("Nobody decided about “%(title)s” in time, which counts as a no."),
    "task_refused": marked("“%(title)s” will not be done: what it needs was not approved."),
}
ASKED: Final[Mapping[str, str]] = {
    "opened": marked("Your request came in."),
    "scheduled": marked("It comes by the schedule “%(schedule)s”, for %(slot)s. %(missed)s"),
    "placed": marked("“%(title)s” is with %(queue)s."),
    "claimed": marked("%(who)s works on “%(title)s”."),
    "held": marked("“%(title)s” stands still: %(reason)s."),
    "finished": marked("“%(title)s” is done. %(result)s"),
    "handed_off": marked("“%(title)s” moved from %(from)s to %(to)s."),
    "resolved": marked("Everything is done."),
    "ticket_reopened": marked("The request is open again: %(why)s"),
    "message": marked("%(who)s wrote."),
    "contact_logged": marked("You were in touch by %(channel)s."),
    "amended": marked("%(who)s changed the request. %(changes)s"),
    "call_made": marked("“%(title)s” was sent to another system."),
    "call_done": marked("“%(title)s” is done. %(result)s"),
    "appointment_offered": marked("Free times for “%(title)s” are offered, to be chosen by %(until)s."),
    "appointment_booked": marked("%(who)s booked “%(title)s” for %(starts)s."),
    "appointment_moved": marked("%(who)s moved “%(title)s” from %(was)s to %(starts)s."),
    "appointment_called_off": marked("“%(title)s”, %(starts)s, was called off by %(who)s. %(said)s"),
    "appointment_lost": marked("“%(title)s” cannot take place, %(starts)s: %(why_lost)s. Another time is needed."),
    "appointment_missed": marked("“%(title)s”, %(starts)s: somebody did not come."),
    "appointment_by_phone": marked("We will be in touch to arrange “%(title)s”."),
    "message_sent": marked("“%(title)s” was sent."),
    "filled_in": marked("%(who)s filled in “%(title)s”. %(changes)s"),
    "redated": marked("“%(title)s” moves. %(dates)s"),
    "task_cancelled": marked("“%(title)s” is not needed any more."),
    "task_restored": marked("“%(title)s” is needed again."),
    "approval_asked": marked("%(people)s is asked to approve “%(title)s”."),
    "approval_escalated": marked("%(people)s did not answer about “%(title)s”: %(other)s is asked."),
    "approval_at_desk": marked("The desk decides about “%(title)s”."),
    "voice_approved": marked("%(who)s agreed to “%(title)s”. %(why)s"),
    "voice_rejected": marked("%(who)s did not agree to “%(title)s”: %(why)s"),
    "approval_given": marked("%(who)s approved “%(title)s”. %(why)s"),
    "approval_refused": marked("%(who)s did not approve “%(title)s”: %(why)s"),
    "approval_refused_by_silence": marked("Nobody decided about “%(title)s” in time, which counts as a no."),
    "task_refused": marked("“%(title)s” will not be done."),
}
OPENED_BY_ITSELF: Final = marked("It was opened by a schedule.")
TAKEN_BACK: Final = marked("%(who)s cancelled the request. %(changes)s")
LOST: Final[Mapping[str, str]] = {
    "away": marked("nobody is there then"),
    "changed": marked("the request was changed"),
    "handed_over": marked("another team does it now"),
}
DONE_BUT_REFUSED: Final = marked("What was approved is done.")
REASONS: Final[Mapping[HoldReason, str]] = {
    HoldReason.REQUESTER: marked("waiting for the requester"),
    HoldReason.VENDOR: marked("waiting for a supplier"),
    HoldReason.OTHER: marked("waiting"),
}
REASONS_ASKED: Final[Mapping[HoldReason, str]] = {**REASONS, HoldReason.REQUESTER: marked("we wait for your answer")}


def sentence(event: EventPart, queues: Mapping[str, str], view: View = PLAIN, *, as_agent: bool) -> str:
    """What happened, in the language of the request; a kind that has no sentence is named as it is."""
    template = _template(event, DESK if as_agent else ASKED)
    if template is None:
        return event.kind.replace("_", " ")
    return (gettext(template) % _Words(_words(event, queues, view, as_agent=as_agent))).strip()


def _template(event: EventPart, told: Mapping[str, str]) -> str | None:
    if event.what.get("cancelled") is True:
        return TAKEN_BACK
    if event.kind == "resolved" and event.what.get("refused") is True:
        return DONE_BUT_REFUSED
    if event.kind == "opened" and event.what.get("channel") == Channel.SCHEDULE:
        return OPENED_BY_ITSELF
    return told.get(event.kind)


class _Words(dict[str, str]):
    """What an event does not say stays empty: the log is older than its sentences."""

    def __missing__(self, key: str) -> str:
        return ""


def _words(event: EventPart, queues: Mapping[str, str], view: View, *, as_agent: bool) -> dict[str, str]:
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
        "why": _why(what.get("why")),
        "rung": rung_sentence(Promise(what["promise"]), int(what["minutes"]), Whom(what["whom"]))
        if "whom" in what
        else "",
        "told": str(what.get("told") or gettext("nobody, as there is no such person")),
        "promise": missed_sentence(what, _queue(what.get("queue"), queues)) if "promise" in what else "",
        "due": _moment(what.get("due_at"), view),
        "slot": _moment(what.get("slot_at"), view),
        "missed": stands_for(int(what.get("missed") or 0), _day(what.get("missed_since"), view)),
        "before": priority_word(what.get("before")),
        "after": priority_word(what.get("after")),
        "left_out": left_out(what.get("reason"), what.get("of")),
        "changes": " · ".join(
            _change(one, view, first=event.kind == "filled_in" and one.get("from") is None)
            for one in what.get("changes") or ()
        ),
        "dates": _dates(what, view),
        "starts": _moment(what.get("starts_at"), view),
        "was": _moment(what.get("was_at"), view),
        "until": _moment(what.get("until"), view),
        "why_lost": gettext(LOST[what["why_lost"]]) if what.get("why_lost") in LOST else "",
        "items": ", ".join(map(str, what.get("items") or ())),
    }


def _moment(at: Any, view: View) -> str:
    return view.moment(datetime.fromisoformat(at)) if at else ""


def _change(told: Mapping[str, Any], view: View, *, first: bool) -> str:
    """“First day: 1 September → 15 September”; only the question where its answer stands in no log.

    `first`: it is the first answer to it, and only that is told.
    """
    if "kind" not in told:
        return str(told["label"])
    was, now = (_answer(told, told.get(end), view) for end in ("from", "to"))
    if first:
        return f"{told['label']}: {now}"
    return f"{told['label']}: {was} → {now}"


def _answer(told: Mapping[str, Any], value: Any, view: View) -> str:
    if value is None:
        return gettext("nothing")
    return in_words(Answer("", str(told["label"]), FieldKind(told["kind"]), "", value, value), view)


def _dates(what: Mapping[str, Any], view: View) -> str:
    """What it is due by, or, where that stays, when it opens: each with what it was before."""
    if what.get("due_from") != what.get("due_to"):
        return gettext("Due %(was)s → %(now)s.") % _ends(what, "due", view)
    if what.get("opens_from") != what.get("opens_to"):
        return gettext("Opens %(was)s → %(now)s.") % _ends(what, "opens", view)
    return ""


def _ends(what: Mapping[str, Any], name: str, view: View) -> dict[str, str]:
    was, now = (what.get(f"{name}_{end}") for end in ("from", "to"))
    return {
        "was": view.day(datetime.fromisoformat(was) if was else None),
        "now": view.day(datetime.fromisoformat(now) if now else None),
    }


def _why(why: Any) -> str:
    """A person's own words, or why somebody was offered it; other reasons stand at the task."""
    return assignment(why) if isinstance(why, tuple) else str(why or "")


def left_out(reason: Any, of: Any) -> str:
    """Spam; sent twice, the same as T-000041."""
    text = gettext(LEFT_OUT.get(reason, ""))
    return gettext("%(why)s, the same as %(of)s") % {"why": text, "of": of} if of else text


def reasons_to_leave_out(twins: Sequence[Twin]) -> list[dict[str, str]]:
    """As options of a select; sent twice only where there is something it can be the same as."""
    shown = [reason for reason in SAID if twins or reason is not LeftOutAs.DUPLICATE]
    return [{"value": reason.value, "label": capitalised(gettext(LEFT_OUT[reason]))} for reason in shown]


def _day(at: Any, view: View) -> str:
    return view.day(datetime.fromisoformat(at)) if at else ""


def _queue(key: Any, queues: Mapping[str, str]) -> str:
    return queues.get(key, str(key)) if key else ""


def _word(words: Mapping[Any, str], kind: Any, value: Any) -> str:
    return gettext(words[kind(value)]) if value in {str(one) for one in kind} else ""
