"""Writing a change of mind: the ask's answers, each task as it is to be, and what the log says of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.answers import given_files
from catalog.kinds import StepKind
from catalog.service import Field, FieldKind, Service
from routing.approval import COUNTED
from routing.lifecycle import FULFILLED, WORKABLE, Act
from routing.proof import asked_document, items_document
from routing.redraw import Redrawn, Wanted
from routing.visibility import Actor
from routing.why import document
from routing.work import TaskState
from spoc.db.approvals import ask_soon, withdraw
from spoc.db.events import Happening, record
from spoc.db.people import QueueRow
from spoc.db.queueing import enqueue
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.desk.amending.lines import Change, Line
from spoc.desk.appointments.releasing import hold_back_offer, offer_anew
from spoc.desk.asks import answers_to
from spoc.desk.follow import follow
from spoc.desk.found import ticket_by_id
from spoc.desk.moves import NO_HOLD, move, tell
from spoc.desk.reader import reader_of
from spoc.desk.ticket_page import Answer
from spoc.desk.ticket_rows import Task, Ticket
from spoc.desk.turns import begin
from spoc.files.keeping import attach_answers


@dataclass(frozen=True)
class Amended:
    """The ask with all that becomes of it; `cancels`: taken back. `fills`: this form was filled in, and is done."""

    ask: AskRow
    service: Service
    plan: Redrawn
    lines: Sequence[Line]
    cancels: bool
    fills: Task | None = None


def write_amendment(session: Session, ticket: Ticket, amended: Amended, actor: Actor, now: datetime) -> None:
    """The caller holds the ticket's lock, and has read it behind it."""
    record(session, ticket.id, _told(session, ticket, amended, actor), now)
    _write_ask(session, ticket, amended, actor, now)
    queue_ids = dict(session.execute(select(QueueRow.key, QueueRow.id)).all())
    for line in amended.lines:
        _write_line(session, amended.ask, line, queue_ids, actor, now)
    _hold_back(session, ticket, amended, now)
    _ask_anew(session, amended)
    _offer_anew(session, ticket, amended, now)
    follow(session, ticket.id, _who(actor), now, by=amended.fills)
    if actor.person_id != ticket.requester_id and amended.fills is None:
        number = session.scalar(select(TicketRow.event_count).where(TicketRow.id == ticket.id))
        enqueue(session, "mail.ticket_amended", {"ticket_id": ticket.id, "cause": f"amended:{ticket.id}:{number}"})


def _write_ask(session: Session, ticket: Ticket, amended: Amended, actor: Actor, now: datetime) -> None:
    """Title and subject of the ticket follow where they came from this ask's answers."""
    ask, before, after = amended.ask, amended.plan.before, amended.plan.after
    if dict(after.answers) != ask.answers:
        ask.former_answers = [*ask.former_answers, {"until": now.isoformat(), "answers": ask.answers}]
        ask.answers = dict(after.answers)
        files = given_files(amended.service, after.answers)
        attach_answers(session, actor, ticket_id=ticket.id, ask_id=ask.id, files=files)
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


def _write_line(
    session: Session, ask: AskRow, line: Line, queue_ids: dict[str, int], actor: Actor, now: datetime
) -> None:
    task, target = line.task, line.target
    if line.change is Change.CANCELLED and task is not None:
        move(session, task, Act.CANCEL, **NO_HOLD)
        tell(session, task, "task_cancelled", _who(actor), now)
        withdraw(session, task.id, also=COUNTED)
    elif target is not None and task is None:
        _add(session, ask, target, queue_ids, actor, now)
    elif target is not None and task is not None:
        again = line.change is Change.RESTORED
        values = _values(target, queue_ids) | (
            _nobodys(TaskState.WAITING, now) | {"refused": False} if again else _given(task, target, now)
        )
        session.execute(update(TaskRow).where(TaskRow.id == task.id).values(values))
        _tell_moved(session, task, target, actor, now, again=again)
        if values.get("state") is TaskState.READY:
            begin(session, task, target.person_id)


def _values(target: Wanted, queue_ids: dict[str, int]) -> dict[str, Any]:
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


def _given(task: Task, target: Wanted, now: datetime) -> dict[str, Any]:
    """With other hands it is anybody's there."""
    stays = (task.queue, task.person_id) == (target.queue, target.person_id)
    return {} if stays or task.state not in WORKABLE else _nobodys(TaskState.READY, now)


