"""An opening and its verdict: was it resolved at first contact? Pure; the rules of metrics.md, definition 1.

All instants are aware. Facts later than the instant asked about are not looked at, so the verdict of any past
instant can be had again, and a verdict once final never changes as time goes on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from routing.calendars import Calendar, working_time_between
from routing.work import Channel, ContactKind, LeftOutAs, RepeatCause

SPOILING: Final = frozenset({ContactKind.RESPONSE, ContactKind.REPEAT})
COUNTING: Final = SPOILING | {ContactKind.FIRST}
LONGEST_CONTACT: Final = timedelta(hours=2)
"""A contact whose end was forgotten, or lies further off, is taken to have ended after this long."""


class VerdictKind(StrEnum):
    RESOLVED = "resolved"
    NOT_RESOLVED = "not_resolved"
    PROVISIONAL = "provisional"
    PENDING = "pending"


class Reason(StrEnum):
    """The rule that failed, in the order in which the rules are asked."""

    REFUSED = "refused"
    TIME_LIMIT = "time_limit"
    HANDOFF = "handoff"
    RESPONSE = "response"
    REPEAT = "repeat"
    REOPENED = "reopened"


Limit: TypeAlias = int | Literal["contact"] | None
"""Business minutes, `contact` for "before that contact ended", or None for no limit."""


@dataclass(frozen=True)
class Limits:
    """How long a first contact may take, by its channel. A channel that is not named has no limit."""

    by_channel: Mapping[Channel, Limit]

    def of(self, channel: Channel) -> Limit:
        return self.by_channel.get(channel)


NO_LIMITS: Final = Limits({})


@dataclass(frozen=True)
class Contact:
    """One inbound contact, with the times at which it really took place, however late it was logged."""

    kind: ContactKind
    channel: Channel
    at: datetime
    ended_at: datetime | None = None
    tier: int = 1
    cause: RepeatCause | None = None
    late_logged: bool = False


@dataclass(frozen=True)
class Handoff:
    """A task of the opening moved to another queue, or was added in one. `back`: that queue had it before."""

    at: datetime
    warm: bool = False
    back: bool = False


@dataclass(frozen=True)
class Reopening:
    """The resolved opening was taken up again; `automatic` when only a machine's message did it."""

    at: datetime
    automatic: bool = False


