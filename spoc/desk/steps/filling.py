"""Filling in a form step: somebody else's part of the questions, and what their answers decide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from catalog.amend import step_of_task
from catalog.answers import merge, named_files, visible_fields
from catalog.service import Field, FieldKind, Service, Step
from routing.errors import NotPossible
from routing.lifecycle import WORKABLE, Act
from routing.visibility import Actor
from routing.work import TaskKind, TaskState
from spoc.db.tickets import AskRow, TaskRow
from spoc.desk.amending.amend import Planner
from spoc.desk.amending.lines import Amended, lines_of
from spoc.desk.amending.writing import write_amendment
from spoc.desk.asks import Services, knows_service, sees_field
from spoc.desk.found import take_task, ticket_by_id
from spoc.desk.moves import NO_HOLD, move
from spoc.desk.pauses import due_after_hold
from spoc.desk.reader import Reader, reader_of, title_for
from spoc.desk.ticket_rows import Task, Ticket
from spoc.errors import NotFound
from spoc.files.keeping import known_files


@dataclass(frozen=True)
class Fillable:
    """A form that the reader may fill in now, or fill in again."""

    reader: Reader
    ticket: Ticket
    task: Task
    ask: AskRow
    service: Service
    step: Step

    @property
    def filled(self) -> tuple[str, ...]:
        """The forms of the ask, once this one is filled in."""
        return (*self.ask.filled, self.step.key)

    @property
    def keys(self) -> tuple[str, ...]:
        return self.step.asks

    @property
    def title(self) -> str:
        """What the request is called, as far as it is for the reader."""
        return title_for(self.reader.actor, self.ticket)

    @property
    def service_title(self) -> str:
        inside = knows_service(self.reader.actor, self.service) or self.reader.is_requester
        return self.service.title if inside else ""

    def merged(self, given: Mapping[str, object]) -> dict[str, object]:
        return merge(self.service, self.ask.answers, given, self.ask.past_answers, self.filled)

    def asked(self, given: Mapping[str, object]) -> tuple[Field, ...]:
        """The questions of the form, given the answers so far."""
        shown = visible_fields(self.service, self.merged(given), self.filled)
        return tuple(field for field in shown if field.key in self.keys)

    def shown(self, given: Mapping[str, object]) -> tuple[Field, ...]:
        """`asked`, with headings, and with the notes that stand between two of its questions.

        A note that hangs on an answer is left out where the reader may not know that answer.
        """
        form = visible_fields(self.service, self.merged(given), self.filled)
        questions = [at for at, field in enumerate(form) if field.takes_answer]
        own = {at for at in questions if form[at].key in self.keys}
        between = {at for first, last in pairwise(questions) if {first, last} <= own for at in range(first, last)}
        return tuple(
            field
            for at, field in enumerate(form)
            if field.key in self.keys
            or field.kind is FieldKind.SECTION
            or (field.kind is FieldKind.NOTE and at in between and self._may_know(field))
        )

    def _may_know(self, note: Field) -> bool:
        return all(sees_field(self.reader, self.service.fields[name]) for name in note.depends_on)

    def known(self, given: Mapping[str, object]) -> dict[str, object]:
        """What the ask is answered with as far as the reader may read it, and what they give."""
        fields = self.service.fields.items()
        answers = self.ask.answers
        return {
            **{key: answers[key] for key, one in fields if key in answers and sees_field(self.reader, one)},
            **given,
        }

    def readable(self) -> dict[str, Any]:
        """What it was answered with before, as far as the reader may read it."""
        fields = [self.service.fields[key] for key in self.keys if key in self.ask.answers]
        return {field.key: self.ask.answers[field.key] for field in fields if sees_field(self.reader, field)}

    def is_kept(self, field: Field) -> bool:
        """There is an answer, which is not shown again."""
        return field.key in self.ask.answers and field.key not in self.readable()


def fillable(session: Session, actor: Actor, task_id: UUID, services: Services) -> Fillable:
    """The form, with the ticket's lock held.

    Raises:
        NotFound: there is no such task, it is no form, or it is not the actor's to see.
        NotAllowed: it is somebody else's to fill in.
        NotPossible: it is not its turn, or it is filled in.
    """
    ticket, task = take_task(session, actor, task_id)
    ask = session.get_one(AskRow, task.ask_id, populate_existing=True)
    service = services(ask.catalogue_version_id, ask.service_key)
    step = step_of_task(service, task.key)
    if task.kind is not TaskKind.FORM or step is None or not step.asks:
        raise NotFound
    if task.state not in WORKABLE:
        raise NotPossible(task.state, Act.FINISH)
    return Fillable(reader_of(session, actor, ticket), ticket, task, ask, service, step)


def fill_in(
    session: Session,
    actor: Actor,
    task_id: UUID,
    given: Mapping[str, object],
    now: datetime,
    *,
    planner: Planner,
) -> str:
    """Take the answers and end the task; what hangs on them goes on, moves or ends. Returns the ticket's reference.

    Null clears an answer that was given before; what is not named stays.

    Raises:
        NotFound, NotAllowed, NotPossible: as `fillable`.
        InvalidAnswers: they cannot be accepted, or are to questions that this form does not ask.
    """
    found = fillable(session, actor, task_id, planner.services)
    raw = found.merged(given)
    files = known_files(session, actor, named_files(found.service, raw), ask_id=found.ask.id)
    redrawn = planner.replan(found.service, found.ask, raw, fills=found.step.key, given=given, files=files)
    tasks = [task for task in found.ticket.tasks if task.ask_id == found.ask.id]
    lines = [line for line in lines_of(found.service, found.ask, tasks, redrawn) if line.key != found.task.key]
    _end(session, actor, found.task, now)
    amended = Amended(found.ask, found.service, redrawn, lines, cancels=False, fills=found.task)
    write_amendment(session, replace(found.reader, ticket=ticket_by_id(session, found.ticket.id)), amended, now)
    return found.ticket.reference


def _end(session: Session, actor: Actor, task: Task, now: datetime) -> None:
    who = actor.person_id if task.state is TaskState.READY else func.coalesce(TaskRow.assignee_id, actor.person_id)
    due_at = due_after_hold(session, task, now)
    move(session, task, Act.FINISH, **NO_HOLD, due_at=due_at, done_at=now, assignee_id=who)
