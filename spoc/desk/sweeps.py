"""What comes due by itself: tasks whose opening date came, holds whose end came."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from routing.work import TaskState
from spoc.db.events import lock
from spoc.db.tickets import TaskRow
from spoc.desk.follow import follow
from spoc.desk.found import ticket_by_id
from spoc.desk.holds import end_hold

BATCH = 100
"""Tickets per transaction: their locks are held until it ends."""


def open_due(session: Session, now: datetime, *, limit: int = BATCH) -> int:
    """Make waiting tasks ready whose opening date came and whose needs are done; returns the number of tickets.

    Fewer than `limit` means that none is left. Safe to run twice, and twice at once.
    """
    due = TaskRow.state == TaskState.WAITING, TaskRow.opens_at <= now, _needs_done()
    tickets = list(_tickets(session, due, limit))
    for ticket_id in tickets:
        lock(session, ticket_id)
        follow(session, ticket_id, None, now)
    return len(tickets)


def resume_due(session: Session, now: datetime, *, limit: int = BATCH) -> int:
    """End the holds whose time came; returns the number of tickets, as `open_due`."""
    tickets = list(_tickets(session, (TaskRow.state == TaskState.ON_HOLD, TaskRow.hold_until <= now), limit))
    for ticket_id in tickets:
        lock(session, ticket_id)
        ticket = ticket_by_id(session, ticket_id)
        for task in ticket.tasks:
            if task.state is TaskState.ON_HOLD and task.hold_until and task.hold_until <= now:
                end_hold(session, ticket, task, None, now)
        follow(session, ticket_id, None, now)
    return len(tickets)


def _tickets(session: Session, which: Iterable[ColumnElement[bool]], limit: int) -> Iterable[int]:
    """In the order of their ids, in which every sweep locks them: two sweeps cannot wait for each other."""
    return session.scalars(select(TaskRow.ticket_id).where(*which).distinct().order_by(TaskRow.ticket_id).limit(limit))


def _needs_done() -> ColumnElement[bool]:
    """No need of the task is still open, so that those who wait on are not looked at every minute."""
    need = TaskRow.__table__.alias("need")
    return ~(
        select(need.c.id)
        .where(
            need.c.ask_id == TaskRow.ask_id,
            need.c.key == TaskRow.needs.any_(),
            need.c.state.not_in([TaskState.DONE, TaskState.SKIPPED]),
        )
        .correlate(TaskRow)
        .exists()
    )
