"""The rows that a move of a task leaves behind."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from spoc.db.people import QueueRow
from spoc.db.tickets import EventRow, TaskRow, TicketRow
from spoc.desk.actions.finishing import finish
from spoc.intake.write import Accepted
from tests.world import World


def task_id(ticket: Accepted, key: str) -> UUID:
    return next(task.id for task in ticket.tasks if task.key == key)


def row(session: Session, ticket: Accepted, key: str) -> TaskRow:
    found = session.scalars(select(TaskRow).where(TaskRow.public_id == task_id(ticket, key))).one()
    session.refresh(found)
    return found


def ticket_row(session: Session, ticket: Accepted) -> TicketRow:
    found = session.get_one(TicketRow, ticket.ticket_id)
    session.refresh(found)
    return found


def events(session: Session, ticket: Accepted, kind: str) -> list[EventRow]:
    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind == kind)
    return list(session.scalars(wanted.order_by(EventRow.number)))


def finish_all(session: Session, world: World, ticket: Accepted, at: datetime) -> None:
    """Everybody does their part, in the order of the needs."""
    by_queue = {key.removeprefix("agent."): key for key in world.ids if key.startswith("agent.")}
    while left := open_tasks(session, ticket):
        for task, queue in left:
            actor = world.actor(by_queue[queue] if queue else "employee")
            finish(session, actor, task, at, result="Done.")


def open_tasks(session: Session, ticket: Accepted) -> list[tuple[UUID, str | None]]:
    joined = select(TaskRow.public_id, QueueRow.key).outerjoin(QueueRow, QueueRow.id == TaskRow.queue_id)
    ready = joined.where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.state.in_(["ready", "claimed"]))
    return [(row[0], row[1]) for row in session.execute(ready).all()]
