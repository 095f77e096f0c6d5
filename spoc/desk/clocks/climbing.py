"""Climbing the ladder: each rung of each running promise once, in the log, and by mail to who is told."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from routing.calendars import Calendar
from routing.escalation import Quiet, Rung, Running, reached, rung_at
from routing.lifecycle import OPEN
from routing.work import DESK
from spoc.db.clocks import ClockRow, EscalationRow
from spoc.db.events import Happening, lock, record
from spoc.db.people import PersonRow
from spoc.db.queueing import enqueue
from spoc.db.settings import read_ladder
from spoc.db.tickets import AskRow, TicketRow
from spoc.desk.clocks.starting import Clocks
from spoc.desk.clocks.telling import who_is_told
from spoc.desk.found import ticket_by_id
from spoc.desk.ticket_rows import Task, Ticket

BATCH: Final = 200
ESCALATED: Final = "mail.escalated"


def climb(session: Session, now: datetime, after: int = 0, *, limit: int = BATCH) -> int | None:
    """Reach what is due on the promises behind that clock's id; the last id of a full batch, None after the last.

    Safe to run twice, and twice at once: a rung that somebody has reached is passed over.
    """
    rungs, quiet = read_ladder(session)
    if not rungs:
        return None
    running = ClockRow.ended_at.is_(None), ClockRow.paused_at.is_(None), ClockRow.id > after
    near = ClockRow.due_at <= now + _farthest(rungs)
    rows = session.scalars(select(ClockRow).where(*running, near).order_by(ClockRow.id).limit(limit)).all()
    done = _done(session, rows)
    clocks = Clocks(session)
    for row in rows:
        _climb_one(session, row, rungs, quiet, done[row.id], clocks, now)
    return rows[-1].id if len(rows) == limit else None


def _farthest(rungs: Sequence[Rung]) -> timedelta:
    """How far ahead a deadline may lie of which a rung is reached now: working time is a fifth of all time or more.

    What works less than that is told a little later, when the deadline has come nearer.
    """
    lead = max(0, *(-rung.minutes for rung in rungs))
    return timedelta(days=10) + timedelta(minutes=5 * lead) if lead else timedelta()


def _done(session: Session, rows: Sequence[ClockRow]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    stored = select(EscalationRow.clock_id, EscalationRow.rung)
    for clock_id, rung in session.execute(stored.where(EscalationRow.clock_id.in_([row.id for row in rows]))):
        found[clock_id].add(rung)
    return found


def _climb_one(
    session: Session,
    row: ClockRow,
    rungs: Sequence[Rung],
    quiet: Quiet | None,
    done: set[str],
    clocks: Clocks,
    now: datetime,
) -> None:
    calendar = clocks.calendar(row.calendar_id, row.queue_id)
    if not any(_may_be_reached(rung, row, done, calendar, quiet, now) for rung in rungs):
        return
    about = select(AskRow.service_key, TicketRow.priority).join(TicketRow, TicketRow.id == AskRow.ticket_id)
    service, priority = session.execute(about.where(AskRow.id == row.ask_id)).one()
    ticket = ticket_by_id(session, row.ticket_id)
    task = next((one for one in ticket.tasks if one.id == row.task_id), None)
    queue = task.queue if task else _queue_of(ticket, row.ask_id)
    running = Running(row.kind, row.due_at, service, priority, queue)
    for rung, due_at in reached(rungs, running, done, calendar, quiet, now):
        _reach(session, row, rung, due_at, ticket, task, queue, now)


def _may_be_reached(
    rung: Rung, row: ClockRow, done: set[str], calendar: Calendar, quiet: Quiet | None, now: datetime
) -> bool:
    """Before anything more is read of it: whatever it is about, is the rung due and not reached yet?"""
    if rung.promise is not row.kind or rung.key in done:
        return False
    at = rung_at(rung, row.due_at, calendar, quiet)
    return at is not None and at <= now


def _queue_of(ticket: Ticket, ask_id: int) -> str:
    """Where the ask stands: the queue of its open task that is due first, of those that nobody keeps; else the desk."""
    open_ = [
        one
        for one in ticket.tasks
        if one.ask_id == ask_id and one.state in OPEN and one.queue and not one.secret and not one.confidential_to
    ]
    first = min(open_, key=lambda one: (one.due_at is None, one.due_at or ticket.opened_at, one.id), default=None)
    return first.queue or DESK if first else DESK


def _reach(
    session: Session,
    row: ClockRow,
    rung: Rung,
    due_at: datetime,
    ticket: Ticket,
    task: Task | None,
    queue: str | None,
    now: datetime,
) -> None:
    lock(session, ticket.id)
    person_id = who_is_told(session, rung.whom, ticket, task, queue, now)
    values = {"clock_id": row.id, "rung": rung.key, "person_id": person_id, "due_at": due_at, "at": now}
    reached_now = upsert(EscalationRow).values(values).on_conflict_do_nothing().returning(EscalationRow.id)
    escalation_id = session.scalar(reached_now)
    if escalation_id is None:
        return
    name = session.scalar(select(PersonRow.name).where(PersonRow.id == person_id)) if person_id else None
    what = {"promise": row.kind, "whom": rung.whom, "minutes": rung.minutes, "told": name, "queue": queue}
    told = Happening(
        "escalated",
        ask_id=row.ask_id,
        task_id=row.task_id,
        confidential_to=task.confidential_to if task else (),
        what=what,
    )
    record(session, ticket.id, [told], now)
    if person_id is not None:
        cause = f"escalated:{escalation_id}"
        enqueue(session, ESCALATED, {"ticket_id": ticket.id, "cause": cause, "person_id": person_id})
