"""Offering times when it is an appointment's turn, and giving it to people as plain work where that is not possible."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from catalog.appointment import ChosenBy
from catalog.service import FieldKind, Service
from routing.errors import RoutingError
from routing.moments import due
from routing.why import Kind, Why, document
from routing.work import Moment, TaskKind, TaskState, Unit
from spoc.db.appointments import AppointmentRow
from spoc.db.people import LocationRow, PersonRow, PointOfContactRow
from spoc.db.tickets import TaskRow
from spoc.desk.appointments.diary import calendar_for, free_times
from spoc.desk.appointments.meeting import Meeting, meeting_of, of_task, write_row, write_task
from spoc.desk.appointments.releasing import release
from spoc.desk.appointments.telling import BY_PHONE, CALLED_OFF, OFFERED, tell_chooser
from spoc.desk.asks import Services
from spoc.desk.follow import follow
from spoc.desk.found import ticket_by_id
from spoc.desk.moves import TO_CONSIDER, tell
from spoc.desk.ticket_rows import Task

People = Callable[[Session, str, Service, int, int | None], Sequence[int]]
"""Who is behind an expression of the catalogue, for whoever asked and whom it is about: ids, the first one first."""


def offer_times(session: Session, task_id: int, services: Services, people: People, now: datetime) -> None:
    """Have whoever is to choose choose, now that it is their turn; safe to repeat.

    Where nobody can, or nothing is free, it is plain work of its queue from now on, which everybody is told.
    """
    found = meeting_of(session, task_id, services)
    if found is None or not found.is_open:
        return
    if found.row is not None and _was_held(session, found.row, now):
        release(session, found.task, found.row, None, "appointment_called_off", None, now)
        found = _again(session, found, services)
    if found.row is not None and (found.row.starts_at is not None or found.row.choose_by is not None):
        return
    subject_id = _person_in(session, found, found.service.subject)
    chooser_id = found.ticket.requester_id if _asker_chooses(found) else subject_id
    hosts = [one for one in _hosts(session, found, people, subject_id, now) if one != chooser_id]
    if chooser_id is None:
        fall_back(session, found.task, None, Why(Kind.APPOINTMENT_NO_CHOOSER), None, now)
    elif _named(found) and not hosts:
        fall_back(session, found.task, None, Why(Kind.APPOINTMENT_NOBODY, {"named": _named(found)}), None, now)
    else:
        _write(session, found, chooser_id, next(iter(hosts), None))
        found = _again(session, found, services)
        _meet_whoever_has_time(session, found, hosts, now)
        open_times(session, found, now)


def _was_held(session: Session, row: AppointmentRow, now: datetime) -> bool:
    """What is booked is past, and the task was taken up again since."""
    ready_at = session.scalar(select(TaskRow.ready_at).where(TaskRow.id == row.task_id))
    is_past = row.ends_at is not None and row.ends_at <= now
    return is_past and ready_at is not None and row.booked_at is not None and ready_at > row.booked_at


def _again(session: Session, found: Meeting, services: Services) -> Meeting:
    ticket = ticket_by_id(session, found.ticket.id)
    again = of_task(session, ticket, next(one for one in ticket.tasks if one.id == found.task.id), services)
    assert again is not None, "it was one a moment ago"
    return again


def open_times(session: Session, found: Meeting, now: datetime, *, quietly: bool = False) -> None:
    """Offer what is free until it is to be chosen; if there is nothing, people arrange it.

    With `quietly` whoever chooses was told already, of what took the last time away.
    """
    row = found.row
    assert row is not None, "there is somebody to choose"
    slots = list(free_times(session, found, now))
    if not slots:
        fall_back(session, found.task, row, Why(Kind.APPOINTMENT_NO_TIME), None, now)
        return
    write_row(session, row, choose_by=min(_choose_by(session, found, now), slots[-1].starts_at))
    assert row.choose_by is not None, "it was just written"
    tell(session, found.task, "appointment_offered", None, now, until=row.choose_by.isoformat())
    if not quietly:
        tell_chooser(session, found.task, row, OFFERED, f"appointment:{row.id}:{row.sequence}:{now.isoformat()}")


def _choose_by(session: Session, found: Meeting, now: datetime) -> datetime:
    within = found.wanted.within
    calendar = calendar_for(session, None, found.task.queue_id)
    try:
        until, _ = due(Moment(now, within.amount, Unit(within.unit.value)), calendar, now)
    except RoutingError:  # free times were found, so that only the limit cannot be reckoned: the last of them is it
        return datetime.max.replace(tzinfo=now.tzinfo)
    return until


def _asker_chooses(found: Meeting) -> bool:
    return found.wanted.chosen_by is ChosenBy.REQUESTER


def _named(found: Meeting) -> str:
    return found.wanted.person or found.wanted.topic


def _meet_whoever_has_time(session: Session, found: Meeting, hosts: Sequence[int], now: datetime) -> None:
    """The first of them with a free time; the first of all where none has any."""
    assert found.row is not None, "it was just written"
    if not hosts:
        return
    for host_id in hosts:
        write_row(session, found.row, host_id=host_id)
        if next(free_times(session, found, now), None) is not None:
            return
    write_row(session, found.row, host_id=hosts[0])


def _hosts(session: Session, found: Meeting, people: People, subject_id: int | None, now: datetime) -> Sequence[int]:
    """Whom they may meet, the first one first; nobody where it is anybody of the queue."""
    named = found.wanted.person
    if named is None:
        return _points_of_contact(session, found, now) if found.wanted.topic else ()
    if named in found.service.fields:
        answered = _person_in(session, found, named)
        return () if answered is None else (answered,)
    behind = people(session, named, found.service, found.ticket.requester_id, subject_id)
    active = session.scalars(select(PersonRow.id).where(PersonRow.id.in_(behind), PersonRow.active, ~PersonRow.shared))
    there = set(active)
    return [one for one in behind if one in there]


def _points_of_contact(session: Session, found: Meeting, now: datetime) -> Sequence[int]:
    holds = select(PointOfContactRow.person_id).join(PersonRow, PersonRow.id == PointOfContactRow.person_id)
    ranked = holds.where(
        PointOfContactRow.party_kind == "queue",
        PointOfContactRow.party_key == found.task.queue,
        func.lower(PointOfContactRow.topic) == found.wanted.topic.lower(),
        PointOfContactRow.valid_from <= now,
        or_(PointOfContactRow.valid_to.is_(None), PointOfContactRow.valid_to > now),
        PersonRow.active,
    )
    return session.scalars(ranked.order_by(PointOfContactRow.rank, PointOfContactRow.id)).all()


def _person_in(session: Session, found: Meeting, key: str | None) -> int | None:
    """Whom the answer to that question names, if they are in the directory and can be met."""
    field = found.service.fields.get(key or "")
    if field is None or field.kind is not FieldKind.PERSON:
        return None
    mail = str(found.ask.answers.get(field.key) or "").lower()
    there = (func.lower(PersonRow.mail) == mail, PersonRow.active, ~PersonRow.shared)
    return session.scalar(select(PersonRow.id).where(*there))


def _write(session: Session, found: Meeting, chooser_id: int, host_id: int | None) -> None:
    values = {
        "chooser_id": chooser_id,
        "host_id": host_id,
        "kind": found.terms.kind,
        "place": _place(session, found),
        "due_at": found.task.due_at,
    }
    if found.row is None:
        session.add(AppointmentRow(task_id=found.task.id, choose_by=None, starts_at=None, ends_at=None, **values))
        session.flush()
    else:
        write_row(session, found.row, **values)


def _place(session: Session, found: Meeting) -> str:
    """“Berlin, IT counter”."""
    key = found.ask.answers.get(found.wanted.location or "")
    title = session.scalar(select(LocationRow.title).where(LocationRow.key == key)) if key else None
    return ", ".join(one for one in (title, found.wanted.place) if one)


def fall_back(
    session: Session, task: Task, row: AppointmentRow | None, why: Why, actor_id: int | None, now: datetime
) -> None:
    """It is plain work of its queue: they arrange it with whoever is concerned, as the log and the task say."""
    if row is not None:
        release(session, task, row, CALLED_OFF, "appointment_called_off", actor_id, now)
        write_task(session, task, {"due_at": row.due_at})
    values: dict[str, Any] = {"kind": TaskKind.TASK, "why": [document(one) for one in (*task.why, why)]}
    if task.state is TaskState.READY:
        values |= {"ready_at": now, **TO_CONSIDER}
    write_task(session, task, values)
    tell(session, task, "appointment_by_phone", actor_id, now, why=[document(why)])
    if row is not None and why.kind != Kind.APPOINTMENT_MISSED:
        tell_chooser(session, task, row, BY_PHONE, f"appointment:{row.id}:{row.sequence}:phone")
    follow(session, task.ticket_id, actor_id, now)


def first_few(session: Session, found: Meeting, now: datetime, count: int) -> list[datetime]:
    """When the first of the free times begin."""
    return [slot.starts_at for slot in islice(free_times(session, found, now), count)]
