"""A queue's open tasks by due time, a page at a time, and how many there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from routing.visibility import Actor, may_work
from routing.work import HoldReason, TaskState
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import queue_ids, visible_tasks, visible_tickets
from spoc.desk.queue_rows import Badge, Day, Filters, Group, Listing, Whose, read_rows
from spoc.errors import NotFound

Columns = TypeVarTuple("Columns")
ANY = Filters()
PAGE = 50
OPEN = (TaskState.WAITING, TaskState.READY, TaskState.CLAIMED, TaskState.ON_HOLD)


def badges(session: Session, actor: Actor, now: datetime) -> tuple[Badge, ...]:
    """The reader's queues in the catalogue's order."""
    late = func.count().filter(TaskRow.due_at < now, ~_stopped())
    counted = _visible(actor, select(TaskRow.queue_id, func.count(), late)).where(
        TaskRow.queue_id.in_(queue_ids(actor))
    )
    counts = {row[0]: (row[1], row[2]) for row in session.execute(counted.group_by(TaskRow.queue_id))}
    queues = select(QueueRow.id, QueueRow.key, QueueRow.title).where(QueueRow.id.in_(queue_ids(actor)))
    rows = session.execute(queues.order_by(QueueRow.position, QueueRow.id))
    return tuple(Badge(key, title, *counts.get(id_, (0, 0))) for id_, key, title in rows)


def show_queue(
    session: Session, actor: Actor, key: str, day: Day, *, filters: Filters = ANY, after: UUID | None = None
) -> Listing:
    """A page of a queue: late, due today, later; on the last page also what stands still for the requester.

    Raises:
        NotFound: there is no such queue, or the actor does not work in it.
    """
    queue = session.execute(select(QueueRow.id, QueueRow.title).where(QueueRow.key == key)).one_or_none()
    if queue is None or not may_work(actor, key):
        raise NotFound("There is no such queue.")
    return _listing(session, actor, key, queue.title, TaskRow.queue_id == queue.id, day, filters, after)


def all_queues(
    session: Session, actor: Actor, day: Day, *, filters: Filters = ANY, after: UUID | None = None
) -> Listing:
    """The same over every queue that the actor works in."""
    return _listing(session, actor, "", "", TaskRow.queue_id.in_(queue_ids(actor)), day, filters, after)


def my_work(session: Session, actor: Actor, day: Day, *, filters: Filters = ANY, after: UUID | None = None) -> Listing:
    """What the actor has claimed or was handed, and their own steps that can be done now."""
    own_step = and_(TaskRow.person_id == actor.person_id, TaskRow.state != TaskState.WAITING)
    which = or_(and_(TaskRow.assignee_id == actor.person_id, TaskRow.queue_id.in_(queue_ids(actor))), own_step)
    return _listing(session, actor, "mine", "", which, day, filters, after)


def _listing(
    session: Session,
    actor: Actor,
    key: str,
    title: str,
    which: ColumnElement[bool],
    day: Day,
    filters: Filters,
    after: UUID | None,
) -> Listing:
    wanted = (which, *_filtered(actor, filters))
    columns = _visible(actor, select(TaskRow.id, TaskRow.ticket_id, TaskRow.public_id)).where(*wanted)
    moving = columns.where(~_stopped(), _after(session, after)).order_by(TaskRow.due_at.asc().nulls_last(), TaskRow.id)
    found = session.execute(moving.limit(PAGE + 1)).all()
    page, more = found[:PAGE], len(found) > PAGE
    stopped = [] if more else session.execute(columns.where(_stopped()).order_by(TaskRow.held_at).limit(PAGE)).all()
    return Listing(
        key=key,
        title=title,
        rows=read_rows(session, actor, [(row.id, row.ticket_id) for row in (*page, *stopped)], day),
        counts=_counts(session, actor, wanted, day),
        next=page[-1].public_id if more else None,
    )


def _visible(actor: Actor, columns: Select[*Columns]) -> Select[*Columns]:
    """Open tasks that the actor may read in full."""
    joined = columns.join_from(TaskRow, TicketRow, TicketRow.id == TaskRow.ticket_id)
    return joined.where(TaskRow.state.in_(OPEN), visible_tickets(actor), visible_tasks(actor))


def _stopped() -> ColumnElement[bool]:
    return and_(TaskRow.state == TaskState.ON_HOLD, TaskRow.hold_reason == HoldReason.REQUESTER)


def _after(session: Session, last: UUID | None) -> ColumnElement[bool]:
    """Rows behind this one; all, if there is no such task any more. Those without a due time come last."""
    place = select(TaskRow.due_at, TaskRow.id).where(TaskRow.public_id == last)
    row = session.execute(place).one_or_none() if last else None
    if row is None:
        return true()
    if row.due_at is None:
        return and_(TaskRow.due_at.is_(None), TaskRow.id > row.id)
    return or_(tuple_(TaskRow.due_at, TaskRow.id) > (row.due_at, row.id), TaskRow.due_at.is_(None))


def _filtered(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state is not None:
        found.append(TaskRow.state == filters.state)
    if filters.assignee is Whose.MINE:
        found.append(TaskRow.assignee_id == actor.person_id)
    if filters.assignee is Whose.NOBODYS:
        found.append(TaskRow.assignee_id.is_(None))
    return found


def _counts(session: Session, actor: Actor, wanted: Sequence[ColumnElement[bool]], day: Day) -> dict[Group, int]:
    late = and_(~_stopped(), TaskRow.due_at < day.now)
    today = and_(~_stopped(), TaskRow.due_at >= day.now, TaskRow.due_at < day.ends_at)
    counted = select(
        func.count().filter(late), func.count().filter(today), func.count().filter(_stopped()), func.count()
    )
    row = session.execute(_visible(actor, counted).where(*wanted)).one()
    later = row[3] - row[0] - row[1] - row[2]
    return {Group.LATE: row[0], Group.TODAY: row[1], Group.LATER: later, Group.STOPPED: row[2]}
