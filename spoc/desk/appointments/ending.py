"""Saying how an appointment went: people met, or somebody did not come and something else follows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from routing.lifecycle import Act
from routing.visibility import Actor
from routing.why import Kind, Why
from routing.work import TaskState
from spoc.db.appointments import AppointmentRow
from spoc.db.tickets import TaskRow
from spoc.desk.appointments.errors import AppointmentAhead
from spoc.desk.appointments.meeting import Meeting, arrange_meeting
from spoc.desk.appointments.offering import fall_back, open_times
from spoc.desk.appointments.releasing import release
from spoc.desk.asks import Services
from spoc.desk.follow import follow
from spoc.desk.moves import NO_HOLD, move, tell


class Outcome(StrEnum):
    """How it went. Of those who did not come: whether they choose another time, are called, or it is over."""

    TOOK_PLACE = "took_place"
    MISSED_CHOOSE_AGAIN = "missed_choose_again"
    MISSED_CALL = "missed_call"
    MISSED_OVER = "missed_over"


def end(
    session: Session,
    actor: Actor,
    task_id: UUID,
    outcome: Outcome,
    now: datetime,
    *,
    services: Services,
    result: str = "",
) -> str:
    """Write down how it went, once it has begun. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed, NoAppointment: as `arrange_meeting`.
        AppointmentAhead: it has not begun, or none is booked.
    """
    found, row = arrange_meeting(session, actor, task_id, services)
    if row.starts_at is None or row.starts_at > now:
        raise AppointmentAhead
    if outcome is not Outcome.TOOK_PLACE:
        starts_at = row.starts_at.isoformat()
        tell(session, found.task, "appointment_missed", actor.person_id, now, starts_at=starts_at)
    match outcome:
        case Outcome.MISSED_CHOOSE_AGAIN:
            _free(session, found, row, actor, now)
            open_times(session, found, now)
        case Outcome.MISSED_CALL:
            _free(session, found, row, actor, now)
            fall_back(session, found.task, row, Why(Kind.APPOINTMENT_MISSED), actor.person_id, now)
        case _:
            _finish(session, found, actor, result.strip(), now)
    return found.ticket.reference


def _free(session: Session, found: Meeting, row: AppointmentRow, actor: Actor, now: datetime) -> None:
    """It is past: no calendar has to lose it."""
    release(session, found.task, row, None, "appointment_called_off", actor.person_id, now)


def _finish(session: Session, found: Meeting, actor: Actor, result: str, now: datetime) -> None:
    task = found.task
    who = actor.person_id if task.state is TaskState.READY else func.coalesce(TaskRow.assignee_id, actor.person_id)
    move(session, task, Act.FINISH, **NO_HOLD, done_at=now, result=result, assignee_id=who)
    tell(session, task, "finished", actor.person_id, now, result=result)
    follow(session, found.ticket.id, actor.person_id, now, by=task)
