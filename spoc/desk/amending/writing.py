"""Writing a change of mind: the ask's answers, each task as it is to be, and what follows from that."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from catalog.answers import given_files
from catalog.kinds import StepKind
from routing.approval import COUNTED
from routing.lifecycle import FULFILLED, WORKABLE, Act, after
from routing.proof import asked_document, items_document
from routing.redraw import Wanted
from routing.why import document
from routing.work import TaskKind, TaskState
from spoc.db.approvals import ask_soon, withdraw
from spoc.db.events import record
from spoc.db.people import QueueRow
from spoc.db.queueing import enqueue
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.desk.amending.lines import Amended, Change, Line, renamed
from spoc.desk.amending.promising import promise_dated
from spoc.desk.amending.telling import answers_told, tasks_told, waiting_told
from spoc.desk.appointments.releasing import hold_back_offer, offer_anew
from spoc.desk.follow import follow
from spoc.desk.found import ticket_by_id
from spoc.desk.moves import NO_HOLD
from spoc.desk.reader import Reader
from spoc.desk.ticket_rows import Task, Ticket
from spoc.desk.turns import begin
from spoc.files.keeping import attach_answers


def write_amendment(session: Session, reader: Reader, amended: Amended, now: datetime) -> None:
    """As the reader wants it. The caller holds the lock of the reader's ticket, which was read behind it.

    Few statements write all tasks, and one all that the log says: whoever else changes the ticket waits meanwhile.
    """
    ticket, actor_id = reader.ticket, reader.actor.person_id or None  # None for another system
    held_up = _held_up(ticket, amended, now)
    _write_ask(session, reader, amended, now)
    added = _write_tasks(session, amended, held_up, now)
    promise_dated(session, amended.ask, _first_dated(amended))
    answers = answers_told(session, reader, amended, actor_id)
    told = chain(answers, tasks_told(amended, added, actor_id), waiting_told(amended, held_up))
    record(session, ticket.id, list(told), now)
    _pass_on(session, amended, held_up, now)
    _ask_anew(session, amended)
    _offer_anew(session, amended, now)
    follow(session, ticket.id, actor_id, now, by=amended.fills)
    if actor_id != ticket.requester_id and amended.fills is None:
        number = session.scalar(select(TicketRow.event_count).where(TicketRow.id == ticket.id))
        enqueue(session, "mail.ticket_amended", {"ticket_id": ticket.id, "cause": f"amended:{ticket.id}:{number}"})


def _held_up(ticket: Ticket, amended: Amended, now: datetime) -> frozenset[str]:
    """Keys of what nobody has begun and now needs what is not done, or opens later: it waits again."""
    restored = {line.key for line in amended.lines if line.change is Change.RESTORED}
    done = {task.key for task in ticket.tasks if task.ask_id == amended.ask.id and task.state in FULFILLED} - restored
    return frozenset(
        line.key
        for line in amended.lines
        if line.task is not None
        and line.target is not None
        and (line.task.state is TaskState.READY or _goes(line.task, line.target))
        and _waits(line.target, done, now)
    )


def _first_dated(amended: Amended) -> list[int]:
    """Ids of the tasks whose due date hung on an answer that was still to come."""
    there = [(line.task, line.target) for line in amended.lines if line.task is not None and line.target is not None]
    return [task.id for task, target in there if task.due_at is None and target.due_at is not None]


def _goes(task: Task, target: Wanted) -> bool:
    """To other hands, and with them it is anybody's there."""
    return (task.queue, task.person_id) != (target.queue, target.person_id) and task.state in WORKABLE


def _waits(target: Wanted, done: AbstractSet[str], now: datetime) -> bool:
    return not done >= set(target.needs) or (target.opens_at is not None and target.opens_at > now)


def _write_ask(session: Session, reader: Reader, amended: Amended, now: datetime) -> None:
    """Title and subject of the ticket follow where they came from this ask's answers."""
    ticket, ask, before, after = reader.ticket, amended.ask, amended.plan.before, amended.plan.after
    if dict(after.answers) != ask.answers:
        former = [{"until": now.isoformat(), "answers": ask.answers}]
        ask.former_answers = AskRow.former_answers.op("||")(cast(former, JSONB))  # not read: there may be hundreds
        ask.answers = dict(after.answers)
        files = given_files(amended.service, after.answers)
        attach_answers(session, reader.actor, ticket_id=ticket.id, ask_id=ask.id, files=files)
    if amended.fills is not None:
        step_key = amended.fills.key.partition(".")[0]
        ask.filled = [*dict.fromkeys((*ask.filled, step_key))]
    ask.cancelled_at = now if amended.cancels else None
    ask.refused = False
    values: dict[str, Any] = {}
    if ticket.title == before.title != after.title:
        values["title"] = after.title
    if before.subject_id != after.subject_id and ticket.subject_id == before.subject_id:
        values["subject_id"] = after.subject_id
    if values:
        session.execute(update(TicketRow).where(TicketRow.id == ticket.id).values(values))
    session.flush()


