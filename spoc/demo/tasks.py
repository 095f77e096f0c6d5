"""Tasks that somebody can start with, as the simulation reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import TaskKind, TaskState, TicketState
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.intake.write import Accepted

STARTABLE = (TaskState.READY, TaskState.CLAIMED)


@dataclass(frozen=True)
class Ready:
    """`assignee_id` is set where the task was handed to one person or taken up again."""

    id: UUID
    key: str
    kind: TaskKind
    queue: str | None
    person_id: int | None
    assignee_id: int | None
    due_at: datetime | None
    state: TaskState


def startable(session: Session, ticket_id: int) -> Sequence[Ready]:
    rows = session.execute(
        select(
            TaskRow.public_id,
            TaskRow.key,
            TaskRow.kind,
            QueueRow.key,
            TaskRow.person_id,
            TaskRow.assignee_id,
            TaskRow.due_at,
            TaskRow.state,
        )
        .outerjoin(QueueRow, QueueRow.id == TaskRow.queue_id)
        .where(TaskRow.ticket_id == ticket_id, TaskRow.state.in_(STARTABLE))
        .order_by(TaskRow.position)
    )
    return [Ready(*row) for row in rows]


def ready_of(accepted: Accepted) -> Sequence[Ready]:
    """Of a ticket that was just opened, without asking the database again."""
    return [
        Ready(task.id, task.key, task.kind, task.queue, task.person_id, None, task.due_at, task.state)
        for task in accepted.tasks
        if task.state is TaskState.READY
    ]


def is_resolved(session: Session, ticket_id: int) -> bool:
    return session.scalar(select(TicketRow.state).where(TicketRow.id == ticket_id)) is TicketState.RESOLVED
