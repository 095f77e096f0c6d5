"""Keeping clocks: what has happened moves or ends them, and the first breach of each is written down once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from routing.courses import Course, Happened, course_of_ask, course_of_response, course_of_task
from routing.errors import RoutingError
from routing.targets import Promise, due_with_pauses, missed_at
from routing.work import Channel
from spoc.db.clocks import ClockRow
from spoc.db.events import Happening, lock, record
from spoc.db.people import QueueMemberRow, QueueRow
from spoc.db.tickets import EventRow, TaskRow, TicketRow
from spoc.desk.clocks.starting import Clocks

BATCH: Final = 200
BY_PERSON: Final = frozenset({Channel.PHONE, Channel.CHAT, Channel.WALK_IN})
"""On these channels somebody answers at once: the contact itself is the response."""


def keep(session: Session, now: datetime, *, limit: int = BATCH) -> int:
    """Bring the clocks of tickets in line on which something happened, or which ran out; how many tickets.

    Fewer than `limit` means that none is left. Safe to run twice, and twice at once.
    """
    stale = ClockRow.event_count < TicketRow.event_count
    ran_out = ClockRow.paused_at.is_(None) & (ClockRow.due_at < now) & ClockRow.missed_at.is_(None)
    joined = select(ClockRow.ticket_id).join(TicketRow, TicketRow.id == ClockRow.ticket_id)
    due = joined.where(ClockRow.ended_at.is_(None), or_(stale, ran_out)).distinct()
    ids = session.scalars(due.order_by(ClockRow.ticket_id).limit(limit)).all()
    clocks = Clocks(session)
    agents = frozenset(session.scalars(select(QueueMemberRow.person_id)))
    for ticket_id in ids:
        lock(session, ticket_id)
        _keep_ticket(session, ticket_id, clocks, agents, now)
    return len(ids)


def _keep_ticket(session: Session, ticket_id: int, clocks: Clocks, agents: frozenset[int], now: datetime) -> None:
    ticket = session.get_one(TicketRow, ticket_id, populate_existing=True)
    events = _events(session, ticket, agents)
    mine = ClockRow.ticket_id == ticket_id, ClockRow.ended_at.is_(None)
    wanted = select(ClockRow).where(*mine).order_by(ClockRow.due_at, ClockRow.id)
    rows = session.scalars(wanted.execution_options(populate_existing=True)).all()
    missed: list[ClockRow] = []
    for row in rows:
        newly = _keep_one(session, row, _course(row, events, ticket), clocks, now)
        missed += [row] if newly else []
    record(session, ticket_id, _told(session, missed), now)
    count = session.scalar(select(TicketRow.event_count).where(TicketRow.id == ticket_id))
    session.execute(update(ClockRow).where(ClockRow.id.in_([row.id for row in rows])).values(event_count=count))


def _keep_one(session: Session, row: ClockRow, course: Course, clocks: Clocks, now: datetime) -> bool:
    """Whether it was found broken just now."""
    try:
        due_at, paused = due_with_pauses(
            row.started_at,
            row.minutes,
            course.pauses,
            clocks.calendar(row.calendar_id, row.queue_id),
            row.planned_at,
        )
    except RoutingError:  # another working time since: the promise stays as it was
        due_at, paused = row.due_at, False
    broken = missed_at(due_at, course.ended_at, now, paused=paused)
    values: dict[str, Any] = {
        "due_at": due_at,
        "paused_at": course.pauses[-1].since if paused else None,
        "ended_at": course.ended_at,
        "met": course.met and broken is None,
    }
    session.execute(update(ClockRow).where(ClockRow.id == row.id).values(values))
    if broken is None or row.missed_at is not None:
        return False
    first = update(ClockRow).where(ClockRow.id == row.id, ClockRow.missed_at.is_(None))
    return session.scalar(first.values(missed_at=broken, noted_at=now).returning(ClockRow.id)) is not None


def _course(row: ClockRow, events: Sequence[Happened], ticket: TicketRow) -> Course:
    if row.kind is Promise.QUEUE:
        return course_of_task(events, row.task_id or 0, row.started_at)
    if row.kind is Promise.RESOLUTION:
        return course_of_ask(events, row.ask_id)
    if ticket.channel in BY_PERSON:
        return Course((), row.started_at, met=True)
    return course_of_response(events, row.ask_id)


def _events(session: Session, ticket: TicketRow, agents: frozenset[int]) -> list[Happened]:
    rows = session.scalars(select(EventRow).where(EventRow.ticket_id == ticket.id).order_by(EventRow.number))
    return [
        Happened(
            row.kind,
            row.at,
            row.ask_id,
            row.task_id,
            row.what.get("reason"),
            answers=_answers(row, ticket, agents),
        )
        for row in rows
    ]


def _answers(row: EventRow, ticket: TicketRow, agents: frozenset[int]) -> bool:
    """Whether an agent's own words reached the requester; what goes out by itself is no event of theirs."""
    spoke = row.kind == "message" and not row.what.get("internal", False)
    called = row.kind == "contact_logged" and row.what.get("kind") in {"repeat", "response"}
    return (spoke or called) and row.actor_id in agents and row.actor_id != ticket.requester_id


def _told(session: Session, missed: Iterable[ClockRow]) -> list[Happening]:
    """For those who work on it: which promise, and when it was broken; a task's for whoever may see the task."""
    rows = list(missed)
    circles = _circles(session, [row.task_id for row in rows if row.task_id])
    return [
        Happening(
            "target_missed",
            ask_id=row.ask_id,
            task_id=row.task_id,
            confidential_to=circles[row.task_id or 0],
            what={"promise": row.kind.value, "due_at": row.due_at.isoformat(), "queue": _queue(session, row.queue_id)},
        )
        for row in rows
    ]


def _circles(session: Session, task_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for task_id, circle in session.execute(select(TaskRow.id, TaskRow.confidential_to).where(TaskRow.id.in_(task_ids))):
        found[task_id] = tuple(circle)
    return found


def _queue(session: Session, queue_id: int | None) -> str | None:
    return session.scalar(select(QueueRow.key).where(QueueRow.id == queue_id)) if queue_id else None
