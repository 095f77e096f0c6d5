"""What follows from a change: tasks that waited become ready, the last one done resolves ask and ticket.

The caller holds the ticket's lock, so of two last tasks finished at once only the second sees none left.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from routing.lifecycle import now_ready, ticket_state
from routing.work import TaskKind, TaskState, TicketState
from spoc.db.approvals import ask_soon
from spoc.db.events import Happening, record
from spoc.db.queueing import enqueue
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.desk.appointments.releasing import release_ended
from spoc.desk.found import ticket_by_id
from spoc.desk.moves import happened
from spoc.desk.ticket_rows import Task, Ticket
from spoc.desk.turns import begin

OVER = frozenset({TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED})
_ASK_NOW = {TicketState.RESOLVED: "ask_resolved", TicketState.CANCELLED: "ask_cancelled"}
_TICKET_NOW = {TicketState.WAITING_FOR_REQUESTER: "waiting_for_requester", TicketState.CANCELLED: "cancelled"}
_NOT_OVER: dict[str, Any] = {"resolved_at": None, "resolved_by_queue_id": None, "cancelled_at": None, "refused": False}


def follow(
    session: Session, ticket_id: int, actor_id: int | None, now: datetime, *, by: Task | None = None, why: str = ""
) -> None:
    """Bring tasks, asks and ticket in line with the state of the tasks.

    `by` is the task whose end may resolve its ask; `why` is written if the ticket is open again. Safe to repeat.
    """
    ticket = _with_what_waited(session, ticket_by_id(session, ticket_id), now)
    release_ended(session, ticket, actor_id, now)
    _settle_asks(session, ticket, by, actor_id, now)
    _settle_ticket(session, ticket, actor_id, now, why)


def _by_ask(ticket: Ticket) -> dict[int, list[Task]]:
    groups: dict[int, list[Task]] = defaultdict(list)
    for task in ticket.tasks:
        groups[task.ask_id].append(task)
    return groups


def _with_what_waited(session: Session, ticket: Ticket, now: datetime) -> Ticket:
    """Open what nothing holds up any more; gives the ticket with that."""
    opened = {task.id: task for tasks in _by_ask(ticket).values() for task in _free(tasks, now)}
    if not opened:
        return ticket
    session.execute(update(TaskRow).where(TaskRow.id.in_(opened)).values(state=TaskState.READY, ready_at=now))
    told = [happened(task, "became_ready", None, public=False) for task in opened.values()]
    record(session, ticket.id, told, now)
    for task in opened.values():
        begin(session, task, task.person_id)
    if any(task.kind is TaskKind.APPROVAL for task in opened.values()):
        ask_soon(session)
    tasks = (replace(task, state=TaskState.READY) if task.id in opened else task for task in ticket.tasks)
    return replace(ticket, tasks=tuple(tasks))


def _free(tasks: Sequence[Task], now: datetime) -> list[Task]:
    """Those of an ask that wait and that nothing holds up."""
    keys = now_ready([task.standing for task in tasks], now)
    return [task for task in tasks if task.key in keys]


def _settle_asks(session: Session, ticket: Ticket, by: Task | None, actor_id: int | None, now: datetime) -> None:
    wanted = select(AskRow.id, AskRow.resolved_at, AskRow.cancelled_at).where(AskRow.ticket_id == ticket.id)
    groups = _by_ask(ticket)
    for ask_id, resolved_at, cancelled_at in session.execute(wanted).all():
        if cancelled_at is not None:
            continue  # taken back: what is still done for it undoes it, and only a change of mind brings it back
        tasks = groups.get(ask_id, [])
        state = ticket_state([task.standing for task in tasks])
        if (state is TicketState.RESOLVED, state is TicketState.CANCELLED) != (resolved_at is not None, False):
            values = _ask_values(state, tasks, by if by and by.ask_id == ask_id else None, now)
            session.execute(update(AskRow).where(AskRow.id == ask_id).values(values))
            kind = _ASK_NOW.get(state, "ask_reopened")
            record(session, ticket.id, [Happening(kind, actor_id=actor_id, ask_id=ask_id)], now)


def _ask_values(state: TicketState, tasks: Sequence[Task], by: Task | None, now: datetime) -> dict[str, Any]:
    match state:
        case TicketState.RESOLVED:
            queue_id = by.queue_id if by else None
            resolved = {"resolved_at": now, "resolved_by_queue_id": queue_id}
            return {**_NOT_OVER, **resolved, **_first_resolved(queue_id, now)}
        case TicketState.CANCELLED:
            return {**_NOT_OVER, "cancelled_at": now, "refused": any(task.refused for task in tasks)}
        case _:
            return _NOT_OVER


def _first_resolved(queue_id: int | None, now: datetime) -> dict[str, Any]:
    """When and by whom it was resolved first: written once, whatever is reopened and resolved later."""
    is_first = AskRow.first_resolved_at.is_(None)
    return {
        "first_resolved_at": func.coalesce(AskRow.first_resolved_at, now),
        "first_resolved_by_queue_id": case((is_first, queue_id), else_=AskRow.first_resolved_by_queue_id),
    }


def _settle_ticket(session: Session, ticket: Ticket, actor_id: int | None, now: datetime, why: str) -> None:
    state = _state(session, ticket)
    was_over, is_over = ticket.state in OVER, state in OVER
    if state is ticket.state or (was_over and is_over):
        return
    resolved_at = now if state is TicketState.RESOLVED else None
    session.execute(
        update(TicketRow).where(TicketRow.id == ticket.id).values(state=state, resolved_at=resolved_at, closed_at=None)
    )
    if state is TicketState.RESOLVED:
        what = {"refused": True} if any(task.refused and not task.confidential_to for task in ticket.tasks) else {}
        resolved = Happening("resolved", actor_id=actor_id, public=True, what=what)
        announce(session, ticket, resolved, "mail.ticket_resolved", now)
    elif was_over:
        again = Happening("ticket_reopened", actor_id=actor_id, public=True, what={"why": why})
        announce(session, ticket, again, "mail.ticket_reopened", now)
    if state is not TicketState.RESOLVED and (state in _TICKET_NOW or not was_over):
        changed = Happening(_TICKET_NOW.get(state, "in_work_again"), actor_id=actor_id)
        record(session, ticket.id, [changed], now)


def _state(session: Session, ticket: Ticket) -> TicketState:
    """Where the tasks have it; what is done for asks that were all taken back resolves nothing."""
    state = ticket_state([task.standing for task in ticket.tasks])
    if state is not TicketState.RESOLVED:
        return state
    going_on = select(AskRow.id).where(AskRow.ticket_id == ticket.id, AskRow.cancelled_at.is_(None))
    return state if session.scalar(going_on.limit(1)) else TicketState.CANCELLED


def announce(session: Session, ticket: Ticket, happening: Happening, kind: str, now: datetime) -> None:
    """Record it, and have the requester told of it by mail."""
    record(session, ticket.id, [happening], now)
    number = session.scalar(select(TicketRow.event_count).where(TicketRow.id == ticket.id))
    enqueue(session, kind, {"ticket_id": ticket.id, "cause": f"{happening.kind}:{ticket.id}:{number}"})
