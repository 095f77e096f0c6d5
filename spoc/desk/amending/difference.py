"""The difference that a change of mind makes, as one reader may see it, with a fingerprint of what they were shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.service import Service
from routing.lifecycle import OPEN
from routing.work import TaskState
from spoc.db.people import PersonRow
from spoc.desk.amending.lines import Change, Line
from spoc.desk.asks import answers_to, sees_field
from spoc.desk.reader import Reader
from spoc.desk.ticket_page import Answer


@dataclass(frozen=True)
class AnswerChange:
    """One answer; both are None where the reader gave it and may not read it."""

    key: str
    label: str
    was: Answer | None
    now: Answer | None


@dataclass(frozen=True)
class TaskChange:
    """One task; `party` is a queue's title or a person's name, `undoes` the title of the task that it undoes.

    `frees_at` is the time of an appointment that is given back.
    """

    change: Change
    key: str
    title: str
    queue: str | None
    party: str
    party_was: str
    due_was: datetime | None
    due_at: datetime | None
    opens_was: datetime | None
    opens_at: datetime | None
    undoes: str
    is_done: bool
    frees_at: datetime | None


@dataclass(frozen=True)
class Difference:
    """`seen` changes with whatever the reader is shown; `is_none`: the ask is already as it is wished."""

    reference: str
    cancels: bool
    is_none: bool
    answers: tuple[AnswerChange, ...]
    tasks: tuple[TaskChange, ...]
    seen: str

    def of(self, change: Change) -> tuple[TaskChange, ...]:
        return tuple(one for one in self.tasks if one.change is change)


def shown(
    session: Session,
    reader: Reader,
    lines: Sequence[Line],
    answers: tuple[AnswerChange, ...],
    *,
    cancels: bool,
    is_none: bool,
) -> Difference:
    """What of it is for the reader. What they cannot see alters nothing here, nor does the time that it is."""
    seen = [line for line in lines if reader.sees(line.part) and _is_there(line)]
    names = _names(session, seen)
    titles = {task.key: task.title for task in reader.ticket.tasks}
    tasks = tuple(_task(reader, line, names, titles) for line in seen)
    stamp = _stamp(tasks, answers, cancels=cancels)
    return Difference(reader.ticket.reference, cancels, is_none, answers, tasks, stamp)


def answer_changes(
    session: Session, reader: Reader, service: Service, was: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[AnswerChange, ...]:
    """Of the answers that the reader may read, or gave themselves, those that are others now."""
    fields = [field for field in service.form if was.get(field.key) != now.get(field.key)]
    open_ones = [field for field in fields if sees_field(reader, field)]
    own = [field for field in fields if field not in open_ones and reader.is_requester]
    before, after = (
        {answer.key: answer for answer in answers_to(reader, open_ones, given, session)} for given in (was, now)
    )
    return tuple(
        AnswerChange(field.key, field.label, before.get(field.key), after.get(field.key))
        for field in service.form
        if field in open_ones or field in own
    )


def _is_there(line: Line) -> bool:
    """Not what was cancelled or skipped before."""
    return line.change is not Change.STAYS or (
        line.task is not None and (line.task.state in OPEN or line.task.state is TaskState.DONE)
    )


def _names(session: Session, lines: Sequence[Line]) -> dict[int, str]:
    ids = {line.target.person_id for line in lines if line.target and line.target.person_id}
    return dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))).all()) if ids else {}


def _task(reader: Reader, line: Line, names: Mapping[int, str], titles: Mapping[str, str]) -> TaskChange:
    task, target = line.task, line.target
    party_was = (task.queue_title or task.person_name or "") if task else ""
    now = target or task
    assert now is not None, "there is a task, or there will be one"
    # Whom an approval asks is not planned: it stays with whoever has it.
    party = (_party(reader, now.queue, now.person_id, names) if target else "") or party_was
    return TaskChange(
        change=line.change,
        key=line.key,
        title=now.title,
        queue=now.queue,
        party=party,
        party_was=party_was,
        due_was=task.due_at if task else None,
        due_at=now.due_at,
        opens_was=task.opens_at if task else None,
        opens_at=now.opens_at,
        undoes=titles.get(line.key.removesuffix(".undo"), "") if line.change is Change.UNDONE else "",
        is_done=task is not None and task.state is TaskState.DONE,
        frees_at=line.frees_at,
    )


def _party(reader: Reader, queue: str | None, person_id: int | None, names: Mapping[int, str]) -> str:
    if queue is not None:
        return reader.queue_titles.get(queue, queue)
    return names.get(person_id or 0, "")


def _stamp(tasks: Sequence[TaskChange], answers: Sequence[AnswerChange], *, cancels: bool) -> str:
    """Dates count only where a task moves to them: those of new tasks move on with the clock."""
    moved = [
        (
            *(one.change, one.key, one.title, one.party, one.frees_at),
            *((one.due_at, one.opens_at) if one.change is Change.MOVED else ()),
        )
        for one in tasks
    ]
    given = [(one.key, one.was and one.was.value, one.now and one.now.value) for one in answers]
    return sha256(json.dumps([cancels, moved, given], default=str).encode()).hexdigest()[:32]
