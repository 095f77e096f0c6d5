"""An employee's own requests, each with its bar and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, true, tuple_, union
from sqlalchemy.orm import Session

from routing.lifecycle import OPEN, WORKABLE, Department, departments
from routing.visibility import Actor, Sight, may_open, sight
from routing.work import TaskState, TicketState
from spoc.db.appointments import tickets_met_by
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import visible_tickets
from spoc.desk.follow import OVER
from spoc.desk.reader import title_for
from spoc.desk.ticket_rows import APPROVERS, Task, Ticket, read_tickets

PAGE = 50
_ORDER = (TaskState.CLAIMED, TaskState.READY, TaskState.ON_HOLD, TaskState.WAITING)


@dataclass(frozen=True)
class Next:
    """The step that moves the request on: `party` is a queue's title, a person's name or `APPROVERS`, "" if
    it is the reader's.

    `is_turn`: the reader can do it now; a step of theirs may still wait for others.
    """

    title: str
    party: str
    due_at: datetime | None
    waits_for_you: bool
    is_turn: bool


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


@dataclass(frozen=True)
class RequestPage:
    """Newest first. `older` is the reference of the last one here if there are more behind it."""

    requests: tuple[Request, ...]
    older: str | None


def list_requests(session: Session, actor: Actor, now: datetime, *, only_open: bool = False) -> tuple[Request, ...]:
    """The newest of what the actor asked for and what waits for a step of theirs, `PAGE` at most."""
    return page_of_requests(session, actor, now, only_open=only_open).requests


def page_of_requests(
    session: Session, actor: Actor, now: datetime, *, before: str | None = None, only_open: bool = False
) -> RequestPage:
    """A page of them; with `before`, those opened before the ticket of this reference."""
    narrowed = (_behind(session, actor, before), TicketRow.state.not_in(OVER) if only_open else true())
    both = union(*(_newest(which).where(*narrowed) for which in _mine(actor))).subquery()
    wanted = select(both.c.id).order_by(both.c.opened_at.desc(), both.c.id.desc()).limit(PAGE + 1)
    ids = session.scalars(wanted).all()
    tickets = {ticket.id: ticket for ticket in read_tickets(session, ids[:PAGE])}
    seen = [tickets[id_] for id_ in ids[:PAGE] if may_open(actor, tickets[id_].view)]
    older = tickets[ids[PAGE - 1]].reference if len(ids) > PAGE else None
    return RequestPage(tuple(_request(actor, ticket, now) for ticket in seen), older)


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Conditions with an index each; joined with OR, the database would read every ticket."""
    own_step = select(TaskRow.ticket_id).where(TaskRow.person_id == actor.person_id, TaskRow.state.in_(OPEN))
    met = tickets_met_by(actor.person_id).where(TaskRow.state.in_(OPEN))
    seen = visible_tickets(actor)
    return TicketRow.requester_id == actor.person_id, TicketRow.id.in_(own_step) & seen, TicketRow.id.in_(met) & seen


def _newest(which: ColumnElement[bool]) -> Select[int, datetime]:
    newest_first = (TicketRow.opened_at.desc(), TicketRow.id.desc())
    return select(TicketRow.id, TicketRow.opened_at).where(which).order_by(*newest_first).limit(PAGE + 1)


def _behind(session: Session, actor: Actor, reference: str | None) -> ColumnElement[bool]:
    """All, if the actor sees no such ticket."""
    place = select(TicketRow.opened_at, TicketRow.id).where(TicketRow.reference == reference, visible_tickets(actor))
    row = session.execute(place).one_or_none() if reference else None
    return tuple_(TicketRow.opened_at, TicketRow.id) < (row.opened_at, row.id) if row else true()


def _request(actor: Actor, ticket: Ticket, now: datetime) -> Request:
    seen = [task for task in ticket.tasks if sight(actor, ticket.view, task.part) is Sight.FULL]
    turn = [task for task in seen if _is_turn(actor, task)]
    return Request(
        reference=ticket.reference,
        title=title_for(actor, ticket),
        state=ticket.state,
        opened_at=ticket.opened_at,
        resolved_at=ticket.resolved_at,
        departments=departments([task.share(actor.person_id) for task in seen if task.is_work], now),
        next=_next(actor, turn or seen),
        your_turn=bool(turn),
    )


def _is_turn(actor: Actor, task: Task) -> bool:
    return task.is_work and _is_own(actor, task) and task.state in WORKABLE


def _is_own(actor: Actor, task: Task) -> bool:
    """Their step, or an appointment of which they are to choose the time."""
    return task.person_id == actor.person_id or (task.is_to_choose and task.chooser_id == actor.person_id)


def _next(actor: Actor, tasks: list[Task]) -> Next | None:
    """Of the open steps the one nearest to its end: in work before ready before waiting, then by due time."""
    steps = [task for task in tasks if task.state in OPEN and task.is_work]
    if not steps:
        return None
    first = min(steps, key=lambda task: (_ORDER.index(task.state), task.due_at is None, task.due_at or task.id))
    own = _is_own(actor, first)
    return Next(
        first.title,
        "" if own else first.queue_title or first.person_name or APPROVERS,
        first.due_at,
        first.waits_for_requester,
        is_turn=_is_turn(actor, first),
    )
