"""A ticket and its tasks as values, read from their rows in two statements however many there are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, RowMapping, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from routing.approval import Voice
from routing.lifecycle import Share, Standing
from routing.proof import Asked, Item, stored_asked, stored_items
from routing.visibility import Part, Sight, TicketView
from routing.why import Why, stored, told, waits_for
from routing.work import Channel, HoldReason, TaskKind, TaskState, TicketState
from spoc.db.appointments import AppointmentRow
from spoc.db.approvals import ApproverRow
from spoc.db.people import PersonRow, QueueRow
from spoc.db.tickets import TaskRow, TicketRow

Assignee = aliased(PersonRow, name="assignee")
Owner = aliased(PersonRow, name="owner")
Chooser = aliased(PersonRow, name="chooser")
Host = aliased(PersonRow, name="host")


@dataclass(frozen=True)
class Task:
    """One task as it stands.

    `queue` is None where it is a person's own step, of whom `person_name` says it, or one that finds
    its people: of an approval that names who is `asked` now. Of an appointment whose turn has come, `chooser_id` is to
    choose a time until `choose_by`, or one is booked from `starts_at`; `host_id` is whom they meet, if one person.
    """

    id: int
    public_id: UUID
    ticket_id: int
    ask_id: int
    key: str
    kind: TaskKind
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
    asked: tuple[int, ...]
    assignee_id: int | None
    assignee_name: str | None
    needs: tuple[str, ...]
    why: tuple[Why, ...]
    confidential_to: tuple[str, ...]
    secret: bool
    opens_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    hold_reason: HoldReason | None
    hold_note: str
    hold_until: datetime | None
    held_at: datetime | None
    result: str
    refused: bool
    checklist: tuple[Item, ...]
    evidence_asked: Asked | None
    evidence: str
    chooser_id: int | None
    chooser_name: str | None
    host_id: int | None
    host_name: str | None
    place: str | None
    choose_by: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None

    @property
    def meets(self) -> frozenset[int]:
        """Who meets in it, as far as they are known by name."""
        return frozenset(one for one in (self.chooser_id, self.host_id) if one is not None)

    @property
    def is_to_choose(self) -> bool:
        """A time is to be chosen for it now."""
        return self.kind is TaskKind.APPOINTMENT and self.starts_at is None and self.choose_by is not None

    @property
    def part(self) -> Part:
        named = frozenset(self.confidential_to)
        return Part(
            queue=self.queue,
            confidential_to=named,
            person_id=self.person_id,
            secret=self.secret,
            meets=self.meets,
        )

    @property
    def standing(self) -> Standing:
        is_work = self.kind is not TaskKind.APPROVAL
        return Standing(self.key, self.state, self.needs, self.opens_at, self.hold_reason, self.secret, is_work)

    @property
    def is_work(self) -> bool:
        """Somebody does it; a message is sent by itself."""
        return self.kind is not TaskKind.MESSAGE

    @property
    def waits_for_requester(self) -> bool:
        return self.state is TaskState.ON_HOLD and self.hold_reason is HoldReason.REQUESTER

    def told(self, whys: Sequence[Why], tasks: Iterable["Task"], seen_as: Callable[[Part], Sight]) -> tuple[Why, ...]:
        """Reasons about it among the ticket's `tasks`, as far as they are for a reader who sees parts like that."""
        keys = {key for why in whys for key in waits_for(why)}
        named = [one for one in tasks if one.ask_id == self.ask_id and one.key in keys]
        sights = {one.key: seen_as(one.part) for one in named}
        titles = {one.key: one.title for one in named if sights[one.key] is Sight.FULL}
        return told(whys, titles, frozenset(key for key, how in sights.items() if how is Sight.MASK))

    def share(self, reader_id: int) -> Share:
        """Its cell in the bar; the reader's own step stands under `YOU`."""
        own = self.person_id == reader_id
        title = YOU if own else self.queue_title or self.person_name or APPROVERS
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
    priority: str
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
            queues=frozenset(task.queue for task in self.tasks if task.queue and not task.secret),
            people=frozenset(one for task in self.tasks for one in (task.person_id, *task.meets) if one),
            secretly=frozenset(task.queue for task in self.tasks if task.queue and task.secret),
        )