def _write_tasks(session: Session, amended: Amended, held_up: AbstractSet[str], now: datetime) -> dict[str, int]:
    """Those that are there and those that are added; gives the ids of the latter by key."""
    queue_ids = dict(session.execute(select(QueueRow.key, QueueRow.id)).all())
    there = [(line, line.task) for line in amended.lines if line.task is not None]
    rows = [
        {"id": task.id, **values}
        for line, task in there
        if (values := _changed(line, task, queue_ids, now, waits_again=line.key in held_up))
    ]
    if rows:
        session.execute(update(TaskRow), sorted(rows, key=len))  # a statement for those of the same columns in a row
    return _add(session, amended, queue_ids)


def _changed(
    line: Line, task: Task, queue_ids: Mapping[str, int], now: datetime, *, waits_again: bool
) -> dict[str, Any]:
    """Nothing for what stays as it is."""
    if line.change is Change.CANCELLED:
        return {"state": after(task.state, Act.CANCEL, assigned=task.assignee_id is not None), **NO_HOLD}
    if line.target is None:
        return {}
    values = _values(line.target, queue_ids)
    if line.change is Change.RESTORED:
        return {**values, **_nobodys(TaskState.WAITING, now), "refused": False}
    if _goes(task, line.target):
        return {**values, **_nobodys(TaskState.WAITING if waits_again else TaskState.READY, now)}
    return {**values, "state": TaskState.WAITING} if waits_again else values


def _values(target: Wanted, queue_ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "title": target.title,
        "detail": target.detail,
        "queue_id": queue_ids[target.queue] if target.queue else None,
        "person_id": target.person_id,
        "needs": list(target.needs),
        "opens_at": target.opens_at,
        "due_at": target.due_at,
        "confidential_to": list(target.confidential_to),
        "why": [document(why) for why in target.why],
    }


def _nobodys(state: TaskState, now: datetime) -> dict[str, Any]:
    ready_at = now if state is TaskState.READY else None
    return {"state": state, "assignee_id": None, "claimed_at": None, "ready_at": ready_at, **NO_HOLD}


def _add(session: Session, amended: Amended, queue_ids: Mapping[str, int]) -> dict[str, int]:
    """Waiting, until `follow` finds that nothing holds them up."""
    targets = [line.target for line in amended.lines if line.task is None and line.target is not None]
    if not targets:
        return {}
    last = session.scalar(select(func.max(TaskRow.position)).where(TaskRow.ask_id == amended.ask.id)) or 0
    rows = [_row(amended.ask, target, place, queue_ids) for place, target in enumerate(targets, last + 1)]
    session.add_all(rows)
    session.flush()
    return {row.key: row.id for row in rows}


def _row(ask: AskRow, target: Wanted, position: int, queue_ids: Mapping[str, int]) -> TaskRow:
    return TaskRow(
        ticket_id=ask.ticket_id,
        ask_id=ask.id,
        key=target.key,
        position=position,
        neutral_title=target.neutral_title,
        phase=target.phase,
        state=TaskState.WAITING,
        secret=target.secret,
        kind=target.kind,
        promised_at=target.due_at,
        checklist=items_document(target.checklist),
        evidence_asked=asked_document(target.evidence),
        **_values(target, queue_ids),
    )


def _pass_on(session: Session, amended: Amended, held_up: AbstractSet[str], now: datetime) -> None:
    """Approvers are not asked any more for what ends, nobody meets for what waits again, and new hands are told."""
    for line in amended.lines:
        task, target = line.task, line.target
        if task is not None and line.change is Change.CANCELLED and task.kind is TaskKind.APPROVAL:
            withdraw(session, task.id, also=COUNTED)
        elif task is not None and target is not None and line.key in held_up:
            hold_back_offer(session, renamed(task, target), now)
        elif task is not None and target is not None and _goes(task, target):
            begin(session, task, target.person_id)


def _ask_anew(session: Session, amended: Amended) -> None:
    """What approvers were asked for other answers than these, or about somebody else, they are asked again."""
    before, after = amended.plan.before, amended.plan.after
    approvals = {step.key: step for step in amended.service.steps if step.kind is StepKind.APPROVAL}
    for line in amended.lines:
        step, task = approvals.get(line.key.partition(".")[0]), line.task
        if step is None or task is None or task.state is not TaskState.READY or line.change is Change.CANCELLED:
            continue
        is_other = any(before.answers.get(key) != after.answers.get(key) for key in step.redone_for)
        if is_other or before.subject_id != after.subject_id:
            withdraw(session, task.id, also=COUNTED)
            ask_soon(session)


def _offer_anew(session: Session, amended: Amended, now: datetime) -> None:
    """What was chosen, or is to be, for other dates, people or places than these is chosen again."""
    anew = {line.key: line.target for line in amended.lines if line.offers_anew and line.target is not None}
    for task in ticket_by_id(session, amended.ask.ticket_id).tasks if anew else ():
        if task.ask_id == amended.ask.id and task.key in anew:
            offer_anew(session, task, anew[task.key].due_at, now)
