"""Ending a task with a result, and taking up again what was ended too soon."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from routing.lifecycle import Act
from routing.visibility import Actor
from routing.work import DESK, Channel, ContactKind, RepeatCause, TaskState
from spoc.db.tickets import TaskRow
from spoc.desk.contacts import Touch, write_contact
from spoc.desk.errors import NothingSaid, NotResolved
from spoc.desk.follow import OVER, follow
from spoc.desk.found import take_own_ticket, take_task
from spoc.desk.moves import NO_HOLD, move, tell
from spoc.desk.pauses import due_after_hold
from spoc.desk.ticket_rows import Task, Ticket


def finish(session: Session, actor: Actor, task_id: UUID, now: datetime, *, result: str = "") -> str:
    """End a task. What waited for it becomes ready; the last one resolves ask and ticket and tells the requester.

    A person ends their own step the same way. An unclaimed task counts as the actor's. Returns the reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NotPossible: the task is over, or still waits for others.
    """
    ticket, task = take_task(session, actor, task_id)
    who = func.coalesce(TaskRow.assignee_id, actor.person_id)
    due_at = due_after_hold(session, task, now)
    move(session, task, Act.FINISH, **NO_HOLD, due_at=due_at, done_at=now, result=result.strip(), assignee_id=who)
    tell(session, task, "finished", actor.person_id, now, result=result.strip())
    follow(session, ticket.id, actor.person_id, now, by=task)
    return ticket.reference


def reopen_task(session: Session, actor: Actor, task_id: UUID, now: datetime, *, why: str) -> str:
    """Take a finished task up again; a resolved ticket is open again with it. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NothingSaid: without a reason.
        NotPossible: the task is not done.
    """
    if not why.strip():
        raise NothingSaid("why it is taken up again")
    ticket, task = take_task(session, actor, task_id)
    _take_up(session, ticket, task, actor, now, why.strip())
    return ticket.reference


def reopen_ticket(session: Session, actor: Actor, reference: str, now: datetime, *, why: str, channel: Channel) -> None:
    """The requester says that it is not resolved: a repeat contact, and the last task of the desk or a queue again.

    Raises:
        NotFound, NotAllowed: as `take_own_ticket`.
        NothingSaid: without a reason.
        NotResolved: it is still being worked on.
    """
    if not why.strip():
        raise NothingSaid("what is still wrong")
    ticket = take_own_ticket(session, actor, reference)
    task = _last_done(ticket)
    if ticket.state not in OVER or task is None:
        raise NotResolved(ticket.reference)
    touch = Touch(channel, ContactKind.REPEAT, RepeatCause.REOPENED, started_at=now, ended_at=now, note=why.strip())
    write_contact(session, ticket, actor, touch, now, ask_id=task.ask_id)
    _take_up(session, ticket, task, actor, now, why.strip())


def _take_up(session: Session, ticket: Ticket, task: Task, actor: Actor, now: datetime, why: str) -> None:
    move(session, task, Act.REOPEN, done_at=None, result="", ready_at=now)
    tell(session, task, "reopened", actor.person_id, now, public=False, why=why)
    follow(session, ticket.id, actor.person_id, now, why=why)


def _last_done(ticket: Ticket) -> Task | None:
    """The desk's last finished task; else that of any queue; else a person's."""
    done = [task for task in ticket.tasks if task.state is TaskState.DONE]
    return max(done, key=lambda task: (task.queue == DESK, task.queue is not None, task.done_at), default=None)