YOU = "You"
"""Title of the reader's own part in the bar; the door translates it."""

APPROVERS = "Approval"
"""Title of what is with approvers; the door translates it."""

_Asked = aliased(PersonRow, name="asked")
_OF_TASK = (ApproverRow.task_id == TaskRow.id, ApproverRow.voice == Voice.ASKED)
_ASKED = select(func.array_agg(ApproverRow.asked_id)).where(*_OF_TASK).correlate(TaskRow).scalar_subquery()
_ASKED_NAMES = (
    select(func.string_agg(_Asked.name, ", "))
    .join(ApproverRow, ApproverRow.asked_id == _Asked.id)
    .where(*_OF_TASK)
    .correlate(TaskRow)
    .scalar_subquery()
)
_IS_APPROVAL = TaskRow.kind == TaskKind.APPROVAL
_JOINED = {
    "queue": QueueRow.key,
    "queue_title": QueueRow.title,
    "person_name": case((_IS_APPROVAL, _ASKED_NAMES), else_=Owner.name),
    "asked": case((_IS_APPROVAL, _ASKED)),
    "assignee_name": Assignee.name,
    "chooser_name": Chooser.name,
    "host_name": Host.name,
    **{
        name: getattr(AppointmentRow, name)
        for name in ("chooser_id", "host_id", "place", "choose_by", "starts_at", "ends_at")
    },
}
_TASK = [_JOINED[name].label(name) if name in _JOINED else getattr(TaskRow, name) for name in Task.__dataclass_fields__]
_TICKET = [getattr(TicketRow, name) for name in Ticket.__dataclass_fields__ if name != "tasks"]
_LISTS = frozenset({"asked", "needs", "confidential_to"})
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TICKETS = select(*_TICKET).where(TicketRow.id.in_(_IDS)).order_by(TicketRow.id)
_TASKS = (
    select(*_TASK)
    .outerjoin(QueueRow, QueueRow.id == TaskRow.queue_id)
    .outerjoin(Owner, Owner.id == TaskRow.person_id)
    .outerjoin(Assignee, Assignee.id == TaskRow.assignee_id)
    .outerjoin(AppointmentRow, AppointmentRow.task_id == TaskRow.id)
    .outerjoin(Chooser, Chooser.id == AppointmentRow.chooser_id)
    .outerjoin(Host, Host.id == AppointmentRow.host_id)
    .where(TaskRow.ticket_id.in_(_IDS))
    .order_by(TaskRow.ask_id, TaskRow.position, TaskRow.id)
)
"""Put together once: that takes longer than to ask them, and every move of a task asks twice."""


def read_tickets(session: Session, ticket_ids: Iterable[int]) -> tuple[Ticket, ...]:
    """Those that exist, in the order of their ids. Nobody's sight is asked: that is for whoever passes them on."""
    ids = sorted(set(ticket_ids))
    if not ids:
        return ()
    rows = session.execute(_TICKETS, {"ids": ids}).mappings().all()
    tasks = _tasks(session, ids)
    return tuple(Ticket(**_values(row), tasks=tuple(tasks[row["id"]])) for row in rows)


def _tasks(session: Session, ids: Sequence[int]) -> dict[int, list[Task]]:
    rows = session.execute(_TASKS, {"ids": ids}).mappings()
    found: dict[int, list[Task]] = defaultdict(list)
    for row in rows:
        found[row["ticket_id"]].append(Task(**_values(row)))
    return found


def _values(row: RowMapping) -> dict[str, Any]:
    values = {key: tuple(value or ()) if key in _LISTS else value for key, value in row.items()}
    if "why" not in row:
        return values
    return values | {
        "why": tuple(stored(why) for why in row["why"]),
        "checklist": stored_items(row["checklist"]),
        "evidence_asked": stored_asked(row["evidence_asked"]),
    }
