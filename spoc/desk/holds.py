"""Stopping work on a task until something happens, and going on with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing.lifecycle import Act
from routing.visibility import Actor
from routing.work import HoldReason
from spoc.desk.errors import NotLater
from spoc.desk.follow import follow
from spoc.desk.found import take_task
from spoc.desk.moves import NO_HOLD, move, tell
from spoc.desk.pauses import due_after_hold
from spoc.desk.ticket_rows import Task, Ticket


def hold(
    session: Session,
    actor: Actor,
    task_id: UUID,
    now: datetime,
    *,
    reason: HoldReason,
    note: str = "",
    until: datetime | None = None,
) -> str:
    """Stop work for a reason. A hold for the requester stops the clock from when they were asked a question.

    Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NotPossible: the task is not being worked on.
        NotLater: `until` is not in the future.
    """
    ticket, task = take_task(session, actor, task_id)
    if until is not None and until <= now:
        raise NotLater("A hold ends in the future.")
    move(session, task, Act.HOLD, hold_reason=reason, hold_note=note.strip(), hold_until=until, held_at=now)
    ends = until.isoformat() if until else None
    tell(session, task, "held", actor.person_id, now, reason=reason, note=note.strip(), until=ends)
    follow(session, ticket.id, actor.person_id, now)
    return ticket.reference


def resume(session: Session, actor: Actor, task_id: UUID, now: datetime) -> str:
    """Go on with a task on hold; its due time moves by the pause, if it was one. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NotPossible: the task is not on hold.
    """
    ticket, task = take_task(session, actor, task_id)
    end_hold(session, ticket, task, actor.person_id, now)
    follow(session, ticket.id, actor.person_id, now)
    return ticket.reference


def end_hold(session: Session, ticket: Ticket, task: Task, actor_id: int | None, now: datetime) -> None:
    """The move itself, for whatever ends a hold: an agent, the requester's answer, its date.

    Raises:
        NotPossible: the task is not on hold.
    """
    move(session, task, Act.RESUME, **NO_HOLD, due_at=due_after_hold(session, ticket, task, now))
    tell(session, task, "resumed", actor_id, now, public=False)
