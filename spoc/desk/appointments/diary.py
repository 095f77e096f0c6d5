"""Whose time it is, and what of it is free: calendars, absences and bookings read for `routing.slots`."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from catalog.expand import moment_of
from routing.absence import Absence
from routing.calendars import Calendar
from routing.errors import RoutingError
from routing.lifecycle import OPEN
from routing.slots import Booked, Bounds, Hosts, Slot, Window, free_slots, window
from routing.work import Moment, Unit
from spoc.db.appointments import AppointmentRow
from spoc.db.calendars import calendar_of
from spoc.db.people import AbsenceRow, PersonRow, QueueMemberRow, QueueRow
from spoc.db.tickets import TaskRow
from spoc.desk.appointments.meeting import Meeting

_DAY = timedelta(days=1)


def free_times(session: Session, found: Meeting, now: datetime) -> Iterator[Slot]:
    """What can be chosen now, in order; the time that is booked for it already is free for itself. None before its
    turn has come, and where a date of it cannot be reckoned.
    """
    if found.row is None:
        return
    host_id, queue_id = found.row.host_id, found.task.queue_id
    calendar = calendar_for(session, host_id, queue_id)
    try:
        within = window_of(found, calendar, now)
        hosts = hosts_of(session, host_id, queue_id, now)
        taken = _booked(session, host_id, queue_id, hosts.people, within, found.task.id)
        yield from free_slots(calendar, within, found.terms, hosts, taken)
    except RoutingError:
        return


def window_of(found: Meeting, calendar: Calendar, now: datetime) -> Window:
    """Raises:
    RoutingError: a date of it cannot be reckoned.
    """
    notice, one = found.wanted.notice, moment_of(found.wanted.earliest, found.ask.answers)
    earliest = Moment(one.anchor_on, one.amount, Unit(one.unit.value), one.at) if one else None
    bounds = Bounds(found.ask.opened_at, found.task.opens_at, earliest, found.due_at)
    return window(calendar, now, (notice.amount, Unit(notice.unit.value)), bounds)


def calendar_for(session: Session, host_id: int | None, queue_id: int | None) -> Calendar:
    """Of the person's first queue, if it is with one person; else the queue's."""
    if host_id is None:
        return calendar_of(session, queue_id)
    first = select(QueueRow.id).join(QueueMemberRow, QueueMemberRow.queue_id == QueueRow.id)
    served = first.where(QueueMemberRow.person_id == host_id).order_by(QueueRow.position, QueueRow.id).limit(1)
    return calendar_of(session, session.scalar(served))


def hosts_of(session: Session, host_id: int | None, queue_id: int | None, now: datetime) -> Hosts:
    one = select(PersonRow.id).where(PersonRow.id == host_id, PersonRow.active)
    there = members_of(queue_id) if host_id is None else one
    people = frozenset(session.scalars(there))
    columns = select(AbsenceRow.person_id, AbsenceRow.from_on, AbsenceRow.until_on)
    away = columns.where(AbsenceRow.person_id.in_(people), AbsenceRow.until_on >= (now - _DAY).date())
    absences = tuple(Absence(*row) for row in session.execute(away.order_by(AbsenceRow.id)))
    return Hosts(people, absences, is_one=host_id is not None)


def members_of(queue_id: int | None) -> Select[int]:
    """Ids of who can be met there."""
    members = select(PersonRow.id).join(QueueMemberRow, QueueMemberRow.person_id == PersonRow.id)
    served = members.where(QueueMemberRow.queue_id == queue_id, PersonRow.active, ~PersonRow.shared)
    return served.order_by(PersonRow.id)


def takes_time_of(host_id: int | None, queue_id: int | None, people: Collection[int]) -> ColumnElement[bool]:
    """Condition on an appointment with its task: it takes up somebody whom these hosts are."""
    held_by = func.coalesce(AppointmentRow.host_id, TaskRow.assignee_id)
    if host_id is not None:
        return held_by == host_id
    of_queue = and_(AppointmentRow.host_id.is_(None), TaskRow.queue_id == queue_id)
    return or_(of_queue, held_by.in_(people))


def _booked(
    session: Session,
    host_id: int | None,
    queue_id: int | None,
    people: Collection[int],
    within: Window,
    but_task_id: int,
) -> list[Booked]:
    columns = select(AppointmentRow.starts_at, AppointmentRow.ends_at, AppointmentRow.kind, AppointmentRow.host_id)
    rows = columns.join(TaskRow, TaskRow.id == AppointmentRow.task_id).where(
        AppointmentRow.starts_at < within.until_at,
        AppointmentRow.ends_at > within.from_at,
        TaskRow.state.in_(OPEN),
        TaskRow.id != but_task_id,
        takes_time_of(host_id, queue_id, people),
    )
    found = session.execute(rows.order_by(AppointmentRow.starts_at, AppointmentRow.id)).all()
    return [Booked(start, end, kind, host) for start, end, kind, host in found if start is not None and end is not None]


def lock_hosts(session: Session, found: Meeting) -> None:
    """Wait for whoever books with the same people; of two at once the second then sees what the first has taken.

    Queues come first and in the order of their ids, so that none waits for another in a circle.
    """
    host_id = found.row.host_id if found.row is not None else None
    queues = select(QueueRow.id)
    if host_id is None:
        mine = queues.where(QueueRow.id == found.task.queue_id)
    else:
        served = select(QueueMemberRow.queue_id).where(QueueMemberRow.person_id == host_id)
        mine = queues.where(QueueRow.id.in_(served))
    # FOR NO KEY UPDATE: rows that name the queue or person by a foreign key are written meanwhile.
    session.execute(mine.order_by(QueueRow.id).with_for_update(key_share=True)).all()
    if host_id is not None:
        session.execute(select(PersonRow.id).where(PersonRow.id == host_id).with_for_update(key_share=True)).all()