@dataclass(frozen=True)
class Opening:
    """One ask by one requester, as frozen when it was made, and what happened to it.

    `first` is the contact that made it; `contacts` are the further ones about it, on any channel or ticket.
    `resolved_at` is when it was first resolved; `cancelled_at` when the requester took it back, or, if it is
    `refused`, when it ended because what it needs was not approved. `calendar` is the desk's. `excluded` is why it was
    marked as no real ask; `exclusion` says whether it counts.
    """

    id: int
    ticket_id: int
    reference: str
    service_key: str
    service_title: str
    first: Contact
    opened_at: datetime
    calendar: Calendar = field(repr=False)
    window_days: int = 7
    eligible: bool = True
    queue_key: str | None = None
    resolved_at: datetime | None = None
    resolved_by_desk: bool = False
    contacts: tuple[Contact, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    cancelled_at: datetime | None = None
    refused: bool = False
    excluded: str | None = None
    confidential: bool = False

    @property
    def window(self) -> timedelta:
        """W in days of 24 hours, whatever clocks do."""
        return timedelta(days=self.window_days)

    def resolution(self, now: datetime) -> datetime | None:
        """When it was first resolved, if it was by `now`; in UTC, as sums in a zone would follow its clock."""
        return self.resolved_at.astimezone(UTC) if self.resolved_at is not None and self.resolved_at <= now else None


@dataclass(frozen=True)
class Verdict:
    kind: VerdictKind
    reason: Reason | None = None


def verdict(opening: Opening, now: datetime, limits: Limits) -> Verdict:
    """The verdict as of `now`; `reason` is the first of the four rules that fails, and None if none does."""
    reason = next(failing(opening, now, limits), None)
    if reason is not None:
        return Verdict(VerdictKind.NOT_RESOLVED, reason)
    resolved_at = opening.resolution(now)
    if resolved_at is None:
        return Verdict(VerdictKind.PENDING)
    return Verdict(VerdictKind.RESOLVED if now > resolved_at + opening.window else VerdictKind.PROVISIONAL)


def failing(opening: Opening, now: datetime, limits: Limits) -> Iterator[Reason]:
    """Every rule that fails as of `now`, in order."""
    if opening.refused and _was_given_up(opening, now):
        yield Reason.REFUSED
    if _exceeds(opening, opening.resolution(now) or now, limits) or _was_given_up(opening, now):
        yield Reason.TIME_LIMIT
    if any(not handoff.warm for handoff in moves(opening, now)):
        yield Reason.HANDOFF
    first = next(further_contacts(opening, now), None)
    if first is not None:
        yield Reason.REPEAT if first.kind is ContactKind.REPEAT else Reason.RESPONSE
    if any(one.at <= _watched_until(opening, now) for one in opening.reopenings if not one.automatic):
        yield Reason.REOPENED


def moves(opening: Opening, now: datetime) -> tuple[Handoff, ...]:
    """Handoffs until it was first resolved; what happens after a late reopening is no part of the first attempt."""
    until = opening.resolution(now) or now.astimezone(UTC)
    return tuple(handoff for handoff in opening.handoffs if handoff.at <= until)


def further_contacts(opening: Opening, now: datetime) -> Iterator[Contact]:
    """Contacts that spoil it, earliest first: the desk had to ask, or the person came back, until W is over."""
    until = _watched_until(opening, now)
    spoiling = [contact for contact in opening.contacts if contact.kind in SPOILING and contact.at <= until]
    yield from sorted(spoiling, key=lambda contact: contact.at)


def exclusion(opening: Opening, as_set: Limits, now: datetime) -> str | None:
    """Why the opening is left out of every measure: as marked, or taken back while nothing was decided.

    `as_set` are the limits as they are stored, whatever limit the reader tries: a response is due when they say so.
    Taking it back later alters no verdict, and what was refused was not taken back.
    """
    cancelled_at = opening.cancelled_at
    if opening.excluded is not None or opening.refused or cancelled_at is None or cancelled_at > now:
        return opening.excluded
    before = verdict(replace(opening, cancelled_at=None), cancelled_at, as_set)
    return LeftOutAs.CANCELLED if before.kind is VerdictKind.PENDING else None


def is_past_window(opening: Opening, now: datetime) -> bool:
    """Whether it is resolved and W is over, inclusive: at the last instant of W it is not yet."""
    resolved_at = opening.resolution(now)
    return resolved_at is not None and now > resolved_at + opening.window


def _watched_until(opening: Opening, now: datetime) -> datetime:
    resolved_at = opening.resolution(now)
    return now.astimezone(UTC) if resolved_at is None else min(now, resolved_at + opening.window)


def _was_given_up(opening: Opening, now: datetime) -> bool:
    """Taken back or refused unresolved, and counted all the same: nothing resolves it, whatever limit is tried."""
    cancelled_at = opening.cancelled_at
    return cancelled_at is not None and cancelled_at <= now and opening.resolution(cancelled_at) is None


def _exceeds(opening: Opening, until: datetime, limits: Limits) -> bool:
    """Whether `until` is later than the first contact may take; the instant of the limit itself is in time."""
    limit = limits.of(opening.first.channel)
    if limit is None:
        return False
    if limit == "contact":
        return until > end_of(opening.first)
    allowed = timedelta(minutes=limit)
    # Working time is never longer than time, which spares most openings the walk through the calendar.
    elapsed = until.astimezone(UTC) - opening.opened_at
    return elapsed > allowed and working_time_between(opening.calendar, opening.opened_at, until) > allowed


def end_of(contact: Contact) -> datetime:
    """When the contact ended; one that was never ended, or much too late, is cut off."""
    latest = contact.at.astimezone(UTC) + LONGEST_CONTACT
    return latest if contact.ended_at is None else min(contact.ended_at, latest)
