"""Whom a rung of the ladder tells: the first of those in question who is there and may read what it is about."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from routing.absence import stand_in
from routing.escalation import Whom
from routing.visibility import Actor, Sight, may_open, sight
from spoc.db.absences import read_away
from spoc.db.people import OWNER, PersonRow, PointOfContactRow, QueueMemberRow, QueueRow
from spoc.desk.ticket_rows import Task, Ticket


def who_is_told(
    session: Session, whom: Whom, ticket: Ticket, task: Task | None, queue: str | None, now: datetime
) -> int | None:
    """A person's id; None where nobody is left. Where there is no such person, the next higher is asked for.

    Whoever may not open the ticket, or not read the task, is nobody: a mail would tell them of it.
    """
    away = read_away(session, now)
    for person_id in _in_question(session, whom, task, queue, away, now):
        chosen = stand_in(person_id, away) if person_id in away else person_id
        if chosen is not None and _may_know(session, chosen, ticket, task):
            return chosen
    return None


def _in_question(
    session: Session, whom: Whom, task: Task | None, queue: str | None, away: dict[int, int | None], now: datetime
) -> Iterator[int]:
    if whom is Whom.BACKUP:
        assignee = task.assignee_id if task else None
        yield from (one for one in (away.get(assignee or 0),) if one is not None)
        yield from (one for one in session.scalars(_contacts(queue, now, backups=True)) if one != assignee)
    if whom in {Whom.BACKUP, Whom.LEAD}:
        yield from session.scalars(_leads(queue))
    yield from session.scalars(_contacts(queue, now, topic=OWNER))
    if whom is Whom.OWNER:
        yield from session.scalars(_leads(queue))


def _leads(queue: str | None) -> Select[int]:
    members = select(QueueMemberRow.person_id).join(QueueRow, QueueRow.id == QueueMemberRow.queue_id)
    return members.where(QueueRow.key == queue, QueueMemberRow.is_lead).order_by(QueueMemberRow.person_id)


def _contacts(queue: str | None, now: datetime, *, topic: str | None = None, backups: bool = False) -> Select[int]:
    """Points of contact of the queue, the first in rank first; `backups` are those behind the first of a topic."""
    chosen = select(PointOfContactRow.person_id).where(
        PointOfContactRow.party_kind == "queue",
        PointOfContactRow.party_key == queue,
        PointOfContactRow.valid_from <= now,
        or_(PointOfContactRow.valid_to.is_(None), PointOfContactRow.valid_to > now),
        PointOfContactRow.rank >= int(backups),
    )
    if topic is not None:
        chosen = chosen.where(func.lower(PointOfContactRow.topic) == topic)
    return chosen.order_by(PointOfContactRow.rank, PointOfContactRow.id)


def _may_know(session: Session, person_id: int, ticket: Ticket, task: Task | None) -> bool:
    person = session.get_one(PersonRow, person_id)
    if not person.active or person.shared:
        return False
    served: Iterable[str] = session.scalars(
        select(QueueRow.key)
        .join(QueueMemberRow, QueueMemberRow.queue_id == QueueRow.id)
        .where(QueueMemberRow.person_id == person_id)
    )
    actor = Actor(person_id, person.mail, queues=frozenset(served))
    if task is not None:
        return sight(actor, ticket.view, task.part) is Sight.FULL
    return person_id != ticket.requester_id and may_open(actor, ticket.view)
