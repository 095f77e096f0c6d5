"""One move of one task: the state that follows, its row, its event. The caller holds the ticket's lock."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from routing.lifecycle import Act, after
from spoc.db.events import Happening, record
from spoc.db.tickets import TaskRow
from spoc.desk.ticket_rows import Task

NO_HOLD: dict[str, Any] = {"hold_reason": None, "hold_note": "", "hold_until": None, "held_at": None}

TAKEN_UP: dict[str, Any] = {"offer_ends_at": None, "offered_for_id": None}
"""Somebody acted on purpose: the offer neither ends any more nor goes back to whom it was meant for."""
TO_CONSIDER: dict[str, Any] = {**TAKEN_UP, "considered_at": None}
"""It is ready anew, for assignment to decide about."""


def move(session: Session, task: Task, act: Act, **values: Any) -> None:
    """Write the state that follows from the act, and the values with it.

    Raises:
        NotPossible: the act does not fit the task's state.
    """
    state = after(task.state, act, assigned=task.assignee_id is not None)
    session.execute(update(TaskRow).where(TaskRow.id == task.id).values(state=state, **values))


def tell(
    session: Session, task: Task, kind: str, actor_id: int | None, now: datetime, *, public: bool = True, **what: Any
) -> None:
    """Record that something happened to the task, for the eyes that may see the task."""
    record(session, task.ticket_id, [happened(task, kind, actor_id, public=public, **what)], now)


def happened(task: Task, kind: str, actor_id: int | None, *, public: bool = True, **what: Any) -> Happening:
    """What `tell` records, for those who have more to record with it."""
    return Happening(
        kind,
        actor_id=actor_id,
        ask_id=task.ask_id,
        task_id=task.id,
        public=public and not task.secret,
        confidential_to=task.confidential_to,
        what={"title": task.title, **what},
    )
