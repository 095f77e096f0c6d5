"""Ending a hold, and what the time that the task stood still does to its due time."""

from datetime import datetime

from sqlalchemy.orm import Session

from routing.lifecycle import Act
from routing.targets import due_after_pause
from spoc.db.calendars import calendar_of
from spoc.desk.moves import NO_HOLD, move, tell
from spoc.desk.ticket_rows import Task


def due_after_hold(session: Session, task: Task, ended_at: datetime) -> datetime | None:
    """The due time once the hold ends: moved by the pause if it waited for the requester, who was asked with it."""
    if task.due_at is None or task.held_at is None or not task.waits_for_requester:
        return task.due_at
    return due_after_pause(task.due_at, task.held_at, ended_at, calendar_of(session, task.queue_id))


def end_hold(
    session: Session, task: Task, actor_id: int | None, now: datetime, ended_at: datetime | None = None
) -> None:
    """The move itself, for whatever ends a hold: an agent, the requester's answer, its date.

    `ended_at`: when what was waited for came, if it is written down later.

    Raises:
        NotPossible: the task is not on hold.
    """
    move(session, task, Act.RESUME, **NO_HOLD, due_at=due_after_hold(session, task, ended_at or now))
    tell(session, task, "resumed", actor_id, now, public=False)
