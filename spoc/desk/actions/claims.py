"""Taking a task, and putting it back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.errors import NotPossible
from routing.lifecycle import Act
from routing.visibility import Actor
from routing.work import TaskState
from spoc.db.people import PersonRow
from spoc.db.tickets import TaskRow
from spoc.desk.errors import AlreadyClaimed
from spoc.desk.found import take_task
from spoc.desk.moves import TAKEN_UP, move, tell
from spoc.desk.ticket_rows import Task, Ticket


def claim(session: Session, actor: Actor, task_id: UUID, now: datetime) -> str:
    """Give a ready task to the actor; claiming what is already theirs changes nothing. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        AlreadyClaimed: somebody was faster.
        NotPossible: the task is not ready.
    """
    ticket, task = take_task(session, actor, task_id)
    won = session.scalar(
        update(TaskRow)
        .where(TaskRow.id == task.id, TaskRow.state == TaskState.READY)
        .values(state=TaskState.CLAIMED, assignee_id=actor.person_id, claimed_at=now, **TAKEN_UP)
        .returning(TaskRow.id)
    )
    if won is not None:
        tell(session, task, "claimed", actor.person_id, now)
    elif task.assignee_id != actor.person_id or task.state is not TaskState.CLAIMED:
        raise _why_not(session, ticket, task)
    return ticket.reference


def _why_not(session: Session, ticket: Ticket, task: Task) -> AlreadyClaimed | NotPossible:
    if task.state is not TaskState.CLAIMED:
        return NotPossible(task.state, Act.CLAIM)
    name = session.scalar(select(PersonRow.name).where(PersonRow.id == task.assignee_id))
    return AlreadyClaimed(ticket.reference, name or "")


def release(session: Session, actor: Actor, task_id: UUID, now: datetime) -> str:
    """Put a claimed task back for anybody in its queue; returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NotPossible: nobody has claimed it.
    """
    ticket, task = take_task(session, actor, task_id)
    # Considered as of now: whoever puts it back means anybody, and a rule must not give it to them again.
    move(session, task, Act.RELEASE, **TAKEN_UP, assignee_id=None, claimed_at=None, considered_at=now)
    tell(session, task, "released", actor.person_id, now, public=False)
    return ticket.reference
