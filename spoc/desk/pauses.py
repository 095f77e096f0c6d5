"""How long a task's clock stood still while we waited for an answer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.targets import due_after_pause
from spoc.db.calendars import calendar_of
from spoc.db.tickets import MessageRow
from spoc.desk.ticket_rows import Task, Ticket


def due_after_hold(session: Session, ticket: Ticket, task: Task, now: datetime) -> datetime | None:
    """The due time once the hold ends: moved by the pause if the requester was asked and we waited for them."""
    if task.due_at is None or task.held_at is None or not task.waits_for_requester:
        return task.due_at
    asked_at = _asked_at(session, ticket, task.held_at)
    if asked_at is None:
        return task.due_at
    return due_after_pause(task.due_at, max(asked_at, task.held_at), now, calendar_of(session, task.queue_id))


def _asked_at(session: Session, ticket: Ticket, held_at: datetime) -> datetime | None:
    """When the question was sent that the hold waits for: our first public words since the requester's last."""
    said = select(MessageRow.created_at).where(MessageRow.ticket_id == ticket.id, ~MessageRow.internal)
    theirs = said.where(MessageRow.author_id == ticket.requester_id, MessageRow.created_at < held_at)
    last = session.scalars(theirs.order_by(MessageRow.created_at.desc()).limit(1)).first() or ticket.opened_at
    ours = said.where(MessageRow.author_id != ticket.requester_id, MessageRow.created_at >= last)
    return session.scalars(ours.order_by(MessageRow.created_at).limit(1)).first()
