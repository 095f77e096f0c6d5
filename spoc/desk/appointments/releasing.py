"""Giving a booked time back: whatever it was that took the appointment away, both sides hear of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.lifecycle import OPEN, WORKABLE
from routing.work import TaskKind, TaskState
from spoc.db.appointments import AppointmentRow
from spoc.db.queueing import enqueue
from spoc.db.turns import OFFER_TIMES, cause_of
from spoc.desk.appointments.meeting import write_row, write_task
from spoc.desk.appointments.telling import CALLED_OFF, LOST, tell_both
from spoc.desk.moves import tell
from spoc.desk.ticket_rows import Task, Ticket

ENDED = frozenset({TaskState.CANCELLED, TaskState.SKIPPED})


def release(
    session: Session,
    task: Task,
    row: AppointmentRow,
    mail: str | None,
    event: str,
    actor_id: int | None,
    now: datetime,
    **what: Any,
) -> None:
    """Free the time, and date the task as before; nobody chooses until it is offered again. Nothing if none is booked.

    `mail` is what both sides are told, None for nothing. The caller holds the ticket's lock.
    """
    starts_at, ends_at = row.starts_at, row.ends_at
    if starts_at is None or ends_at is None:
        write_row(session, row, choose_by=None)
        return
    free = {"starts_at": None, "ends_at": None, "choose_by": None, "sequence": row.sequence + 1}
    write_row(session, row, **free)
    if task.state in OPEN:
        write_task(session, task, {"due_at": row.due_at})
    tell(session, task, event, actor_id, now, starts_at=starts_at.isoformat(), **what)
    if mail is not None:
        tell_both(session, task, row, mail, starts_at, ends_at, now)


def row_of(session: Session, task: Task) -> AppointmentRow:
    found = select(AppointmentRow).where(AppointmentRow.task_id == task.id)
    return session.scalars(found.execution_options(populate_existing=True)).one()


def release_ended(session: Session, ticket: Ticket, actor_id: int | None, now: datetime) -> None:
    """The times of what is not needed any more are free for others."""
    for task in ticket.tasks:
        if task.state in ENDED and (task.starts_at is not None or task.choose_by is not None):
            over = task.ends_at is not None and task.ends_at <= now
            mail = None if over else CALLED_OFF
            release(session, task, row_of(session, task), mail, "appointment_called_off", actor_id, now)


def hold_back_offer(session: Session, task: Task, now: datetime) -> None:
    """It waits again, so nobody chooses or meets; once its turn comes, times are offered as at first."""
    if task.kind is TaskKind.APPOINTMENT and task.chooser_id is not None:
        release(session, task, row_of(session, task), LOST, "appointment_lost", None, now, why_lost="changed")


def offer_anew(session: Session, task: Task, due_at: datetime | None, now: datetime) -> None:
    """After a change of mind: what was chosen for other answers is free, and times for these are offered."""
    row = row_of(session, task)
    release(session, task, row, LOST, "appointment_lost", None, now, why_lost="changed")
    write_row(session, row, due_at=due_at)
    if task.kind is TaskKind.APPOINTMENT and task.state in OPEN:
        write_task(session, task, {"due_at": due_at})
        _offer_soon(session, task, now)


def offer_elsewhere(session: Session, task: Task, actor_id: int, now: datetime) -> None:
    """Another queue has it now: the time is free, and times of its people are offered. Nothing once it has begun.

    `task` is as it was before, so that those are told who had it.
    """
    is_ahead = task.starts_at is None or task.starts_at > now
    if task.kind is TaskKind.APPOINTMENT and task.chooser_id is not None and is_ahead:
        row = row_of(session, task)
        release(session, task, row, LOST, "appointment_lost", actor_id, now, why_lost="handed_over")
        _offer_soon(session, task, now)


def offer_with_another(session: Session, task: Task, row: AppointmentRow, now: datetime) -> None:
    """Whom they were to meet is gone for good: whoever is there instead is found, and their times are offered."""
    release(session, task, row, LOST, "appointment_lost", None, now, why_lost="away")
    _offer_soon(session, task, now)


def _offer_soon(session: Session, task: Task, now: datetime) -> None:
    """By a job, which finds anew whom they meet; what waits is offered when its turn comes."""
    if task.state in WORKABLE:
        about = {"ticket_id": task.ticket_id, "task_id": task.id}
        enqueue(session, OFFER_TIMES, {**about, "cause": f"{cause_of(task.id, None)}:anew:{now.isoformat()}"})
