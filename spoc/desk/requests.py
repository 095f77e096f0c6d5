"""An employee's own requests, each with its bar and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from routing.lifecycle import Department, departments
from routing.visibility import Actor, Sight, may_open, sight
from routing.work import TaskState, TicketState
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import visible_tickets
from spoc.desk.follow import OVER
from spoc.desk.reader import title_for
from spoc.desk.ticket_rows import Task, Ticket, read_tickets

MOST = 100
_ORDER = (TaskState.CLAIMED, TaskState.READY, TaskState.ON_HOLD, TaskState.WAITING)


@dataclass(frozen=True)
class Next:
    """The step that moves the request on: `party` is a queue's title or a person's name, "" if it is the reader's."""

    title: str
    party: str
    due_at: datetime | None
    waits_for_you: bool


@dataclass(frozen=True)
class Request:
    reference: str
    title: str
    state: TicketState
    opened_at: datetime
    resolved_at: datetime | None
    departments: tuple[Department, ...]
    next: Next | None
    your_turn: bool

    @property
    def is_over(self) -> bool:
        return self.state in OVER


def list_requests(session: Session, actor: Actor, now: datetime, *, only_open: bool = False) -> tuple[Request, ...]:
    """What the actor asked for, and what waits for a step of theirs; newest first, `MOST` at most."""
    wanted = select(TicketRow.id).where(_mine(actor), visible_tickets(actor))
    if only_open:
        wanted = wanted.where(TicketRow.state.not_in(OVER))
    ids = session.scalars(wanted.order_by(TicketRow.opened_at.desc(), TicketRow.id.desc()).limit(MOST)).all()
    tickets = {ticket.id: ticket for ticket in read_tickets(session, ids)}
    return tuple(_request(actor, tickets[id_], now) for id_ in ids if may_open(actor, tickets[id_].view))


def _mine(actor: Actor) -> ColumnElement[bool]:
    own_step = select(TaskRow.id).where(
        TaskRow.ticket_id == TicketRow.id, TaskRow.person_id == actor.person_id, TaskRow.state.in_(_ORDER)
    )
    return or_(TicketRow.requester_id == actor.person_id, own_step.correlate(TicketRow).exists())


def _request(actor: Actor, ticket: Ticket, now: datetime) -> Request:
    seen = [task for task in ticket.tasks if sight(actor, ticket.view, task.part) is Sight.FULL]
    turn = [task for task in seen if _is_turn(actor, task)]
    return Request(
        reference=ticket.reference,
        title=title_for(actor, ticket),
        state=ticket.state,
        opened_at=ticket.opened_at,
        resolved_at=ticket.resolved_at,
        departments=departments([task.share(actor.person_id) for task in seen], now),
        next=_next(actor, turn or seen),
        your_turn=bool(turn),
    )


def _is_turn(actor: Actor, task: Task) -> bool:
    return task.person_id == actor.person_id and task.state in {TaskState.READY, TaskState.CLAIMED, TaskState.ON_HOLD}


def _next(actor: Actor, tasks: list[Task]) -> Next | None:
    """Of the open steps the one nearest to its end: in work before ready before waiting, then by due time."""
    steps = [task for task in tasks if task.state in _ORDER]
    if not steps:
        return None
    first = min(steps, key=lambda task: (_ORDER.index(task.state), task.due_at is None, task.due_at or task.id))
    own = first.person_id == actor.person_id
    return Next(
        first.title,
        "" if own else first.queue_title or first.person_name or "",
        first.due_at,
        first.waits_for_requester,
    )
