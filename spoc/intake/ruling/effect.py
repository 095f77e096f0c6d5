"""What other rules would have done to the latest real asks: which steps would stand elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from catalog.errors import UnknownService
from catalog.service import Service
from routing.rules import Rule, place
from routing.visibility import Actor
from routing.work import SAID, Facts, Work
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.db.visible import visible_tickets
from spoc.intake.catalogue import service_at
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.people import people_once_named
from spoc.intake.plan import facts_of, queue_titles
from spoc.intake.ruling.trying import works_for

MOST: Final = 500
MOST_EXAMPLES: Final = 5


@dataclass(frozen=True)
class Moved:
    """Steps of real asks that other rules would send elsewhere; queues by key, `examples` the reader may open."""

    service: str
    step: str
    before: str
    after: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """What other rules would do to the steps of the latest `asks`; the most frequent moves first."""

    asks: int
    steps: int
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class _Real:
    """One step of a real ask, as rules see it."""

    reference: str
    ticket_id: int
    service: str
    facts: Facts
    work: Work


def effect(session: Session, actor: Actor, desk: DeskFacts, rules: Sequence[Rule], most: int) -> Effect:
    """The latest real asks under `rules` instead of those in force, both with today's queues and people.

    Confidential and secret asks and steps are none of it, for anybody: a rule's effect is for all its editors to see.
    """
    asks = _latest(session, min(most, MOST))
    steps = tuple(_steps(session, asks, desk))
    counted: Counter[tuple[str, str, str, str]] = Counter()
    where: dict[tuple[str, str, str, str], list[_Real]] = defaultdict(list)
    for one in steps:
        before, after = (place(one.work, one.facts, each, queue_titles(desk))[0] for each in (desk.rules, rules))
        if before != after:
            move = (one.service, one.work.title, before, after)
            counted[move] += 1
            where[move].append(one)
    opened = _open_to(session, actor, {one.ticket_id for found in where.values() for one in found})
    moved = (Moved(*move, count, _examples(where[move], opened)) for move, count in counted.most_common())
    return Effect(len(asks), len(steps), tuple(moved))


def _examples(found: Iterable[_Real], opened: frozenset[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.reference for one in found if one.ticket_id in opened))[:MOST_EXAMPLES]


def _latest(session: Session, most: int) -> list[tuple[AskRow, str]]:
    """With their references, newest first."""
    plain = ~TicketRow.secret, func.cardinality(TicketRow.confidential_to) == 0
    real = or_(AskRow.excluded.is_(None), AskRow.excluded.not_in(SAID))
    asked = select(AskRow, TicketRow.reference).join(TicketRow, TicketRow.id == AskRow.ticket_id).where(*plain, real)
    rows = session.execute(asked.order_by(AskRow.opened_at.desc(), AskRow.id.desc()).limit(most))
    return [(ask, reference) for ask, reference in rows]


def _open_to(session: Session, actor: Actor, ticket_ids: Iterable[int]) -> frozenset[int]:
    seen = select(TicketRow.id).where(TicketRow.id.in_(list(ticket_ids)), visible_tickets(actor))
    return frozenset(session.scalars(seen))


def _steps(session: Session, asks: Sequence[tuple[AskRow, str]], desk: DeskFacts) -> Iterator[_Real]:
    """The plain steps for queues that each ask led to, under its service as it was."""
    people = {one.id: one for one in people_once_named(session, {ask.requester_id for ask, _ in asks}, ())}
    keys = _keys(session, [ask.id for ask, _ in asks])
    services: dict[tuple[int, str], Service | None] = {}
    for ask, reference in asks:
        wanted = ask.catalogue_version_id, ask.service_key
        if wanted not in services:
            services[wanted] = _service(session, *wanted)
        service = services[wanted]
        if service is None:
            continue
        facts = facts_of(service, ask.answers, people[ask.requester_id], ask.location_key, desk, ask.text)
        for work in (work for key, work in works_for(service).items() if key in keys[ask.id]):
            yield _Real(reference, ask.ticket_id, service.title, facts, work)


def _keys(session: Session, ask_ids: Sequence[int]) -> dict[int, set[str]]:
    plain = ~TaskRow.secret, func.cardinality(TaskRow.confidential_to) == 0, TaskRow.queue_id.is_not(None)
    keys: dict[int, set[str]] = defaultdict(set)
    for ask_id, key in session.execute(select(TaskRow.ask_id, TaskRow.key).where(TaskRow.ask_id.in_(ask_ids), *plain)):
        keys[ask_id].add(key)
    return keys


def _service(session: Session, version: int, key: str) -> Service | None:
    """None for what came in before the catalogue had a place for it."""
    try:
        return service_at(session, version, key)
    except UnknownService:
        return None
