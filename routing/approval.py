"""An approval: whose voices it needs, who speaks for each, when it is decided, and who is asked after silence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from routing.absence import stand_in


class Voice(StrEnum):
    """Where one approver stands. `NEXT`: it is not their turn yet. `EXPIRED`: another is asked in their place."""

    NEXT = "next"
    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


LIVE = frozenset({Voice.NEXT, Voice.ASKED})
COUNTED = LIVE | {Voice.APPROVED, Voice.REJECTED}
"""Voices that say where an approval stands; the others are its past."""


@dataclass(frozen=True)
class Quorum:
    """A number, or a share of all voices; neither means every one."""

    count: int | None = None
    percent: int | None = None

    def needed(self, seats: int) -> int:
        """How many of so many voices must agree: at least one, and never more than there are."""
        if self.percent is not None:
            return min(max(1, -(-seats * self.percent // 100)), max(seats, 1))
        return max(1, min(self.count or seats, seats))


@dataclass(frozen=True)
class Company:
    """Who there is: each with their manager. `active` are those who can be asked; `away` has deputies, by who is away.

    `barred` may never speak: whoever asked for it, and whom it is about.
    """

    managers: Mapping[int, int | None]
    active: frozenset[int]
    away: Mapping[int, int | None] = field(default_factory=dict)
    barred: frozenset[int] = frozenset()

    def may_speak(self, person_id: int) -> bool:
        return person_id in self.active and person_id not in self.barred


@dataclass(frozen=True)
class Chosen:
    """Somebody who has a voice; `instead_of` is who would have had it, had it not been their own ask."""

    person_id: int
    instead_of: int | None = None


@dataclass(frozen=True)
class Seats:
    """One seat for each voice, in order: any of its people may speak. `unknown` are those nobody was found for."""

    seats: tuple[tuple[Chosen, ...], ...]
    unknown: tuple[str, ...] = ()

    def needed(self, quorum: Quorum) -> int | None:
        """How many of those who were found must agree; None where they cannot do so without the others."""
        needed = quorum.needed(len(self.seats) + len(self.unknown))
        return needed if needed <= len(self.seats) else None


def take_seats(named: Mapping[str, Sequence[int]], company: Company) -> Seats:
    """Who has a voice, from the people that each expression stands for.

    Nobody has two voices: who was found before is not asked again. Nobody decides about their own ask: then, and where
    somebody has left, the next one up does.
    """
    seats: list[tuple[Chosen, ...]] = []
    unknown: list[str] = []
    for expression, people in named.items():
        found = _found(people, company)
        if not found:
            unknown.append(expression)
        elif not _is_seated(found, seats):
            seats.append(found)
    return Seats(tuple(seats), tuple(unknown))


def _found(people: Sequence[int], company: Company) -> tuple[Chosen, ...]:
    fit = tuple(Chosen(one) for one in dict.fromkeys(people) if company.may_speak(one))
    if fit or not people:
        return fit
    boss = up(people[0], company)
    return () if boss is None else (Chosen(boss, people[0]),)


def _is_seated(found: Sequence[Chosen], seats: Sequence[Sequence[Chosen]]) -> bool:
    ids = {one.person_id for one in found}
    return any(ids == {one.person_id for one in seat} for seat in seats)


def up(person_id: int, company: Company, beside: Collection[int] = ()) -> int | None:
    """The nearest manager above who may speak and is not among `beside`; None where there is none, or a circle."""
    seen, one = {person_id}, company.managers.get(person_id)
    while one is not None and one not in seen:
        if company.may_speak(one) and one not in beside:
            return one
        seen.add(one)
        one = company.managers.get(one)
    return None


def speaker(person_id: int, company: Company) -> int:
    """Who is asked for the voice of this person: their deputy while they are away, if that one may speak."""
    deputy = stand_in(person_id, company.away)
    return deputy if deputy is not None and company.may_speak(deputy) else person_id


def verdict_of(voices: Collection[Voice]) -> Verdict | None:
    """What a seat says: what the first of its people to decide said."""
    if Voice.APPROVED in voices:
        return Verdict.APPROVED
    return Verdict.REJECTED if Voice.REJECTED in voices else None


def outcome(verdicts: Sequence[Verdict | None], needed: int) -> Verdict | None:
    """The outcome for the verdicts of all seats, of which so many must agree; None while both are possible.

    It is rejected as soon as so many cannot agree any more, and no later.
    """
    if verdicts.count(Verdict.APPROVED) >= needed:
        return Verdict.APPROVED
    open_or_for = len(verdicts) - verdicts.count(Verdict.REJECTED)
    return Verdict.REJECTED if open_or_for < needed else None


def behind(needs: Mapping[str, Collection[str]], key: str) -> frozenset[str]:
    """The keys of what needs this one, at once or through others; `needs` are by key."""
    found: set[str] = set()
    while more := {one for one, named in needs.items() if {key, *found} & {*named}} - found:
        found |= more
    return frozenset(found)


def turns(verdicts: Sequence[Verdict | None], *, in_turn: bool) -> tuple[int, ...]:
    """The places of those to be asked now: all who have not decided, or the first of them."""
    undecided = tuple(place for place, verdict in enumerate(verdicts) if verdict is None)
    return undecided[:1] if in_turn else undecided