def _add(session: Session, ask: AskRow, target: Wanted, queue_ids: dict[str, int], actor: Actor, now: datetime) -> None:
    """Waiting, until `follow` finds that nothing holds it up."""
    last = select(func.max(TaskRow.position)).where(TaskRow.ask_id == ask.id)
    row = TaskRow(
        ticket_id=ask.ticket_id,
        ask_id=ask.id,
        key=target.key,
        position=(session.scalar(last) or 0) + 1,
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
    session.add(row)
    session.flush()
    task = next(one for one in ticket_by_id(session, ask.ticket_id).tasks if one.id == row.id)
    tell(session, task, "placed", _who(actor), now, **_placing(target), state=TaskState.WAITING)


def _placing(target: Wanted) -> dict[str, Any]:
    why = [document(one) for one in target.why]
    return {"queue": target.queue, "person": target.person_id, "why": why, "due_at": _iso(target.due_at)}


def _tell_moved(session: Session, task: Task, target: Wanted, actor: Actor, now: datetime, *, again: bool) -> None:
    """One event for each thing that people would say has happened."""
    if again:
        tell(session, task, "task_restored", _who(actor), now, due_to=_iso(target.due_at))
    elif (task.due_at, task.opens_at) != (target.due_at, target.opens_at):
        due: dict[str, Any] = {"due_from": _iso(task.due_at), "due_to": _iso(target.due_at)}
        opens: dict[str, Any] = {"opens_from": _iso(task.opens_at), "opens_to": _iso(target.opens_at)}
        tell(session, task, "redated", _who(actor), now, **due, **opens)
    if task.queue is not None and target.queue is not None and task.queue != target.queue:
        path: dict[str, Any] = {"from": task.queue, "to": target.queue, "why": "", "know": "", "warm": False}
        tell(session, task, "handed_off", _who(actor), now, **path)
    elif (task.queue, task.person_id) != (target.queue, target.person_id):
        tell(session, task, "placed", _who(actor), now, **_placing(target), state=task.state)


def _hold_back(session: Session, ticket: Ticket, amended: Amended, now: datetime) -> None:
    """What nobody has begun waits again where it now needs what is not done, or opens later."""
    touched = {line.key for line in amended.lines if line.target is not None}
    tasks = [task for task in ticket_by_id(session, ticket.id).tasks if task.ask_id == amended.ask.id]
    fulfilled = {task.key for task in tasks if task.state in FULFILLED}
    for task in tasks:
        opens_later = task.opens_at is not None and task.opens_at > now
        if task.key in touched and task.state is TaskState.READY and (opens_later or set(task.needs) - fulfilled):
            session.execute(update(TaskRow).where(TaskRow.id == task.id).values(state=TaskState.WAITING))
            hold_back_offer(session, task, now)
            tell(session, task, "waits_again", None, now, public=False)


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


def _offer_anew(session: Session, ticket: Ticket, amended: Amended, now: datetime) -> None:
    """What was chosen, or is to be, for other dates, people or places than these is chosen again."""
    anew = {line.key: line.target for line in amended.lines if line.offers_anew and line.target is not None}
    for task in ticket_by_id(session, ticket.id).tasks:
        if task.ask_id == amended.ask.id and task.key in anew:
            offer_anew(session, task, anew[task.key].due_at, now)


def _told(session: Session, ticket: Ticket, amended: Amended, actor: Actor) -> list[Happening]:
    """That it was changed, with the answers that everybody on the ticket may read, and others for their queues.

    Of a secret answer only its question is named, and only to its queues.
    """
    was, now = amended.plan.before.answers, amended.plan.after.answers
    fields = [field for field in amended.service.form if was.get(field.key) != now.get(field.key)]
    groups = dict.fromkeys((field.confidential_to, field.secret) for field in fields) | {((), False): None}
    return [
        Happening(
            "filled_in" if amended.fills else "amended",
            actor_id=_who(actor),
            ask_id=amended.ask.id,
            task_id=amended.fills.id if amended.fills else None,
            public=not circle and not secret and not (amended.fills and amended.fills.secret),
            confidential_to=circle or (ticket.confidential_to if secret else _circle_of(amended)),
            what={
                **({"title": amended.fills.title} if amended.fills else {"cancelled": amended.cancels}),
                "changes": _changes(
                    session,
                    ticket,
                    actor,
                    amended.plan,
                    [field for field in fields if (field.confidential_to, field.secret) == (circle, secret)],
                ),
            },
        )
        for circle, secret in sorted(groups, key=lambda group: group != ((), False))
    ]


def _circle_of(amended: Amended) -> tuple[str, ...]:
    return amended.fills.confidential_to if amended.fills else ()


def _changes(
    session: Session, ticket: Ticket, actor: Actor, plan: Redrawn, fields: Sequence[Field]
) -> list[dict[str, Any]]:
    reader = reader_of(session, actor, ticket)
    was, now = (
        {one.key: _logged(one) for one in answers_to(reader, fields, given, session)}
        for given in (plan.before.answers, plan.after.answers)
    )
    return [
        {"label": field.label}
        | ({} if _only_named(field) else {"kind": field.kind, "from": was.get(field.key), "to": now.get(field.key)})
        for field in fields
    ]


def _logged(answer: Answer) -> Any:
    """Files by their names: those who read the log may not all read what is in them."""
    return [file.name for file in answer.shown] if answer.kind is FieldKind.FILE else answer.shown


def _only_named(field: Field) -> bool:
    """Secret answers stand in no log, and long ones would drown it."""
    return field.secret or field.kind in {FieldKind.LONG_TEXT, FieldKind.TABLE}


def _who(actor: Actor) -> int | None:
    """None for another system."""
    return actor.person_id or None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
