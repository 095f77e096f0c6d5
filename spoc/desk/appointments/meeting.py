"""One appointment with all that decides about it, and who may do what with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.amend import step_of_task
from catalog.appointment import AppointmentPart
from catalog.service import Service, Step
from routing.lifecycle import WORKABLE
from routing.phrase import marked
from routing.slots import Terms
from routing.visibility import Actor, Sight, sight
from routing.work import DESK, TaskKind
from spoc.db.appointments import AppointmentRow
from spoc.db.events import lock
from spoc.db.tickets import AskRow, TaskRow
from spoc.desk.appointments.errors import NoAppointment
from spoc.desk.asks import Services
from spoc.desk.found import may_act, ticket_by_id, works_on
from spoc.desk.ticket_rows import Task, Ticket
from spoc.errors import NotAllowed, NotFound


@dataclass(frozen=True)
class Meeting:
    """`row` is None until its turn has come for the first time."""

    ticket: Ticket
    task: Task
    ask: AskRow
    service: Service
    step: Step
    wanted: AppointmentPart
    row: AppointmentRow | None

    @property
    def terms(self) -> Terms:
        length, every = self.wanted.minutes, self.wanted.every or self.wanted.minutes
        kind = f"{self.ask.service_key}.{self.step.key}"
        return Terms(timedelta(minutes=length), timedelta(minutes=every), self.wanted.at_once, kind)

    @property
    def is_open(self) -> bool:
        return self.task.kind is TaskKind.APPOINTMENT and self.task.state in WORKABLE

    @property
    def is_on(self) -> bool:
        """A time is booked or offered; it is neither while times for other answers or people are looked for."""
        return self.row is not None and (self.row.starts_at is not None or self.row.choose_by is not None)

    @property
    def due_at(self) -> datetime | None:
        """When the task is due as long as no time is booked."""
        is_asked = self.row is not None and self.row.starts_at is None and self.row.choose_by is not None
        return self.task.due_at if self.row is None or is_asked else self.row.due_at


def meeting_of(session: Session, task_id: int, services: Services) -> Meeting | None:
    """With its ticket's lock held; None if there is no such task, or its step is no appointment."""
    ticket_id = session.scalar(select(TaskRow.ticket_id).where(TaskRow.id == task_id))
    if ticket_id is None:
        return None
    lock(session, ticket_id)
    return _of_ticket(session, ticket_id, task_id, services)


def _of_ticket(session: Session, ticket_id: int, task_id: int, services: Services) -> Meeting | None:
    ticket = ticket_by_id(session, ticket_id)
    return of_task(session, ticket, next(one for one in ticket.tasks if one.id == task_id), services)


def of_task(session: Session, ticket: Ticket, task: Task, services: Services) -> Meeting | None:
    """The same of a task that was read already."""
    ask = session.get_one(AskRow, task.ask_id, populate_existing=True)
    service = services(ask.catalogue_version_id, ask.service_key)
    step = step_of_task(service, task.key)
    if step is None or step.appointment is None or task.kind is not TaskKind.APPOINTMENT:
        return None
    found = select(AppointmentRow).where(AppointmentRow.task_id == task.id)
    row = session.scalar(found.execution_options(populate_existing=True))
    return Meeting(ticket, task, ask, service, step, step.appointment, row)


def see_meeting(session: Session, actor: Actor, task_id: UUID, services: Services) -> tuple[Meeting, AppointmentRow]:
    """An appointment whose time the actor may choose, with its ticket's lock held.

    Raises:
        NotFound: there is none, or it is not theirs to see.
        NotAllowed: they see it, but neither choose nor arrange it.
        NoAppointment: it is not its turn, it is over, or its times are about to be offered anew.
    """
    ticket_id = session.scalar(select(TaskRow.ticket_id).where(TaskRow.public_id == task_id))
    if ticket_id is not None:
        lock(session, ticket_id)
    return look_at_meeting(session, actor, task_id, services)


def look_at_meeting(
    session: Session, actor: Actor, task_id: UUID, services: Services
) -> tuple[Meeting, AppointmentRow]:
    """The same to be looked at: nothing waits for anybody."""
    ids = session.execute(select(TaskRow.ticket_id, TaskRow.id).where(TaskRow.public_id == task_id)).one_or_none()
    found = _of_ticket(session, ids.ticket_id, ids.id, services) if ids is not None else None
    if found is None or sight(actor, found.ticket.view, found.task.part) is not Sight.FULL:
        raise NotFound(marked("There is no such appointment."))
    if not (may_choose(actor, found.task) or may_arrange(actor, found.ticket, found.task)):
        raise NotAllowed(marked("Whoever it is for chooses the time, and those who work on it."))
    if found.row is None or not (found.is_open and found.is_on):
        raise NoAppointment(found.task.title)
    return found, found.row


def arrange_meeting(
    session: Session, actor: Actor, task_id: UUID, services: Services
) -> tuple[Meeting, AppointmentRow]:
    """The same for what only those do who work on it.

    Raises:
        NotFound, NotAllowed, NoAppointment: as `see_meeting`.
    """
    found, row = see_meeting(session, actor, task_id, services)
    if not may_arrange(actor, found.ticket, found.task):
        raise NotAllowed(marked("Only those who work on it say how it went."))
    return found, row


def may_choose(actor: Actor, task: Task) -> bool:
    return task.chooser_id == actor.person_id


def may_arrange(actor: Actor, ticket: Ticket, task: Task) -> bool:
    """Its queue, whom they meet, and the desk, whom people call when they cannot come."""
    at_desk = DESK in actor.memberships and works_on(actor, ticket)
    return may_act(actor, task) or task.host_id == actor.person_id or at_desk


def write_row(session: Session, row: AppointmentRow, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()


def write_task(session: Session, task: Task, values: Mapping[str, Any]) -> None:
    session.execute(update(TaskRow).where(TaskRow.id == task.id).values(**values))
