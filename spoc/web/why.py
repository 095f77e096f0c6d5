"""Reasons in sentences: a template by kind in the reader's language, with the values as the reader writes them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from routing.phrase import Phrase, counted
from routing.why import Given, Kind, Why, about_appointment, about_assignment, about_call
from routing.work import Unit
from spoc.web.formats import View
from spoc.words import gettext, marked, said

SENTENCES: Final[Mapping[str, str]] = {
    Kind.SAID: "%(sentence)s",
    Kind.CATALOGUE: marked("%(queue)s: the catalogue names this queue"),
    Kind.RULE: marked("%(queue)s: a routing rule sends this here"),
    Kind.RULE_SAID: marked("%(queue)s: %(said)s"),
    Kind.UNPLACED: marked("%(queue)s: nothing else names a queue"),
    Kind.NO_SUCH_QUEUE: marked("%(queue)s: there is no queue %(named)s"),
    Kind.REQUESTER: marked("The requester: the catalogue gives this step to them"),
    Kind.SUBJECT: marked("The person concerned: the catalogue gives this step to them"),
    Kind.REQUESTER_MANAGER: marked("The requester's manager: the catalogue gives this step to them"),
    Kind.SUBJECT_MANAGER: marked("The manager of the person concerned: the catalogue gives this step to them"),
    Kind.PERSON: marked("%(person)s: the catalogue gives this step to them"),
    Kind.NOBODY_KNOWN: marked("%(queue)s: nobody is known for this person, so the desk finds one"),
    Kind.APPROVER: marked("%(person)s is asked"),
    Kind.APPROVER_UP: marked("%(person)s is asked in place of %(instead)s"),
    Kind.APPROVER_UNKNOWN: marked("%(queue)s: nobody is known for %(approvers)s, so the desk decides"),
    Kind.APPROVER_SILENT: marked("%(queue)s: nobody above %(person)s can be asked, so the desk decides"),
    Kind.FINDS_ITS_PEOPLE: marked("The catalogue names who is asked, and they are found when it is their turn"),
    Kind.WAITS: marked("Waits for: %(tasks)s"),
    Kind.WAITS_EARLIER: marked("Waits for earlier work"),
    Kind.CALL_UNKNOWN: marked("Nobody has said where to find %(endpoint)s, so people do it"),
    Kind.CALL_NOT_ALLOWED: marked("%(endpoint)s has an address that may not be called, so people do it"),
    Kind.CALL_UNREACHABLE: marked("%(endpoint)s could not be reached, so people do it"),
    Kind.CALL_REFUSED: marked("%(endpoint)s did not take it (HTTP %(status)s), so people do it"),
    Kind.CALL_FAILED: marked("%(endpoint)s could not do it, so people do it: %(said)s"),
    Kind.CALL_LATE: marked("%(endpoint)s did not answer in time, so people do it"),
    Kind.APPOINTMENT_UNCHOSEN: marked(
        "Nobody chose a time for the appointment in time, so it is arranged by telephone"
    ),
    Kind.APPOINTMENT_NO_TIME: marked("No time is free for the appointment, so it is arranged by telephone"),
    Kind.APPOINTMENT_NOBODY: marked("Nobody is known for %(named)s, so the appointment is arranged by telephone"),
    Kind.APPOINTMENT_NO_CHOOSER: marked("Whoever is to choose is not in the directory, so people arrange it"),
    Kind.APPOINTMENT_BY_PHONE: marked("It is arranged by telephone instead of being booked"),
    Kind.APPOINTMENT_MISSED: marked("Somebody did not come to the appointment, so another is arranged by telephone"),
    Kind.UNDECIDED: marked("Whether it is needed depends on the answers to: %(tasks)s"),
    Kind.OPENS: marked("Opens %(moment)s"),
    Kind.OPENS_AT_ONCE_RANGE: marked("Opens at once: %(day)s is outside the years that can be planned"),
    Kind.OPENS_AT_ONCE_NO_WORK: marked("Opens at once: calendar %(calendar)s has no working time"),
    Kind.DUE: marked("Due %(moment)s"),
    Kind.DUE_DAY_WITHOUT_WORK: marked("Nobody works on %(day)s, so it is due the working day before"),
    Kind.DUE_PAST: marked("That was already past when the ask came in"),
    Kind.DUE_AFTER_SUBMISSION: marked("Due %(span)s after submission, as nothing else is said"),
    Kind.DUE_AFTER_OPENING: marked("Due %(span)s after its opening, as nothing else is said"),
    Kind.DUE_AFTER_NEEDS: marked("Due %(span)s after what it waits for is due, as nothing else is said"),
    Kind.NO_DUE_RANGE: marked("No due date: %(day)s is outside the years that can be planned"),
    Kind.NO_DUE_NO_WORK: marked("No due date: calendar %(calendar)s has no working time"),
    Kind.READ_AS: marked("Read as “%(service)s” from the words %(words)s"),
    Kind.NO_SERVICE_FITS: marked("No service fits the text for certain"),
    Kind.NO_SERVICE_FITS_LIKELY: marked("No service fits the text for certain; likely: %(services)s"),
    Kind.HANDED_OVER: marked("Handed over from %(party)s"),
    Kind.ASSIGN_TURN: marked("%(person)s: it is their turn"),
    Kind.ASSIGN_ROOM: marked("%(person)s: they have the most room"),
    Kind.ASSIGN_SKILL: marked("%(person)s: they know %(skill)s"),
    Kind.ASSIGN_BEFORE: marked("%(person)s: they did it for the requester last time"),
    Kind.ASSIGN_CONTACT: marked("%(person)s: point of contact for %(topic)s"),
    Kind.ASSIGN_STANDS_IN: marked("%(person)s stands in for %(away)s, who is away"),
    Kind.ASSIGN_NO_ROOM: marked("Everybody in question has reached their limit"),
    Kind.ASSIGN_ALL_AWAY: marked("Everybody in question is away"),
    Kind.ASSIGN_NOBODY: marked("Offered to nobody: there is nobody to choose from"),
    Kind.ASSIGN_NO_SKILL: marked("Offered to nobody: nobody in the team knows %(skill)s"),
    Kind.ASSIGN_NO_CONTACT: marked("Offered to nobody: the team has no further point of contact for %(topic)s"),
    Kind.ASSIGN_SILENT: marked("%(person)s did not react in time"),
    Kind.ASSIGN_DECLINED: marked("%(person)s said that it is not for them"),
    Kind.ASSIGN_BACK: marked("%(person)s is back"),
    Kind.ASSIGN_GONE: marked("%(person)s cannot do it now"),
}

BY_RULE: Final[Mapping[str, str]] = {
    Kind.RULE: marked("%(queue)s: a routing rule sends this here, by %(by)s"),
    Kind.RULE_SAID: marked("%(queue)s: %(said)s (a routing rule by %(by)s)"),
}
"""The same where it is known what the rule looked at."""
CONDITIONS: Final[Mapping[str, str]] = {
    "service": marked("service"),
    "step": marked("step"),
    "location": marked("location"),
    "priority": marked("priority"),
    "department": marked("department"),
    "job_title": marked("job title"),
    "employment": marked("kind of employment"),
    "manager": marked("line manager"),
    "label": marked("words in the text"),
}


def sentences(whys: Iterable[Why], view: View) -> list[str]:
    """One sentence for each reason, in their order; none for a kind that a later version wrote."""
    return [_sentence(why, view) for why in whys if why.kind in SENTENCES]


def assignment(whys: Iterable[Why]) -> str:
    """The sentences of why somebody was offered a task, or has to do what another system did not, as one.

    They name no moment, so every reader's are the same.
    """
    of_now = (about_assignment, about_call, about_appointment)
    known = [why for why in whys if any(asked(why) for asked in of_now) and why.kind in SENTENCES]
    return "; ".join(said(Phrase(SENTENCES[why.kind], why.given)) for why in known)


def _sentence(why: Why, view: View) -> str:
    template = BY_RULE.get(why.kind) if why.given.get("by") else None
    return said(Phrase(template or SENTENCES[why.kind], _values(why.given, view)))


def _values(given: Mapping[str, Given], view: View) -> dict[str, str]:
    shown = {key: _shown(key, value) for key, value in given.items()}
    by = given.get("by")
    if isinstance(by, tuple):
        shown["by"] = ", ".join(gettext(CONDITIONS[one]) for one in by if one in CONDITIONS)
    if "day_on" in given:
        shown["day"] = _day(given, "day", view)
    if "amount" in given and "unit" in given:
        shown |= {"span": _span(given), "moment": _moment(given, view)}
    return shown


def _shown(key: str, value: Given) -> str:
    if not isinstance(value, tuple):
        return str(value)
    quoted = gettext("“%(word)s”") if key == "words" else "%(word)s"
    return ", ".join(quoted % {"word": one} for one in value)


def _span(given: Mapping[str, Given]) -> str:
    """3 working days, whichever way they are counted; empty for a unit that is unknown."""
    number = abs(int(str(given["amount"])))
    spans = {
        Unit.MINUTES: counted("%(number)s minute", "%(number)s minutes", number),
        Unit.HOURS: counted("%(number)s hour", "%(number)s hours", number),
        Unit.DAYS: counted("%(number)s day", "%(number)s days", number),
        Unit.WEEKS: counted("%(number)s week", "%(number)s weeks", number),
        Unit.MONTHS: counted("%(number)s month", "%(number)s months", number),
        Unit.WORKING_MINUTES: counted("%(number)s working minute", "%(number)s working minutes", number),
        Unit.WORKING_HOURS: counted("%(number)s working hour", "%(number)s working hours", number),
        Unit.WORKING_DAYS: counted("%(number)s working day", "%(number)s working days", number),
    }
    unit = given["unit"]
    return said(spans[Unit(unit)]) if unit in {str(one) for one in Unit} else ""


def _moment(given: Mapping[str, Given], view: View) -> str:
    """“3 working days before Tuesday 1 September, at 12:00”; the time is that of the place where the work is done."""
    text = _side(given) % {"span": _span(given), "day": _day(given, "anchor", view)}
    return gettext("%(moment)s, at %(clock)s") % {"moment": text, "clock": given["at"]} if "at" in given else text


def _side(given: Mapping[str, Given]) -> str:
    amount = int(str(given["amount"]))
    if "anchor_on" in given or "anchor_at" in given:
        if amount == 0:
            return gettext("on %(day)s")
        return gettext("%(span)s before %(day)s") if amount < 0 else gettext("%(span)s after %(day)s")
    if amount == 0:
        return gettext("on the day of submission")
    return gettext("%(span)s before submission") if amount < 0 else gettext("%(span)s after submission")


def _day(given: Mapping[str, Given], name: str, view: View) -> str:
    """The date `name_on`, or the instant `name_at` in the reader's zone."""
    if f"{name}_at" in given:
        at = datetime.fromisoformat(str(given[f"{name}_at"]))
        return gettext("%(day)s, %(clock)s") % {"day": view.day_long(at), "clock": view.clock(at)}
    return view.day_long(date.fromisoformat(str(given[f"{name}_on"]))) if f"{name}_on" in given else ""
