"""Who is told of what becomes of an appointment: the one who chooses, and whom they meet."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from spoc.db.appointments import AppointmentRow
from spoc.db.queueing import enqueue
from spoc.desk.appointments.diary import calendar_for, hosts_of
from spoc.desk.ticket_rows import Task

OFFERED: Final = "mail.appointment_offered"
BOOKED: Final = "mail.appointment_booked"
MOVED: Final = "mail.appointment_moved"
CALLED_OFF: Final = "mail.appointment_called_off"
LOST: Final = "mail.appointment_lost"
BY_PHONE: Final = "mail.appointment_by_phone"


def tell_chooser(session: Session, task: Task, row: AppointmentRow, kind: str, cause: str) -> None:
    _write(session, task, row, kind, row.chooser_id, {"cause": cause})


def tell_both(
    session: Session, task: Task, row: AppointmentRow, kind: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    """Whoever chooses and the other side: one person, who has claimed it, or all of the queue who are there that day.

    The time goes along: what is told stays true if it changes again before the mail is written.
    """
    cause = f"appointment:{row.id}:{row.sequence}"
    time = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "sequence": row.sequence}
    for person_id in sorted({row.chooser_id, *_other_side(session, task, row, starts_at, now)}):
        _write(session, task, row, kind, person_id, {"cause": cause, **time})


def _other_side(session: Session, task: Task, row: AppointmentRow, starts_at: datetime, now: datetime) -> set[int]:
    if one := row.host_id or task.assignee_id:
        return {one}
    hosts = hosts_of(session, None, task.queue_id, now)
    day = starts_at.astimezone(calendar_for(session, None, task.queue_id).zone).date()
    away = {one.person_id for one in hosts.absences if one.from_on <= day <= one.until_on}
    return set(hosts.people - away)


def _write(session: Session, task: Task, row: AppointmentRow, kind: str, person_id: int, given: dict[str, Any]) -> None:
    about = {"ticket_id": task.ticket_id, "task_id": task.id, "appointment_id": row.id, "person_id": person_id}
    enqueue(session, kind, {**about, **given})
