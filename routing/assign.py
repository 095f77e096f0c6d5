"""Who of a team is offered a task: the strategies, and what keeps people from being chosen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final

from routing.absence import stand_in
from routing.why import Kind, Why

USUAL_CAPACITY: Final = 10
"""How many tasks somebody without a limit is taken to do at once, where loads are compared."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Strategy(StrEnum):
    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    SKILL = "skill"
    SAME_PERSON = "same_person"
    POINT_OF_CONTACT = "point_of_contact"


@dataclass(frozen=True)
class Wish:
    """How a task finds its person. `skill` is the one that is asked for, `topic` the point of contact's."""

    strategy: Strategy
    skill: str = ""
    topic: str = ""


@dataclass(frozen=True)
class Candidate:
    """Somebody who may do the task.

    `load` is their open tasks in the queue and `limit` the most they take; `rank` is theirs as point of contact for the
    topic, `did_at` when they last did the same for this requester, `offered_at` when they were last offered anything.
    """

    person_id: int
    name: str
    active: bool = True
    load: int = 0
    limit: int | None = None
    skills: frozenset[str] = frozenset()
    rank: int | None = None
    did_at: datetime | None = None
    offered_at: datetime | None = None

    @property
    def has_room(self) -> bool:
        return self.limit is None or self.load < self.limit


@dataclass(frozen=True)
class Choice:
    """Whom the task is offered to; nobody where the queue has to find somebody. `stands_in_for` is who is away."""

    person_id: int | None
    why: tuple[Why, ...]
    stands_in_for: int | None = None


@dataclass(frozen=True)
class _Seat:
    candidate: Candidate
    owner: Candidate

    @property
    def stands_in(self) -> bool:
        return self.candidate.person_id != self.owner.person_id


def choose(wish: Wish, candidates: Sequence[Candidate], away: Mapping[int, int | None]) -> Choice:
    """Whom to offer the task to. Ties go to whoever was offered nothing for the longest time, then to the lower id.

    Nobody away or without room is chosen while anybody else of those in question is there, and if they are, the reasons
    say so; somebody who is not active never is, because they could not even see it. Where a person is meant (the same
    as last time, the point of contact) their deputy stands in for them; elsewhere a deputy follows those who are there.
    """
    active = [one for one in candidates if one.active]
    order = _order(wish, active)
    seats = list(_seats(wish, order, {one.person_id: one for one in active}, away))
    with_room = [seat for seat in seats if seat.candidate.has_room]
    if with_room:
        return _chosen(wish, with_room[0])
    if seats:
        return _chosen(wish, seats[0], Why(Kind.ASSIGN_NO_ROOM))
    if order:
        return _chosen(wish, _Seat(order[0], order[0]), Why(Kind.ASSIGN_ALL_AWAY))
    return Choice(None, (_nobody(wish),))


def stands_in(deputy: Candidate, owner: Candidate) -> Why:
    return Why(Kind.ASSIGN_STANDS_IN, {"person": deputy.name, "away": owner.name})


def _order(wish: Wish, active: Sequence[Candidate]) -> list[Candidate]:
    """Those in question, the best first, whether they are there or not."""
    match wish.strategy:
        case Strategy.MANUAL:
            return []
        case Strategy.ROUND_ROBIN:
            return sorted(active, key=_turn)
        case Strategy.LEAST_LOADED:
            return sorted(active, key=_room)
        case Strategy.SKILL:
            return sorted((one for one in active if wish.skill in one.skills), key=_room)
        case Strategy.SAME_PERSON:
            before = [one for one in active if one.did_at is not None]
            last = max(before, key=lambda one: one.did_at or _NEVER, default=None)
            return sorted(active, key=lambda one: (one is not last, *_room(one)))
        case Strategy.POINT_OF_CONTACT:
            return sorted(
                (one for one in active if one.rank is not None), key=lambda one: (one.rank or 0, one.person_id)
            )


def _turn(one: Candidate) -> tuple[datetime, int]:
    return one.offered_at or _NEVER, one.person_id


def _room(one: Candidate) -> tuple[Fraction, datetime, int]:
    return Fraction(one.load, max(one.limit if one.limit is not None else USUAL_CAPACITY, 1)), *_turn(one)


def _seats(
    wish: Wish, order: Sequence[Candidate], active: Mapping[int, Candidate], away: Mapping[int, int | None]
) -> Iterator[_Seat]:
    """Those in question who are there, and who stands in for those who are not."""
    seats = [seat for one in order if (seat := _seat(one, active, away))]
    if wish.strategy in {Strategy.SAME_PERSON, Strategy.POINT_OF_CONTACT}:
        yield from seats
    else:
        yield from sorted(seats, key=lambda seat: seat.stands_in)


def _seat(one: Candidate, active: Mapping[int, Candidate], away: Mapping[int, int | None]) -> _Seat | None:
    if one.person_id not in away:
        return _Seat(one, one)
    deputy = active.get(stand_in(one.person_id, away) or 0)
    return _Seat(deputy, one) if deputy else None


def _chosen(wish: Wish, seat: _Seat, *notes: Why) -> Choice:
    why = (_reason(wish, seat.owner), *((stands_in(seat.candidate, seat.owner),) if seat.stands_in else ()), *notes)
    return Choice(seat.candidate.person_id, why, seat.owner.person_id if seat.stands_in else None)


def _reason(wish: Wish, one: Candidate) -> Why:
    match wish.strategy:
        case Strategy.ROUND_ROBIN:
            return Why(Kind.ASSIGN_TURN, {"person": one.name})
        case Strategy.SKILL:
            return Why(Kind.ASSIGN_SKILL, {"person": one.name, "skill": wish.skill})
        case Strategy.SAME_PERSON if one.did_at is not None:
            return Why(Kind.ASSIGN_BEFORE, {"person": one.name})
        case Strategy.POINT_OF_CONTACT:
            return Why(Kind.ASSIGN_CONTACT, {"person": one.name, "topic": wish.topic})
        case _:
            return Why(Kind.ASSIGN_ROOM, {"person": one.name})


def _nobody(wish: Wish) -> Why:
    match wish.strategy:
        case Strategy.SKILL:
            return Why(Kind.ASSIGN_NO_SKILL, {"skill": wish.skill})
        case Strategy.POINT_OF_CONTACT:
            return Why(Kind.ASSIGN_NO_CONTACT, {"topic": wish.topic})
        case _:
            return Why(Kind.ASSIGN_NOBODY)
