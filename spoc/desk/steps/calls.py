"""Calls of steps to other systems: begun, sent, answered, or given to people where that does not come about."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.amend import step_of_task
from catalog.answers import merge, named_files
from catalog.call import CallPart
from catalog.service import Service, Step
from routing.lifecycle import Act
from routing.moments import due
from routing.visibility import Actor
from routing.why import Kind, Why, document
from routing.work import HoldReason, Moment, TaskKind, TaskState, Unit
from spoc.db.calendars import calendar_of
from spoc.db.calls import CallRow, CallState, EndpointRow
from spoc.db.events import lock
from spoc.db.tickets import AskRow, TaskRow
from spoc.desk.amending.amend import Planner
from spoc.desk.amending.lines import Amended, lines_of
from spoc.desk.amending.writing import write_amendment
from spoc.desk.asks import Services
from spoc.desk.errors import CallOver
from spoc.desk.follow import follow
from spoc.desk.found import ticket_by_id
from spoc.desk.moves import NO_HOLD, TO_CONSIDER, move, tell
from spoc.desk.reader import reader_of
from spoc.desk.ticket_rows import Task, Ticket
from spoc.errors import NotFound
from spoc.files.keeping import known_files

SYSTEM = Actor(0, "")
"""Another system: nobody's rights, and no person in the log."""


@dataclass(frozen=True)
class Outgoing:
    """A call that is to be sent now. `body` has the answers; the callback stands beside it."""

    call_id: int
    delivery: UUID
    endpoint: str
    url: str
    secret: str
    networks: tuple[str, ...]
    body: Mapping[str, Any]
    callback_secret: str
    due_at: datetime


@dataclass(frozen=True)
class _Step:
    ticket: Ticket
    task: Task
    ask: AskRow
    service: Service
    step: Step
    call: CallPart


def begin_call(session: Session, task_id: int, cause: str, services: Services, now: datetime) -> Outgoing | None:
    """What is to be sent for the step; None if it is sent, over, or nobody knows the system, which people are told.

    Begun again for the same cause, it is the same delivery.
    """
    found = _found(session, task_id, services)
    if found is None or found.task.state not in {TaskState.READY, TaskState.ON_HOLD}:
        return None
    endpoint = session.scalar(select(EndpointRow).where(EndpointRow.key == found.call.endpoint))
    if endpoint is None:
        fall_back(session, found.task, found.step, Why(Kind.CALL_UNKNOWN, {"endpoint": found.call.endpoint}), now)
        return None
    row = session.scalar(select(CallRow).where(CallRow.cause == cause)) or _begun(session, found, cause, now)
    if row.state is not CallState.OPEN or row.sent_at is not None:
        return None
    return Outgoing(
        call_id=row.id,
        delivery=row.public_id,
        endpoint=endpoint.title,
        url=endpoint.url,
        secret=endpoint.secret,
        networks=tuple(endpoint.networks),
        body=_body(found),
        callback_secret=row.secret,
        due_at=row.due_at,
    )


def _found(session: Session, task_id: int, services: Services) -> _Step | None:
    """The step with its ticket's lock held; None if it makes no call."""
    ticket_id = session.scalar(select(TaskRow.ticket_id).where(TaskRow.id == task_id))
    if ticket_id is None:
        return None
    lock(session, ticket_id)
    ticket = ticket_by_id(session, ticket_id)
    task = next(one for one in ticket.tasks if one.id == task_id)
    ask = session.get_one(AskRow, task.ask_id, populate_existing=True)
    service = services(ask.catalogue_version_id, ask.service_key)
    step = step_of_task(service, task.key)
    if task.kind is not TaskKind.CALL or step is None or step.call is None:
        return None
    return _Step(ticket, task, ask, service, step, step.call)


def _begun(session: Session, found: _Step, cause: str, now: datetime) -> CallRow:
    task, within = found.task, found.call.within
    earlier = update(CallRow).where(CallRow.task_id == task.id, CallRow.state == CallState.OPEN)
    session.execute(earlier.values(state=CallState.DROPPED, over_at=now))
    calendar = calendar_of(session, task.queue_id)
    due_at, _ = due(Moment(now, within.amount, Unit(within.unit.value)), calendar, now)
    row = CallRow(
        task_id=task.id,
        cause=cause,
        endpoint_key=found.call.endpoint,
        secret=secrets.token_urlsafe(32),
        state=CallState.OPEN,
        begun_at=now,
        due_at=due_at,
    )
    session.add(row)
    session.flush()
    move(session, task, Act.HOLD, hold_reason=HoldReason.VENDOR, hold_note="", hold_until=None, held_at=now)
    return row


def _body(found: _Step) -> dict[str, Any]:
    """Neither names nor titles: what the request is about is for those who were told."""
    given = {key: found.ask.answers.get(key) for key in found.call.answers}
    return {"reference": found.ticket.reference, "step": found.step.key, "answers": given, "takes": [*found.call.takes]}


