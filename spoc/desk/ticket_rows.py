"""A ticket and its tasks as values, read from their rows in two statements however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session, aliased

from routing.lifecycle import Share, Standing
from routing.visibility import Part, TicketView
from routing.work import Channel, HoldReason, TaskState, TicketState
from spoc.db.people import PersonRow, QueueRow
from spoc.db.tickets import TaskRow, TicketRow

Assignee = aliased(PersonRow, name="assignee")
Owner = aliased(PersonRow, name="owner")


@dataclass(frozen=True)
class Task:
    """One task as it stands. `queue` is None where it is a person's own step; then `person_name` says whose."""

    id: int
    public_id: UUID
    ticket_id: int
    ask_id: int
    key: str
    title: str
    neutral_title: str
    detail: str
    phase: str
    state: TaskState
    queue_id: int | None
    queue: str | None
    queue_title: str | None
    person_id: int | None
    person_name: str | None
    assignee_id: int | None
    assignee_name: str | None
    needs: tuple[str, ...]
    why: tuple[str, ...]
    confidential_to: tuple[str, ...]
    opens_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    hold_reason: HoldReason | None
    hold_note: str
    hold_until: datetime | None
    held_at: datetime | None
    result: str

    @property
    def part(self) -> Part:
        return Part(queue=self.queue, confidential_to=frozenset(self.confidential_to), person_id=self.person_id)

    @property
    def standing(self) -> Standing:
        return Standing(self.key, self.state, self.needs, self.opens_at, self.hold_reason)

    @property
    def waits_for_requester(self) -> bool:
        return self.state is TaskState.ON_HOLD and self.hold_reason is HoldReason.REQUESTER

    def why_told(self, seen: Collection["Task"], all_tasks: Collection["Task"]) -> tuple[str, ...]:
        """The reasons written with it, without those that name a task the reader does not see."""
        hidden = {task.title for task in all_tasks} - {task.title for task in seen}
        return tuple(line for line in self.why if not any(title in line for title in hidden))

    def share(self, reader_id: int) -> Share:
        """Its cell in the bar; the reader's own step stands under `YOU`."""
        own = self.person_id == reader_id
        title = YOU if own else self.queue_title or self.person_name or ""
        return Share(title, self.state, self.due_at, self.person_id if own else None, self.waits_for_requester)


@dataclass(frozen=True)
class Ticket:
    """A ticket and all its tasks, in the order of the plan."""

    id: int
    reference: str
    title: str
    text: str
    state: TicketState
    channel: Channel
    requester_id: int
    subject_id: int | None
    secret: bool
    confidential_to: tuple[str, ...]
    opened_at: datetime
    promised_at: datetime | None
    resolved_at: datetime | None
    tasks: tuple[Task, ...]

    @property
    def view(self) -> TicketView:
        return TicketView(
            requester_id=self.requester_id,
            subject_id=self.subject_id,
            secret=self.secret,
            confidential_to=frozenset(self.confidential_to),
            queues=frozenset(task.queue for task in self.tasks if task.queue),
            people=frozenset(task.person_id for task in self.tasks if task.person_id),
        )


YOU = "You"
"""Title of the reader's own part in the bar; the door translates it."""

_JOINED = {
    "queue": QueueRow.key,
    "queue_title": QueueRow.title,
    "person_name": Owner.name,
    "assignee_name": Assignee.name,
}
_TASK = [_JOINED[name].label(name) if name in _JOINED else getattr(TaskRow, name) for name in Task.__dataclass_fields__]
_TICKET = [getattr(TicketRow, name) for name in Ticket.__dataclass_fields__ if name != "tasks"]
_LISTS = frozenset({"needs", "why", "confidential_to"})


def read_tickets(session: Session, ticket_ids: Iterable[int]) -> tuple[Ticket, ...]:
    """Those that exist, in the order of their ids. Nobody's sight is asked: that is for whoever passes them on."""
    ids = sorted(set(ticket_ids))
    if not ids:
        return ()
    rows = session.execute(select(*_TICKET).where(TicketRow.id.in_(ids)).order_by(TicketRow.id)).mappings().all()
    tasks = _tasks(session, ids)
    return tuple(Ticket(**_values(row), tasks=tuple(tasks[row["id"]])) for row in rows)


def _tasks(session: Session, ids: Sequence[int]) -> dict[int, list[Task]]:
    rows = session.execute(
        select(*_TASK)
        .outerjoin(QueueRow, QueueRow.id == TaskRow.queue_id)
        .outerjoin(Owner, Owner.id == TaskRow.person_id)
        .outerjoin(Assignee, Assignee.id == TaskRow.assignee_id)
        .where(TaskRow.ticket_id.in_(ids))
        .order_by(TaskRow.ask_id, TaskRow.position, TaskRow.id)
    ).mappings()
    found: dict[int, list[Task]] = defaultdict(list)
    for row in rows:
        found[row["ticket_id"]].append(Task(**_values(row)))
    return found


def _values(row: RowMapping) -> dict[str, Any]:
    return {key: tuple(value) if key in _LISTS else value for key, value in row.items()}
