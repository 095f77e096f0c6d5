"""Moving a task to another queue or person, with what they need to know."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from routing.lifecycle import Act
from routing.phrase import marked
from routing.visibility import Actor
from routing.why import Kind, Why, document
from spoc.db.people import PersonRow, QueueMemberRow, QueueRow
from spoc.desk.appointments.releasing import offer_elsewhere
from spoc.desk.bounces import note_bounce
from spoc.desk.errors import AlreadyThere, NotAMember, NothingSaid, UnknownQueue
from spoc.desk.follow import follow
from spoc.desk.found import take_task
from spoc.desk.moves import NO_HOLD, TO_CONSIDER, move, tell
from spoc.desk.pauses import due_after_hold
from spoc.desk.ticket_rows import Task, Ticket
from spoc.errors import NotAllowed


def hand_over(
    session: Session,
    actor: Actor,
    task_id: UUID,
    now: datetime,
    *,
    to: str,
    why: str,
    know: str = "",
    person_mail: str | None = None,
    warm: bool = False,
    misplaced: bool = False,
) -> str:
    """Give a task to another queue, ready for anybody there, or meant for one person of it until they claim it.

    `know` is what they need to know and stays among agents; `warm` says that the requester was there,
    `misplaced` that it should never have come here, which is a proposal to change the rules.
    Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`; also a confidential task to a queue the actor does not work in.
        NothingSaid: without a reason.
        UnknownQueue, NotAMember, AlreadyThere: it cannot go there.
        NotPossible: the task is over, or still waits for others.
    """
    if not why.strip():
        raise NothingSaid(marked("Write why it is handed over first."))
    ticket, task = take_task(session, actor, task_id)
    queue = session.execute(select(QueueRow.id, QueueRow.title).where(QueueRow.key == to)).one_or_none()
    if queue is None:
        raise UnknownQueue(to)
    person_id = _member(session, queue.title, queue.id, person_mail) if person_mail else None
    if task.queue == to and person_id in (None, task.assignee_id):
        raise AlreadyThere(queue.title)
    narrowed = _confidential_to(actor, ticket, task, to)
    move(
        session,
        task,
        Act.HANDOFF,
        **NO_HOLD,
        **TO_CONSIDER,
        queue_id=queue.id,
        person_id=None,
        assignee_id=person_id,
        claimed_at=None,
        ready_at=now,
        due_at=due_after_hold(session, task, now),
        confidential_to=narrowed,
        why=[document(why) for why in (*task.why, Why(Kind.HANDED_OVER, {"party": _party(task)}))],
    )
    what: dict[str, Any] = {"from": task.queue, "to": to, "why": why.strip(), "know": know.strip(), "warm": warm}
    if misplaced:
        what["misplaced"] = True
        note_bounce(session, ticket, task, to, why.strip(), actor.person_id, now)
    # For those who hold it now: the receiving queue reads why it came and what to know.
    tell(session, replace(task, confidential_to=tuple(narrowed)), "handed_off", actor.person_id, now, **what)
    if task.queue != to:
        offer_elsewhere(session, task, actor.person_id, now)
    follow(session, ticket.id, actor.person_id, now)
    return ticket.reference


def _party(task: Task) -> str:
    return task.queue_title or task.person_name or ""


def _member(session: Session, title: str, queue_id: int, mail: str) -> int:
    has_mail = func.lower(PersonRow.mail) == mail.strip().lower()
    members = select(PersonRow.id).join(QueueMemberRow, QueueMemberRow.person_id == PersonRow.id)
    person_id = session.scalar(members.where(has_mail, QueueMemberRow.queue_id == queue_id, PersonRow.active))
    if person_id is None:
        raise NotAMember(mail, title)
    return person_id


def _confidential_to(actor: Actor, ticket: Ticket, task: Task, to: str) -> list[str]:
    """Whom the task is confidential to once it has moved; only who is in both queues may move it out of its circle.

    Nobody may if it is secret.
    """
    circle = task.confidential_to or ticket.confidential_to
    if not circle or to in circle:
        return list(task.confidential_to)
    if task.secret:
        raise NotAllowed(marked("This is secret: it stays with the queues that know of it."))
    if ticket.secret or to not in actor.memberships:
        raise NotAllowed(marked("This is confidential: only somebody who works for both queues can hand it over."))
    return [*task.confidential_to, to] if task.confidential_to else []
