"""What happens to appointments by itself: nobody chooses in time, nothing is free any more, somebody falls ill."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Date, Row, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from routing.lifecycle import WORKABLE
from routing.slots import Booked, holds
from routing.why import Kind, Why
from routing.work import TaskKind
from spoc.db.appointments import AppointmentRow
from spoc.db.people import AbsenceRow, PersonRow, QueueMemberRow
from spoc.db.tickets import TaskRow
from spoc.desk.appointments.diary import calendar_for, free_times, hosts_of, takes_time_of
from spoc.desk.appointments.meeting import Meeting, meeting_of
from spoc.desk.appointments.offering import fall_back, open_times
from spoc.desk.appointments.releasing import offer_with_another, release
from spoc.desk.appointments.telling import LOST
from spoc.desk.asks import Services
from spoc.desk.sweeps import BATCH

_LEFT = AppointmentRow.host_id.in_(select(PersonRow.id).where(~PersonRow.active))
_OPEN = (TaskRow.kind == TaskKind.APPOINTMENT, TaskRow.state.in_(WORKABLE))

After = tuple[int, int]
"""Ticket and task, in whose order every sweep locks them: two sweeps cannot wait for each other."""
START: After = (0, 0)
Sweep = Callable[[Session, Services, datetime, After], After | None]


def watch_offers(session: Session, services: Services, now: datetime, after: After = START) -> After | None:
    """Give to people what nobody chose in time, or what has no free time left, from the task after `after` on.

    Returns where to go on, None at the end. Safe to run twice, also at once.
    """
    waiting = (AppointmentRow.starts_at.is_(None), AppointmentRow.choose_by.is_not(None))
    tasks = _tasks(session, after, waiting)
    for task in tasks:
        found = meeting_of(session, task.id, services)
        row = found.row if found is not None and found.is_open else None
        if found is None or row is None or row.starts_at is not None or row.choose_by is None:
            continue
        if _host_has_left(session, row):
            offer_with_another(session, found.task, row, now)
        elif row.choose_by <= now:
            fall_back(session, found.task, row, Why(Kind.APPOINTMENT_UNCHOSEN), None, now)
        elif next(free_times(session, found, now), None) is None:
            fall_back(session, found.task, row, Why(Kind.APPOINTMENT_NO_TIME), None, now)
    return _next(tasks)


def watch_bookings(session: Session, services: Services, now: datetime, after: After = START) -> After | None:
    """Free the times for which nobody is there any more, and offer others; as `watch_offers`."""
    upset = (AppointmentRow.starts_at > now, or_(_somebody_is_away(), _LEFT))
    tasks = _tasks(session, after, upset)
    for task in tasks:
        found = meeting_of(session, task.id, services)
        row = found.row if found is not None and found.is_open else None
        if found is None or row is None or row.starts_at is None:
            continue
        if _host_has_left(session, row):
            offer_with_another(session, found.task, row, now)
        elif not _holds(session, found, row, now):
            release(session, found.task, row, LOST, "appointment_lost", None, now, why_lost="away")
            open_times(session, found, now, quietly=True)
    return _next(tasks)


def _tasks(session: Session, after: After, which: Sequence[ColumnElement[bool]]) -> Sequence[Row[int, int]]:
    columns = select(TaskRow.id, TaskRow.ticket_id).join(AppointmentRow, AppointmentRow.task_id == TaskRow.id)
    ticket_id, task_id = after
    behind = or_(TaskRow.ticket_id > ticket_id, and_(TaskRow.ticket_id == ticket_id, TaskRow.id > task_id))
    return session.execute(
        columns.where(*_OPEN, *which, behind).order_by(TaskRow.ticket_id, TaskRow.id).limit(BATCH)
    ).all()


def _next(tasks: Sequence[Row[int, int]]) -> After | None:
    return (tasks[-1].ticket_id, tasks[-1].id) if len(tasks) == BATCH else None


def _somebody_is_away() -> ColumnElement[bool]:
    """Of those whom they meet, around that day: which day it is where they are is asked of each found."""
    day = cast(func.timezone("UTC", AppointmentRow.starts_at), Date)
    around = (AbsenceRow.from_on <= day + 1, AbsenceRow.until_on >= day - 1)
    served = select(QueueMemberRow.person_id).where(QueueMemberRow.queue_id == TaskRow.queue_id)
    hosts = or_(
        AbsenceRow.person_id == AppointmentRow.host_id,
        and_(AppointmentRow.host_id.is_(None), AbsenceRow.person_id.in_(served.correlate(TaskRow))),
    )
    return exists(select(AbsenceRow.id).where(hosts, *around).correlate(AppointmentRow, TaskRow))


def _host_has_left(session: Session, row: AppointmentRow) -> bool:
    return session.scalar(select(AppointmentRow.id).where(AppointmentRow.id == row.id, _LEFT)) is not None


def _holds(session: Session, found: Meeting, row: AppointmentRow, now: datetime) -> bool:
    host_id, queue_id = row.host_id, found.task.queue_id
    hosts = hosts_of(session, host_id, queue_id, now)
    calendar = calendar_for(session, host_id, queue_id)
    assert row.starts_at is not None, "it is booked"
    assert row.ends_at is not None, "it is booked"
    one = Booked(row.starts_at, row.ends_at, row.kind)
    return holds(calendar, hosts, list(_before(session, found, row, hosts.people)), one)


def _before(session: Session, found: Meeting, row: AppointmentRow, people: frozenset[int]) -> Iterator[Booked]:
    """What was booked earlier with the same people and lies over it."""
    columns = select(AppointmentRow.starts_at, AppointmentRow.ends_at, AppointmentRow.kind, AppointmentRow.host_id)
    earlier = or_(
        AppointmentRow.booked_at < row.booked_at,
        and_(AppointmentRow.booked_at == row.booked_at, AppointmentRow.id < row.id),
    )
    over = (AppointmentRow.starts_at < row.ends_at, AppointmentRow.ends_at > row.starts_at)
    same = takes_time_of(row.host_id, found.task.queue_id, people)
    joined = columns.join(TaskRow, TaskRow.id == AppointmentRow.task_id).where(*_OPEN, *over, earlier, same)
    for start, end, kind, host_id in session.execute(joined.order_by(AppointmentRow.id)):
        if start is not None and end is not None:
            yield Booked(start, end, kind, host_id)
