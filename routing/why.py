"""Why work stands where it stands: kinds of reasons with the values in them, of which the edge makes sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

Given: TypeAlias = str | int | tuple[str, ...]


class Kind(StrEnum):
    """What is said. `queue` is always a queue's title; the other values stand at their kind.

    Of a moment there are `amount` (negative: before), `unit`, the anchor as `anchor_on` (a date) or `anchor_at` (an
    instant), neither of them at submission, and perhaps the wall-clock time `at`.
    """

    SAID = "said"  # sentence: a person's or an operator's words, or a sentence of before reasons were values
    CATALOGUE = "catalogue"  # queue
    RULE = "rule"  # queue
    RULE_SAID = "rule_said"  # queue; said: the operator's words
    UNPLACED = "unplaced"  # queue
    NO_SUCH_QUEUE = "no_such_queue"  # queue; named: the key that no queue has
    REQUESTER = "requester"
    SUBJECT = "subject"
    REQUESTER_MANAGER = "requester_manager"
    SUBJECT_MANAGER = "subject_manager"
    PERSON = "person"  # person: an expression of the catalogue that has no words of its own
    APPROVER = "approval.asked"  # person, here and below: a name
    APPROVER_UP = "approval.up"  # person, instead: a name
    APPROVER_UNKNOWN = "approval.unknown"  # queue, approvers: expressions of the catalogue
    APPROVER_SILENT = "approval.silent"  # queue, person
    NOBODY_KNOWN = "nobody_known"  # queue
    FINDS_ITS_PEOPLE = "finds_its_people"
    WAITS = "waits"  # tasks: keys as it is stored, titles as it is told
    WAITS_EARLIER = "waits_earlier"
    CALL_UNKNOWN = "call.unknown"  # endpoint: a title here and below, or its key
    CALL_NOT_ALLOWED = "call.not_allowed"  # endpoint
    CALL_UNREACHABLE = "call.unreachable"  # endpoint
    CALL_REFUSED = "call.refused"  # endpoint, status: of HTTP
    CALL_FAILED = "call.failed"  # endpoint; said: the other system's words
    CALL_LATE = "call.late"  # endpoint
    APPOINTMENT_UNCHOSEN = "appointment.unchosen"
    APPOINTMENT_NO_TIME = "appointment.no_time"
    APPOINTMENT_NOBODY = "appointment.nobody"  # named: an expression of the catalogue, a field's key or a topic
    APPOINTMENT_NO_CHOOSER = "appointment.no_chooser"
    APPOINTMENT_BY_PHONE = "appointment.by_phone"
    APPOINTMENT_MISSED = "appointment.missed"
    UNDECIDED = "undecided"  # tasks: as of WAITS
    OPENS = "opens"  # a moment
    OPENS_AT_ONCE_RANGE = "opens_at_once.date_out_of_range"  # day_on
    OPENS_AT_ONCE_NO_WORK = "opens_at_once.no_working_time"  # calendar
    DUE = "due"  # a moment
    DUE_DAY_WITHOUT_WORK = "due.day_without_work"  # day_on
    DUE_PAST = "due.past"
    DUE_AFTER_SUBMISSION = "due.after_submission"  # amount, unit
    DUE_AFTER_OPENING = "due.after_opening"  # amount, unit
    DUE_AFTER_NEEDS = "due.after_needs"  # amount, unit
    NO_DUE_RANGE = "no_due.date_out_of_range"  # day_on
    NO_DUE_NO_WORK = "no_due.no_working_time"  # calendar
    READ_AS = "read_as"  # service: a title; words
    NO_SERVICE_FITS = "no_service_fits"
    NO_SERVICE_FITS_LIKELY = "no_service_fits.likely"  # services: titles
    HANDED_OVER = "handed_over"  # party: a queue's title or a person's name
    ASSIGN_TURN = "assign.turn"  # person, here and below: a name
    ASSIGN_ROOM = "assign.room"  # person
    ASSIGN_SKILL = "assign.skill"  # person, skill
    ASSIGN_BEFORE = "assign.before"  # person
    ASSIGN_CONTACT = "assign.contact"  # person, topic
    ASSIGN_STANDS_IN = "assign.stands_in"  # person, away: a name
    ASSIGN_NO_ROOM = "assign.no_room"
    ASSIGN_ALL_AWAY = "assign.all_away"
    ASSIGN_NOBODY = "assign.nobody"
    ASSIGN_NO_SKILL = "assign.no_skill"  # skill
    ASSIGN_NO_CONTACT = "assign.no_contact"  # topic
    ASSIGN_SILENT = "assign.silent"  # person
    ASSIGN_DECLINED = "assign.declined"  # person
    ASSIGN_BACK = "assign.back"  # person
    ASSIGN_GONE = "assign.gone"  # person


_NAMES_TASKS = frozenset({Kind.WAITS, Kind.UNDECIDED})


@dataclass(frozen=True)
class Why:
    """One reason. A kind of a later version is kept as it is, and told by nobody who does not know it."""

    kind: str
    given: Mapping[str, Given] = field(default_factory=dict)


def said(sentence: str) -> Why:
    return Why(Kind.SAID, {"sentence": sentence})


def stored(raw: object) -> Why:
    """A reason from its document; a plain sentence, as reasons once were, is one that was `said`."""
    match raw:
        case Why():
            return raw
        case {"kind": str(kind), **rest}:
            given = rest.get("given")
            return Why(kind, {key: _given(value) for key, value in given.items()} if isinstance(given, dict) else {})
        case _:
            return said(str(raw))


def _given(value: Any) -> Given:
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    return value if isinstance(value, int) else str(value)


def document(why: Why) -> dict[str, Any]:
    """The reason as it is stored, fit for JSON."""
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in why.given.items()}
    return {"kind": str(why.kind), "given": given}


def told(whys: Iterable[Why], titles: Mapping[str, str], masked: frozenset[str] = frozenset()) -> tuple[Why, ...]:
    """The reasons as one reader may know them: what it waits for by the `titles` of the tasks that they see.

    Tasks behind a mask are "earlier work" where no other is named; of any further task nothing is said, not even that
    there is something to wait for.
    """
    return tuple(one for why in whys for one in _told(why, titles, masked))


def about_assignment(why: Why) -> bool:
    """Whether it says why somebody was offered the task: for those who work on it, not for who asked."""
    return why.kind.startswith("assign.")


def about_approvers(why: Why) -> bool:
    """Whether it says who was asked to approve, and why they."""
    return why.kind.startswith("approval.")


def about_call(why: Why) -> bool:
    """Whether it says why another system did not do it."""
    return why.kind.startswith("call.")


def about_appointment(why: Why) -> bool:
    """Whether it says why no appointment is chosen (any more), and people arrange it."""
    return why.kind.startswith("appointment.")


def waits_for(why: Why) -> tuple[str, ...]:
    """The keys of the tasks that a stored reason names."""
    keys = why.given.get("tasks")
    return keys if why.kind in _NAMES_TASKS and isinstance(keys, tuple) else ()


def _told(why: Why, titles: Mapping[str, str], masked: frozenset[str]) -> tuple[Why, ...]:
    keys = waits_for(why)
    if not keys:
        return (why,)
    named = tuple(titles[key] for key in keys if key in titles)
    if named:
        return (Why(why.kind, {"tasks": named}),)
    return (Why(Kind.WAITS_EARLIER),) if why.kind == Kind.WAITS and masked.intersection(keys) else ()
