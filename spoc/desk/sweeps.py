"""What comes due by itself: tasks whose opening date came, holds whose end came."""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from routing.errors import RoutingError
from routing.lifecycle import FULFILLED
from routing.work import TaskState
from spoc.db.events import lock
from spoc.db.tickets import TaskRow
from spoc.desk.follow import follow
from spoc.desk.found import ticket_by_id
from spoc.desk.pauses import end_hold

log = structlog.get_logger()

BATCH = 100
"""Tickets per transaction: their locks are held until it ends."""


def open_due(session: Session, now: datetime, *, limit: int = BATCH) -> int:
    """Make waiting tasks ready whose opening date came and whose needs are done; returns the number of tickets.

    Fewer than `limit` means that none is left which can be helped. Safe to run twice, and twice at once.
    """
    due = TaskRow.state == TaskState.WAITING, TaskRow.opens_at <= now, _needs_done()
    return sum(_each(session, due, limit, lambda ticket_id: follow(session, ticket_id, None, now)))


def resume_due(session: Session, now: datetime, *, limit: int = BATCH) -> int:
    """End the holds whose time came; returns the number of tickets, as `open_due`."""
    due = TaskRow.state == TaskState.ON_HOLD, TaskRow.hold_until <= now
    return sum(_each(session, due, limit, lambda ticket_id: _resume(session, ticket_id, now)))


def _resume(session: Session, ticket_id: int, now: datetime) -> None:
    for task in ticket_by_id(session, ticket_id).tasks:
        if task.state is TaskState.ON_HOLD and task.hold_until and task.hold_until <= now:
            end_hold(session, task, None, now)
    follow(session, ticket_id, None, now)


def _each(
    session: Session, which: Iterable[ColumnElement[bool]], limit: int, act: Callable[[int], None]
) -> Iterable[bool]:
    """Act on each ticket under its lock; whether it could be. What cannot be reckoned keeps no other ticket waiting."""
    for ticket_id in list(_tickets(session, which, limit)):
        try:
            with session.begin_nested():
                lock(session, ticket_id)
                act(ticket_id)
        except RoutingError as error:
            log.warning("sweep.skipped", ticket_id=ticket_id, kind=type(error).__name__)
            yield False
        else:
            yield True


def _tickets(session: Session, which: Iterable[ColumnElement[bool]], limit: int) -> Iterable[int]:
    """In the order of their ids, in which every sweep locks them: two sweeps cannot wait for each other."""
    return session.scalars(select(TaskRow.ticket_id).where(*which).distinct().order_by(TaskRow.ticket_id).limit(limit))


def _needs_done() -> ColumnElement[bool]:
    """Every need of the task is done or skipped, as `routing.lifecycle.now_ready` decides; others are left alone."""
    need = aliased(TaskRow)
    done = select(func.count(need.id)).where(
        need.ask_id == TaskRow.ask_id, need.key == TaskRow.needs.any_(), need.state.in_(FULFILLED)
    )
    return func.cardinality(TaskRow.needs) == done.correlate(TaskRow).scalar_subquery()
