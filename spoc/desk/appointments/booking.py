"""Booking a time, moving it, and calling it off, until it begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing.slots import Slot
from routing.visibility import Actor
from routing.why import Kind, Why
from spoc.db.appointments import AppointmentRow
from spoc.desk.appointments.diary import free_times, lock_hosts
from spoc.desk.appointments.errors import AppointmentBegun, BookedMeanwhile, SlotTaken
from spoc.desk.appointments.meeting import Meeting, arrange_meeting, see_meeting, write_row, write_task
from spoc.desk.appointments.offering import fall_back, open_times
from spoc.desk.appointments.releasing import release
from spoc.desk.appointments.telling import BOOKED, CALLED_OFF, MOVED, tell_both
from spoc.desk.asks import Services
from spoc.desk.moves import tell


def book(
    session: Session,
    actor: Actor,
    task_id: UUID,
    starts_at: datetime,
    now: datetime,
    *,
    services: Services,
    shown: tuple[datetime | None, ...] = (),
) -> str:
    """Book the free time that begins then, in place of what was booked before; booked again, nothing happens.

    `shown` holds when what is booked began as whoever books was shown it, None for nothing; it is empty if unknown.

    Whoever books dates the task by it. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed, NoAppointment: as `see_meeting`.
        AppointmentBegun: what is booked has begun.
        BookedMeanwhile: what is booked is not what was shown.
        SlotTaken: no such time is free.
    """
    found, row = see_meeting(session, actor, task_id, services)
    _check_ahead(row, now)
    if row.starts_at != starts_at:
        if shown and row.starts_at not in shown:
            raise BookedMeanwhile
        lock_hosts(session, found)
        slot = next((one for one in free_times(session, found, now) if one.starts_at == starts_at), None)
        if slot is None:
            raise SlotTaken
        _take(session, found, row, slot, actor, now)
    return found.ticket.reference


def _take(session: Session, found: Meeting, row: AppointmentRow, slot: Slot, actor: Actor, now: datetime) -> None:
    former = row.starts_at
    due_at = found.due_at
    # A calendar that has had a time of it, or its end, takes the next one only with a higher number.
    sequence = row.sequence + 1 if row.booked_at is not None else row.sequence
    times = {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "booked_at": now, "choose_by": None}
    write_row(session, row, **times, due_at=due_at, sequence=sequence)
    write_task(session, found.task, {"due_at": slot.ends_at})
    event = "appointment_booked" if former is None else "appointment_moved"
    was = former.isoformat() if former is not None else None
    starts = slot.starts_at.isoformat()
    tell(session, found.task, event, actor.person_id, now, starts_at=starts, place=row.place, was_at=was)
    mail = BOOKED if former is None else MOVED
    tell_both(session, found.task, row, mail, slot.starts_at, slot.ends_at, now)


def call_off(session: Session, actor: Actor, task_id: UUID, now: datetime, *, services: Services, why: str = "") -> str:
    """Free the booked time; another is to be chosen, if there is any. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed, NoAppointment: as `see_meeting`.
        AppointmentBegun: it has begun.
    """
    found, row = see_meeting(session, actor, task_id, services)
    _check_ahead(row, now)
    if row.starts_at is not None:
        said = {"said": why.strip()}
        release(session, found.task, row, CALLED_OFF, "appointment_called_off", actor.person_id, now, **said)
        open_times(session, found, now, quietly=True)
    return found.ticket.reference


def by_phone(session: Session, actor: Actor, task_id: UUID, now: datetime, *, services: Services) -> str:
    """Arrange it otherwise: plain work of its queue, and nobody chooses a time. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed, NoAppointment: as `arrange_meeting`.
        AppointmentBegun: what is booked has begun.
    """
    found, row = arrange_meeting(session, actor, task_id, services)
    _check_ahead(row, now)
    fall_back(session, found.task, row, Why(Kind.APPOINTMENT_BY_PHONE), actor.person_id, now)
    return found.ticket.reference


def _check_ahead(row: AppointmentRow, now: datetime) -> None:
    if row.starts_at is not None and row.starts_at <= now:
        raise AppointmentBegun
