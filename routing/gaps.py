"""What a plan lacks before anybody asks for it: people who would do the work, and dates that can be kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from routing.calendars import Calendar
from routing.slots import Terms, Window, fits_anywhere, works_within
from routing.why import Kind
from routing.work import Placement


class GapKind(StrEnum):
    """What is missing; the values that go with it stand at its kind."""

    QUEUE_WITHOUT_MEMBERS = "queue_without_members"  # queue: its key
    NO_SUCH_QUEUE = "no_such_queue"  # named: the key that no queue has
    NOBODY_KNOWN = "nobody_known"
    DUE_PAST = "due_past"  # due_at
    DUE_BEFORE_OPENING = "due_before_opening"  # due_at, opens_at
    DUE_BEFORE_NEED = "due_before_need"  # due_at, need: its key, need_due_at
    DATE_UNKNOWN = "date_unknown"
    NO_TIME_TO_MEET = "no_time_to_meet"
    MEETS_TOO_LONG = "meets_too_long"  # minutes
    CONDITION_FAILED = "condition_failed"  # condition, fault
    NO_CONTACT = "no_contact"  # queue: its key, topic
    NO_SKILL = "no_skill"  # queue: its key, skill
    NOBODY_TO_MEET = "nobody_to_meet"  # queue: its key, topic
    NO_APPROVER = "no_approver"  # approvers: expressions of the catalogue
    NOBODY_TO_ESCALATE = "nobody_to_escalate"  # queue: its key
    UNKNOWN_SYSTEM = "unknown_system"  # endpoint: its key


@dataclass(frozen=True)
class Gap:
    """One thing that is missing for the step of that key."""

    kind: GapKind
    step: str
    given: Mapping[str, str | datetime] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Wanted:
    """What one step needs beside people in its queue; what it does not need is empty.

    `topic` is the one that its queue is to have a point of contact for, `meets` the one of whom one meets, `skill` what
    somebody in it is to know, `approvers` all that it asks, `endpoint` the system that it calls. With `escalates` the
    ladder tells whoever answers for its queue.
    """

    step: str
    queue: str = ""
    topic: str = ""
    meets: str = ""
    approvers: tuple[str, ...] = ()
    endpoint: str = ""
    escalates: bool = False
    skill: str = ""


@dataclass(frozen=True)
class Around:
    """What there is: topics with a point of contact as pairs of queue and topic in lower case, and those with one who
    serves the queue; approvers of whom somebody is known, by step; queues for which somebody answers or which somebody
    leads; systems that were set up; and what people know, as pairs of queue and skill.
    """

    contacts: frozenset[tuple[str, str]] = frozenset()
    serving: frozenset[tuple[str, str]] = frozenset()
    approvers: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    answered_for: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    skills: frozenset[tuple[str, str]] = frozenset()


def shortfalls(wanted: Sequence[Wanted], around: Around) -> tuple[Gap, ...]:
    """Whom and what the steps need that is not there."""
    return tuple(gap for one in wanted for gap in _shortfalls_of(one, around))


def _shortfalls_of(one: Wanted, around: Around) -> Iterator[Gap]:
    if one.topic and (one.queue, one.topic.lower()) not in around.serving:
        yield Gap(GapKind.NO_CONTACT, one.step, {"queue": one.queue, "topic": one.topic})
    if one.meets and (one.queue, one.meets.lower()) not in around.contacts:
        yield Gap(GapKind.NOBODY_TO_MEET, one.step, {"queue": one.queue, "topic": one.meets})
    known = around.approvers.get(one.step, frozenset())
    if one.skill and (one.queue, one.skill) not in around.skills:
        yield Gap(GapKind.NO_SKILL, one.step, {"queue": one.queue, "skill": one.skill})
    if unknown := [named for named in one.approvers if named not in known]:
        yield Gap(GapKind.NO_APPROVER, one.step, {"approvers": ", ".join(unknown)})
    if one.escalates and one.queue not in around.answered_for:
        yield Gap(GapKind.NOBODY_TO_ESCALATE, one.step, {"queue": one.queue})
    if one.endpoint and one.endpoint not in around.systems:
        yield Gap(GapKind.UNKNOWN_SYSTEM, one.step, {"endpoint": one.endpoint})


_UNRECKONED: Final = frozenset(
    {Kind.NO_DUE_RANGE, Kind.NO_DUE_NO_WORK, Kind.OPENS_AT_ONCE_RANGE, Kind.OPENS_AT_ONCE_NO_WORK}
)


def gaps(placements: Sequence[Placement], members: Mapping[str, int], now: datetime) -> tuple[Gap, ...]:
    """What is missing for a plan asked for at `now`, step by step; `members` counts who is active in each queue."""
    by_key = {placed.key: placed for placed in placements}
    return tuple(
        gap for placed in placements for gap in (*_of_people(placed, members), *_of_dates(placed, by_key, now))
    )


def gap_of_meeting(step: str, calendar: Calendar, within: Window, terms: Terms) -> Gap | None:
    """What keeps an appointment from ever being booked, if nobody were away and nothing booked."""
    if fits_anywhere(calendar, within, terms):
        return None
    if not works_within(calendar, within):
        return Gap(GapKind.NO_TIME_TO_MEET, step)
    minutes = str(int(terms.length.total_seconds() // 60))
    return Gap(GapKind.MEETS_TOO_LONG, step, {"minutes": minutes})


def _of_people(placed: Placement, members: Mapping[str, int]) -> Iterator[Gap]:
    for why in placed.why:
        if why.kind == Kind.NO_SUCH_QUEUE:
            yield Gap(GapKind.NO_SUCH_QUEUE, placed.key, {"named": str(why.given["named"])})
        elif why.kind == Kind.NOBODY_KNOWN:
            yield Gap(GapKind.NOBODY_KNOWN, placed.key)
    if placed.queue is not None and not members.get(placed.queue):
        yield Gap(GapKind.QUEUE_WITHOUT_MEMBERS, placed.key, {"queue": placed.queue})


def _of_dates(placed: Placement, by_key: Mapping[str, Placement], now: datetime) -> Iterator[Gap]:
    if any(why.kind in _UNRECKONED for why in placed.why):
        yield Gap(GapKind.DATE_UNKNOWN, placed.key)
    if placed.due_at is None:
        return
    if placed.due_at < now:
        yield Gap(GapKind.DUE_PAST, placed.key, {"due_at": placed.due_at})
    elif placed.opens_at is not None and placed.due_at < placed.opens_at:
        given = {"due_at": placed.due_at, "opens_at": placed.opens_at}
        yield Gap(GapKind.DUE_BEFORE_OPENING, placed.key, given)
    yield from _due_before_needs(placed, placed.due_at, by_key)


def _due_before_needs(placed: Placement, due_at: datetime, by_key: Mapping[str, Placement]) -> Iterator[Gap]:
    for key in placed.needs:
        need = by_key.get(key)
        if need is not None and need.due_at is not None and due_at < need.due_at:
            yield Gap(GapKind.DUE_BEFORE_NEED, placed.key, {"due_at": due_at, "need": key, "need_due_at": need.due_at})
