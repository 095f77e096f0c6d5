"""Who is told of what becomes of an appointment: the one who chooses, whom they meet, and who has it in a calendar."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from spoc.db.appointments import AppointmentRow
from spoc.db.jobs import JobRow, JobState, MailRow
from spoc.db.queueing import enqueue
from spoc.desk.appointments.diary import calendar_for, hosts_of
from spoc.desk.ticket_rows import Task

OFFERED: Final = "mail.appointment_offered"
BOOKED: Final = "mail.appointment_booked"
MOVED: Final = "mail.appointment_moved"
CALLED_OFF: Final = "mail.appointment_called_off"
LOST: Final = "mail.appointment_lost"
BY_PHONE: Final = "mail.appointment_by_phone"
_ENTERS: Final = frozenset({BOOKED, MOVED})
_DATED: Final = _ENTERS | {CALLED_OFF, LOST}


def tell_chooser(session: Session, task: Task, row: AppointmentRow, kind: str, cause: str) -> None:
    _write(session, task, row, kind, row.chooser_id, {"cause": cause})


def tell_both(
    session: Session, task: Task, row: AppointmentRow, kind: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    """Whoever chooses and the other side: one person, who has claimed it, or all of the queue who are there that day.

    Of what was booked before, those too who have its file in their calendar, whoever has claimed it since.
    The time goes along: what is told stays true if it changes again before the mail is written.
    """
    cause = f"{_about(row)}{row.sequence}"
    time = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "sequence": row.sequence}
    known = set() if kind == BOOKED else _have_it(session, task, row)
    for person_id in sorted({row.chooser_id, *_other_side(session, task, row, starts_at, now), *known}):
        _write(session, task, row, kind, person_id, {"cause": cause, **time})


def _other_side(session: Session, task: Task, row: AppointmentRow, starts_at: datetime, now: datetime) -> set[int]:
    if one := row.host_id or task.assignee_id:
        return {one}
    hosts = hosts_of(session, None, task.queue_id, now)
    day = starts_at.astimezone(calendar_for(session, None, task.queue_id).zone).date()
    away = {one.person_id for one in hosts.absences if one.from_on <= day <= one.until_on}
    return set(hosts.people - away)


def _have_it(session: Session, task: Task, row: AppointmentRow) -> set[int]:
    """Who was last told of it that it is booked or moved, by a mail that is written or about to be."""
    last: dict[int, tuple[int, str]] = {}
    for kind, sequence, person_id in (*_written(session, task, row), *_to_be_written(session, row)):
        last[person_id] = max(last.get(person_id, (-1, "")), (sequence, kind))
    return {person_id for person_id, (_, kind) in last.items() if kind in _ENTERS}


def _written(session: Session, task: Task, row: AppointmentRow) -> Iterator[tuple[str, int, int]]:
    """Kind, sequence and reader of each mail about it."""
    mails = select(MailRow.kind, MailRow.cause, MailRow.person_id).where(
        MailRow.ticket_id == task.ticket_id, MailRow.kind.in_(_DATED)
    )
    for kind, cause, person_id in session.execute(mails.order_by(MailRow.id)):
        about = cause.removeprefix(f"{kind}:{_about(row)}")
        if about != cause:
            yield kind, int(about.partition(":")[0]), person_id


def _to_be_written(session: Session, row: AppointmentRow) -> Iterator[tuple[str, int, int]]:
    soon = JobRow.state.in_((JobState.READY, JobState.RUNNING)), JobRow.kind.in_(_DATED)
    for kind, given in session.execute(select(JobRow.kind, JobRow.payload).where(*soon).order_by(JobRow.id)):
        if given["appointment_id"] == row.id:
            yield kind, given["sequence"], given["person_id"]


def _about(row: AppointmentRow) -> str:
    """What the causes of its mails begin with, before the sequence."""
    return f"appointment:{row.id}:"


def _write(session: Session, task: Task, row: AppointmentRow, kind: str, person_id: int, given: dict[str, Any]) -> None:
    about = {"ticket_id": task.ticket_id, "task_id": task.id, "appointment_id": row.id, "person_id": person_id}
    enqueue(session, kind, {**about, **given})
