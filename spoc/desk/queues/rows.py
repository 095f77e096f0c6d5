"""The rows of a queue's list as values: each task with its ticket, its bar, and where it stands in the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.lifecycle import FULFILLED, Department, departments
from routing.targets import is_late
from routing.visibility import Actor, Sight, sight
from routing.why import Why
from routing.work import HoldReason, TaskKind, TaskState
from spoc.db.people import PersonRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.desk.clocks.reading import deadlines_of
from spoc.desk.clocks.values import Deadline
from spoc.desk.reader import in_circle, title_for
from spoc.desk.ticket_rows import Task, Ticket, read_tickets


class Group(StrEnum):
    LATE = "late"
    TODAY = "today"
    LATER = "later"
    STOPPED = "stopped"


class Whose(StrEnum):
    MINE = "me"
    NOBODYS = "nobody"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None is any."""

    state: TaskState | None = None
    assignee: Whose | None = None


@dataclass(frozen=True)
class Row:
    """One task of the list. `service` is empty where its name is not for the reader; `deadline` is its queue's.

    `meets_at` is when an appointment begins that is booked; `is_to_choose`: whoever it is for has still to choose.
    """

    id: UUID
    reference: str
    key: str
    kind: TaskKind
    title: str
    service: str
    ticket_title: str
    requester: str
    queue: str | None
    queue_title: str | None
    state: TaskState
    opens_at: datetime | None
    due_at: datetime | None
    needs: tuple[str, ...]
    why: tuple[Why, ...]
    waits_for: tuple[str, ...]
    hold_reason: HoldReason | None
    hold_until: datetime | None
    assignee: str | None
    is_mine: bool
    confidential: bool
    secret: bool
    group: Group
    departments: tuple[Department, ...]
    deadline: Deadline | None
    meets_at: datetime | None
    is_to_choose: bool


@dataclass(frozen=True)
class Listing:
    """A page of a queue. `next` is the task after which the next page begins; None on the last one."""

    key: str
    title: str
    rows: tuple[Row, ...]
    counts: Mapping[Group, int]
    next: UUID | None

    @property
    def open_count(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Badge:
    """A queue the reader works in, with its open tasks and how many of them are late."""

    key: str
    title: str
    open_count: int
    late_count: int


@dataclass(frozen=True)
class Day:
    """The present, and where the reader's day ends: what is due until then is due today."""

    now: datetime
    ends_at: datetime


def read_rows(session: Session, actor: Actor, ids: Sequence[tuple[int, int]], day: Day) -> tuple[Row, ...]:
    """The tasks of these (task id, ticket id), in their order, as far as the actor sees them in full."""
    tickets = {ticket.id: ticket for ticket in read_tickets(session, [ticket_id for _, ticket_id in ids])}
    people = select(TicketRow.id, PersonRow.name).join(PersonRow, PersonRow.id == TicketRow.requester_id)
    requesters = dict(session.execute(people.where(TicketRow.id.in_(tickets))).all())
    asks = select(AskRow.id, AskRow.service_title).where(AskRow.ticket_id.in_(tickets))
    services = dict(session.execute(asks).all())
    found = [(tickets[ticket_id], _task(tickets[ticket_id], id_)) for id_, ticket_id in ids]
    deadlines = deadlines_of(session, [id_ for id_, _ in ids])
    return tuple(
        replace(
            _row(actor, ticket, task, services[task.ask_id], requesters[ticket.id], day),
            deadline=deadlines.get(task.id),
        )
        for ticket, task in found
        if sight(actor, ticket.view, task.part) is Sight.FULL
    )


def _task(ticket: Ticket, task_id: int) -> Task:
    return next(one for one in ticket.tasks if one.id == task_id)


def _row(actor: Actor, ticket: Ticket, task: Task, service: str, requester: str, day: Day) -> Row:
    seen = [one for one in ticket.tasks if sight(actor, ticket.view, one.part) is Sight.FULL]
    siblings = {one.key: one for one in seen if one.ask_id == task.ask_id}
    needs = tuple(key for key in task.needs if key in siblings)
    return Row(
        id=task.public_id,
        reference=ticket.reference,
        key=task.key,
        kind=task.kind,
        title=task.title,
        service=service if in_circle(actor, ticket) else "",
        ticket_title=title_for(actor, ticket),
        requester=requester,
        queue=task.queue,
        queue_title=task.queue_title,
        state=task.state,
        opens_at=task.opens_at,
        due_at=task.due_at,
        needs=needs,
        why=task.told(task.why, ticket.tasks, partial(sight, actor, ticket.view)),
        waits_for=tuple(siblings[key].title for key in needs if siblings[key].state not in FULFILLED),
        hold_reason=task.hold_reason,
        hold_until=task.hold_until,
        assignee=task.assignee_name or task.person_name,
        is_mine=actor.person_id in (task.assignee_id, task.person_id),
        confidential=bool(task.confidential_to or ticket.confidential_to),
        secret=task.secret,
        group=_group(task, day),
        departments=departments([one.share(actor.person_id) for one in seen if one.is_work], day.now),
        deadline=None,
        meets_at=task.starts_at if task.kind is TaskKind.APPOINTMENT else None,
        is_to_choose=task.is_to_choose,
    )


def _group(task: Task, day: Day) -> Group:
    if task.waits_for_requester:
        return Group.STOPPED
    if is_late(task.due_at, day.now):
        return Group.LATE
    return Group.TODAY if task.due_at is not None and task.due_at < day.ends_at else Group.LATER
