"""What the log says of a change of mind: the answers that are others now, and what became of each task."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.service import Field, FieldKind
from routing.redraw import Redrawn, Wanted
from routing.why import document
from routing.work import TaskState
from spoc.db.events import Happening
from spoc.desk.amending.lines import Amended, Change, Line, renamed
from spoc.desk.asks import answers_to
from spoc.desk.moves import happened
from spoc.desk.reader import Reader
from spoc.desk.ticket_page import Answer
from spoc.desk.ticket_rows import Task


def answers_told(session: Session, reader: Reader, amended: Amended, actor_id: int | None) -> Iterator[Happening]:
    """That it was changed, with the answers that everybody on the ticket may read, and others for their queues.

    Of a secret answer only its question is named, and only to its queues.
    """
    was, now, fills = amended.plan.before.answers, amended.plan.after.answers, amended.fills
    fields = [field for field in amended.service.form if was.get(field.key) != now.get(field.key)]
    groups = dict.fromkeys((field.confidential_to, field.secret) for field in fields) | {((), False): None}
    for circle, secret in sorted(groups, key=lambda group: group != ((), False)):
        own = [field for field in fields if (field.confidential_to, field.secret) == (circle, secret)]
        about: dict[str, Any] = {"title": fills.title} if fills else {"cancelled": amended.cancels}
        yield Happening(
            "filled_in" if fills else "amended",
            actor_id=actor_id,
            ask_id=amended.ask.id,
            task_id=fills.id if fills else None,
            public=not circle and not secret and not (fills and fills.secret),
            confidential_to=circle or (reader.ticket.confidential_to if secret else _circle_of(fills)),
            what={**about, "changes": _changes(session, reader, amended.plan, own)},
        )


def _circle_of(fills: Task | None) -> tuple[str, ...]:
    return fills.confidential_to if fills else ()


def _changes(session: Session, reader: Reader, plan: Redrawn, fields: Sequence[Field]) -> list[dict[str, Any]]:
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


def tasks_told(amended: Amended, added: Mapping[str, int], actor_id: int | None) -> Iterator[Happening]:
    """One event for each thing that people would say has happened; `added` are the ids of new tasks by key."""
    for line in amended.lines:
        task, target = line.task, line.target
        if task is None and target is not None:
            yield _new(amended, target, added[line.key], actor_id)
        elif task is not None and line.change is Change.CANCELLED:
            yield happened(task, "task_cancelled", actor_id)
        elif task is not None and target is not None:
            yield from _dated(line, task, target, actor_id)
            yield from _handed_on(task, target, actor_id)


def _new(amended: Amended, target: Wanted, task_id: int, actor_id: int | None) -> Happening:
    return Happening(
        "placed",
        actor_id=actor_id,
        ask_id=amended.ask.id,
        task_id=task_id,
        public=not target.secret,
        confidential_to=target.confidential_to,
        what={"title": target.title, **_placing(target), "state": TaskState.WAITING},
    )


def _dated(line: Line, task: Task, target: Wanted, actor_id: int | None) -> Iterator[Happening]:
    if line.change is Change.RESTORED:
        yield happened(task, "task_restored", actor_id, due_to=_iso(target.due_at))
    elif (task.due_at, task.opens_at) != (target.due_at, target.opens_at):
        due: dict[str, Any] = {"due_from": _iso(task.due_at), "due_to": _iso(target.due_at)}
        opens: dict[str, Any] = {"opens_from": _iso(task.opens_at), "opens_to": _iso(target.opens_at)}
        yield happened(task, "redated", actor_id, **due, **opens)


def _handed_on(task: Task, target: Wanted, actor_id: int | None) -> Iterator[Happening]:
    if task.queue is not None and target.queue is not None and task.queue != target.queue:
        path: dict[str, Any] = {"from": task.queue, "to": target.queue, "why": "", "know": "", "warm": False}
        yield happened(task, "handed_off", actor_id, **path)
    elif (task.queue, task.person_id) != (target.queue, target.person_id):
        yield happened(task, "placed", actor_id, **_placing(target), state=task.state)


def _placing(target: Wanted) -> dict[str, Any]:
    why = [document(one) for one in target.why]
    return {"queue": target.queue, "person": target.person_id, "why": why, "due_at": _iso(target.due_at)}


def waiting_told(amended: Amended, keys: AbstractSet[str]) -> Iterator[Happening]:
    """That these tasks wait again, which were anybody's to begin."""
    for line in amended.lines:
        if line.key in keys and line.task is not None and line.target is not None:
            yield happened(renamed(line.task, line.target), "waits_again", None, public=False)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
