"""Ending a task with a result, and taking up again what was ended too soon."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from routing.lifecycle import Act, after, counted
from routing.phrase import marked
from routing.visibility import Actor
from routing.work import DESK, Channel, ContactKind, RepeatCause, TaskKind, TaskState
from spoc.db.tickets import TaskRow
from spoc.desk.actions.proving import Proof, hold_proven, write_proof
from spoc.desk.appointments.errors import AppointmentFirst
from spoc.desk.contacts import Touch, write_contact
from spoc.desk.errors import FormFirst, NothingSaid, NotResolved
from spoc.desk.follow import OVER, follow
from spoc.desk.found import take_own_ticket, take_task
from spoc.desk.moves import NO_HOLD, TO_CONSIDER, move, tell
from spoc.desk.pauses import due_after_hold
from spoc.desk.ticket_rows import Task, Ticket
from spoc.desk.turns import begin
from spoc.errors import NotAllowed

AS_IT_IS: Final = Proof()


def finish(
    session: Session, actor: Actor, task_id: UUID, now: datetime, *, result: str = "", proof: Proof = AS_IT_IS
) -> str:
    """End a task. What waited for it becomes ready; the last one resolves ask and ticket and tells the requester.

    A person ends their own step the same way. An unclaimed task counts as the actor's. What `proof` says is written
    before it is asked whether everything is there. Returns the reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NotPossible: the task is over, or still waits for others.
        NoSuchItem, NotProven: its checklist or evidence is not as it must be.
        FormFirst: it is a form.
        AppointmentFirst: it is an appointment.
    """
    ticket, task = take_task(session, actor, task_id)
    if task.kind is TaskKind.APPROVAL:
        raise NotAllowed(marked("This is to be approved or rejected."))
    if task.kind is TaskKind.FORM:
        raise FormFirst(task.title)
    if task.kind is TaskKind.APPOINTMENT:
        raise AppointmentFirst(task.title)
    after(task.state, Act.FINISH)
    hold_proven(ticket, task, *write_proof(session, task, actor, now, proof))
    # Whoever a ready task is meant for has not taken it: it is done by who finishes it.
    who = actor.person_id if task.state is TaskState.READY else func.coalesce(TaskRow.assignee_id, actor.person_id)
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
        raise NothingSaid(marked("Write why it is taken up again first."))
    ticket, task = take_task(session, actor, task_id)
    if task.kind is TaskKind.APPROVAL:
        raise NotAllowed(marked("What was approved is asked again when the answers change."))
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
        raise NothingSaid(marked("Write what is still wrong first."))
    ticket = take_own_ticket(session, actor, reference)
    task = _last_done(ticket)
    if ticket.state not in OVER or task is None:
        raise NotResolved(ticket.reference)
    touch = Touch(channel, ContactKind.REPEAT, RepeatCause.REOPENED, started_at=now, ended_at=now, note=why.strip())
    write_contact(session, ticket, actor, touch, now, ask_id=task.ask_id)
    _take_up(session, ticket, task, actor, now, why.strip())


def _take_up(session: Session, ticket: Ticket, task: Task, actor: Actor, now: datetime, why: str) -> None:
    move(session, task, Act.REOPEN, **TO_CONSIDER, done_at=None, result="", ready_at=now)
    tell(session, task, "reopened", actor.person_id, now, public=False, why=why)
    begin(session, task, task.person_id)
    follow(session, ticket.id, actor.person_id, now, why=why)


def _last_done(ticket: Ticket) -> Task | None:
    """The desk's last finished task; else that of any queue; else a person's."""
    work = [task for task in counted(ticket.tasks) if task.kind is not TaskKind.APPROVAL]
    done = [task for task in work if task.state is TaskState.DONE]
    return max(done, key=lambda task: (task.queue == DESK, task.queue is not None, task.done_at), default=None)
