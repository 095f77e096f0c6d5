"""A queue's open tasks by due time, a page at a time, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from routing.lifecycle import OPEN
from routing.phrase import marked
from routing.visibility import Actor, may_work
from routing.work import HoldReason, TaskState
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import queue_ids, visible_tasks, visible_tickets
from spoc.desk.queues.rows import Badge, Day, Filters, Group, Listing, Whose, read_rows
from spoc.errors import NotFound

Columns = TypeVarTuple("Columns")
ANY = Filters()
PAGE = 50


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
    """A page of a queue: late, due today, later; behind all these what stands still for the requester.

    Raises:
        NotFound: there is no such queue, or the actor does not work in it.
    """
    queue = session.execute(select(QueueRow.id, QueueRow.title).where(QueueRow.key == key)).one_or_none()
    if queue is None or not may_work(actor, key):
        raise NotFound(marked("There is no such queue."))
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
    found = _page(session, actor, wanted, after)
    page, more = found[:PAGE], len(found) > PAGE
    return Listing(
        key=key,
        title=title,
        rows=read_rows(session, actor, [(row.id, row.ticket_id) for row in page], day),
        counts=_counts(session, actor, wanted, day),
        next=page[-1].public_id if more else None,
    )


def _page(
    session: Session, actor: Actor, wanted: Sequence[ColumnElement[bool]], after: UUID | None
) -> list[Row[int, int, UUID]]:
    """One more than a page, in order; two selects, each in the order of the queue's index."""
    columns = _visible(actor, select(TaskRow.id, TaskRow.ticket_id, TaskRow.public_id)).where(*wanted)
    columns = columns.order_by(TaskRow.due_at.asc().nulls_last(), TaskRow.id)
    last = _place(session, after)
    found: list[Row[int, int, UUID]] = []
    if last is None or not last.stopped:
        found += session.execute(columns.where(~_stopped(), _behind(last)).limit(PAGE + 1))
    if len(found) <= PAGE:
        begun = last if last is not None and last.stopped else None
        found += session.execute(columns.where(_stopped(), _behind(begun)).limit(PAGE + 1 - len(found)))
    return found


def _visible(actor: Actor, columns: Select[*Columns]) -> Select[*Columns]:
    """Open tasks that the actor may read in full."""
    joined = columns.join_from(TaskRow, TicketRow, TicketRow.id == TaskRow.ticket_id)
    return joined.where(TaskRow.state.in_(OPEN), visible_tickets(actor), visible_tasks(actor))


def _stopped() -> ColumnElement[bool]:
    return and_(TaskRow.state == TaskState.ON_HOLD, TaskRow.hold_reason == HoldReason.REQUESTER)


@dataclass(frozen=True)
class Place:
    """Where in the order a task stands."""

    stopped: bool
    due_at: datetime | None
    id: int


def _place(session: Session, task_id: UUID | None) -> Place | None:
    """None, which is the beginning, if there is no such task any more."""
    stopped = func.coalesce(_stopped(), false())
    row = session.execute(select(stopped, TaskRow.due_at, TaskRow.id).where(TaskRow.public_id == task_id)).one_or_none()
    return Place(row[0], row[1], row[2]) if row else None


def _behind(last: Place | None) -> ColumnElement[bool]:
    """Rows behind this one; those without a due time come last."""
    if last is None:
        return true()
    if last.due_at is None:
        return and_(TaskRow.due_at.is_(None), TaskRow.id > last.id)
    return or_(tuple_(TaskRow.due_at, TaskRow.id) > (last.due_at, last.id), TaskRow.due_at.is_(None))


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