def call_sent(session: Session, call_id: int, now: datetime) -> None:
    """The other system has it; from now on we wait for its callback. Safe to repeat."""
    found = select(TaskRow.ticket_id, TaskRow.id).join(CallRow, CallRow.task_id == TaskRow.id)
    ticket_id, task_id = session.execute(found.where(CallRow.id == call_id)).one()
    lock(session, ticket_id)  # before the call's own row, as everywhere
    unsent = (CallRow.id == call_id, CallRow.sent_at.is_(None), CallRow.state == CallState.OPEN)
    if session.scalar(update(CallRow).where(*unsent).values(sent_at=now).returning(CallRow.id)) is not None:
        task = next(one for one in ticket_by_id(session, ticket_id).tasks if one.id == task_id)
        tell(session, task, "call_made", None, now)


def call_failed(session: Session, call_id: int, why: Why, services: Services, now: datetime) -> None:
    """It cannot be sent, or the other system refuses it. Safe to repeat."""
    _end(session, call_id, CallState.FAILED, why, services, now)


def expire_calls(session: Session, services: Services, now: datetime, *, limit: int = 100) -> int:
    """Give people what other systems did not answer in time; returns how many there were."""
    late = select(CallRow.id, CallRow.endpoint_key).join(TaskRow, TaskRow.id == CallRow.task_id)
    overdue = late.where(CallRow.state == CallState.OPEN, CallRow.due_at <= now)
    # In the order of tickets, in which every sweep locks them: two sweeps cannot wait for each other.
    found = session.execute(overdue.order_by(TaskRow.ticket_id, CallRow.id).limit(limit)).all()
    for call_id, endpoint in found:
        _end(session, call_id, CallState.LATE, Why(Kind.CALL_LATE, {"endpoint": endpoint}), services, now)
    return len(found)


def _end(session: Session, call_id: int, state: CallState, why: Why, services: Services, now: datetime) -> None:
    task_id = session.scalars(select(CallRow.task_id).where(CallRow.id == call_id)).one()
    found = _found(session, task_id, services)
    ended = session.scalar(
        update(CallRow)
        .where(CallRow.id == call_id, CallRow.state == CallState.OPEN)
        .values(state=state if found else CallState.DROPPED, over_at=now)
        .returning(CallRow.id)
    )
    if ended is not None and found is not None and found.task.state is TaskState.ON_HOLD:
        fall_back(session, found.task, found.step, why, now)


def fall_back(session: Session, task: Task, step: Step, why: Why, now: datetime) -> None:
    """People of the step's queue do it: as a form, if the other system was to answer questions."""
    kind = TaskKind.FORM if step.asks else TaskKind.TASK
    values = {"kind": kind, "state": TaskState.READY, "ready_at": now, **NO_HOLD, **TO_CONSIDER}
    told = [*task.why, why]
    session.execute(update(TaskRow).where(TaskRow.id == task.id).values(**values, why=[document(one) for one in told]))
    late = why.kind == Kind.CALL_LATE
    tell(session, task, "call_late" if late else "call_failed", None, now, why=[document(why)])
    follow(session, task.ticket_id, None, now)


def waiting_call(session: Session, call_id: UUID) -> CallRow:
    """Raises:
    NotFound: there is no such call.
    """
    row = session.scalar(select(CallRow).where(CallRow.public_id == call_id))
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Callback:
    """What the other system says: whether it `is_done`, a text for people, and answers to what it takes."""

    is_done: bool
    result: str
    answers: Mapping[str, object]


def take_callback(session: Session, row: CallRow, said: Callback, now: datetime, *, planner: Planner) -> CallState:
    """End the step with what the other system says, or give it to people; said again, nothing happens.

    Raises:
        InvalidAnswers: its answers cannot be accepted; it may send others.
        CallOver: people do it by now, or nobody has to any more.
    """
    found = _found(session, row.task_id, planner.services)
    session.refresh(row)
    if row.state is CallState.DONE or (row.state is CallState.FAILED and not said.is_done):
        return row.state
    if row.state is not CallState.OPEN or found is None or found.task.state is not TaskState.ON_HOLD:
        raise CallOver
    if not said.is_done:
        given = {"endpoint": row.endpoint_key, "said": said.result}
        call_failed(session, row.id, Why(Kind.CALL_FAILED, given), planner.services, now)
        return CallState.FAILED
    row.state, row.over_at = CallState.DONE, now
    row.sent_at = row.sent_at or now
    session.flush()
    _finish(session, found, said, planner, now)
    return CallState.DONE


def _finish(session: Session, found: _Step, said: Callback, planner: Planner, now: datetime) -> None:
    task, ask = found.task, found.ask
    plan = None
    if found.step.asks:
        filled = (*ask.filled, found.step.key)
        raw = merge(found.service, ask.answers, said.answers, ask.past_answers, filled)
        files = known_files(session, SYSTEM, named_files(found.service, raw), ask_id=ask.id)
        plan = planner.replan(found.service, ask, raw, fills=found.step.key, given=said.answers, files=files)
    move(session, task, Act.FINISH, **NO_HOLD, done_at=now, result=said.result)
    tell(session, task, "call_done", None, now, result=said.result)
    if plan is None:
        follow(session, task.ticket_id, None, now, by=task)
        return
    tasks = [one for one in found.ticket.tasks if one.ask_id == ask.id]
    lines = [line for line in lines_of(found.service, ask, tasks, plan) if line.key != task.key]
    amended = Amended(ask, found.service, plan, lines, cancels=False, fills=task)
    write_amendment(session, reader_of(session, SYSTEM, ticket_by_id(session, task.ticket_id)), amended, now)
