"""The free times of an appointment for whoever may choose one, a number of days at a time."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from routing.slots import Slot
from routing.visibility import Actor
from spoc.db.appointments import AppointmentRow
from spoc.desk.appointments.calendar_file import Entry
from spoc.desk.appointments.diary import calendar_for, free_times
from spoc.desk.appointments.errors import NoAppointment
from spoc.desk.appointments.meeting import Meeting, look_at_meeting, may_arrange
from spoc.desk.asks import Services
from spoc.desk.reader import title_for

MOST_DAYS: Final = 10


@dataclass(frozen=True)
class Times:
    """What can be chosen. `days` are the first with free times, from the day that was asked for on, and the times of
    each on its calendar's own day; `later` is the day on which there are more. `booked` is the time that it has now.
    `detail` is for those who do it.
    """

    reference: str
    about: str
    task_id: UUID
    title: str
    detail: str
    minutes: int
    place: str
    host: str
    choose_by: datetime | None
    booked: tuple[datetime, datetime] | None
    has_begun: bool
    may_arrange: bool
    days: tuple[tuple[date, tuple[Slot, ...]], ...]
    later: date | None


def read_times(
    session: Session,
    actor: Actor,
    task_id: UUID,
    now: datetime,
    services: Services,
    *,
    begin: date | None = None,
    most_days: int = MOST_DAYS,
) -> Times:
    """Raises:
    NotFound, NotAllowed, NoAppointment: as `see_meeting`.
    """
    found, row = look_at_meeting(session, actor, task_id, services)
    has_begun = row.starts_at is not None and row.starts_at <= now
    days = () if has_begun else _days(session, found, now, begin, most_days + 1)
    arranges = may_arrange(actor, found.ticket, found.task)
    return Times(
        reference=found.ticket.reference,
        about=title_for(actor, found.ticket),
        task_id=task_id,
        title=found.task.title,
        detail=found.task.detail if arranges else "",
        minutes=found.wanted.minutes,
        place=row.place,
        host=found.task.host_name or found.task.queue_title or "",
        choose_by=row.choose_by,
        booked=_booked(row),
        has_begun=has_begun,
        may_arrange=arranges,
        days=days[:most_days],
        later=days[most_days][0] if len(days) > most_days else None,
    )


def _booked(row: AppointmentRow) -> tuple[datetime, datetime] | None:
    return (row.starts_at, row.ends_at) if row.starts_at is not None and row.ends_at is not None else None


def _days(
    session: Session, found: Meeting, now: datetime, begin: date | None, most: int
) -> tuple[tuple[date, tuple[Slot, ...]], ...]:
    row = found.row
    zone = calendar_for(session, row.host_id if row is not None else None, found.task.queue_id).zone
    grouped = groupby(free_times(session, found, now), key=lambda slot: slot.starts_at.astimezone(zone).date())
    wanted = ((on, tuple(slots)) for on, slots in grouped if begin is None or on >= begin)
    return tuple(islice(wanted, most))


def entry_of(
    session: Session,
    actor: Actor,
    task_id: UUID,
    now: datetime,
    services: Services,
    *,
    name: str,
    base: str,
    sender: str,
) -> Entry:
    """What is booked, for the reader's calendar.

    Raises:
        NotFound, NotAllowed: as `see_meeting`.
        NoAppointment: nothing is booked.
    """
    found, row = look_at_meeting(session, actor, task_id, services)
    if row.starts_at is None or row.ends_at is None:
        raise NoAppointment(found.task.title)
    return Entry(
        uid=str(row.public_id),
        sequence=row.sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        summary=f"{found.task.title} ({found.ticket.reference})",
        place=row.place,
        link=f"{base}/tickets/{found.ticket.reference}",
        sender=sender,
        to=(name, actor.mail),
        written_at=now,
    )
