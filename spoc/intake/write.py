"""Writing an opening: ticket, ask, tasks, contact, events and job in one SQL statement, none without the rest.

One statement is atomic by itself and one round trip. Arrays travel as JSON and are unpacked in SQL; the statement's
text never changes, so it is prepared once a connection (`performance.md`: twice the rate of four statements).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, JsonValue, TypeAdapter
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from catalog.service import FirstContact, Service
from routing.proof import asked_document, items_document
from routing.touch import is_late_logged, tier
from routing.visibility import Actor, Part, TicketView
from routing.why import Why, document, stored
from routing.work import CONTACT_CHANNELS, Channel, LeftOutAs, TaskKind, TaskState, TicketState
from spoc.db.ids import public_id
from spoc.db.turns import job_of
from spoc.intake.people import Somebody
from spoc.intake.plan import Placed, Placing, asked, items
from spoc.intake.submission import Submission


@dataclass(frozen=True)
class PreparedAsk:
    """One ask, ready to be written. `opened_at` is before `now` where a contact is logged after the fact."""

    service: Service
    submission: Submission
    answers: Mapping[str, JsonValue]
    placing: Placing
    requester: Somebody
    actor: Actor
    catalogue_version: int
    queue_ids: Mapping[str, int]
    opened_at: datetime
    now: datetime


@dataclass(frozen=True)
class AcceptedTask:
    id: UUID
    key: str
    title: str
    queue: str | None
    person_id: int | None
    state: TaskState
    opens_at: datetime | None
    due_at: datetime | None
    needs: tuple[str, ...]
    why: tuple[Annotated[Why, BeforeValidator(stored)], ...]
    confidential_to: tuple[str, ...]
    # Answers stored before a step could be secret, or of a kind, do not say it.
    secret: bool = False
    kind: TaskKind = TaskKind.TASK

    @property
    def part(self) -> Part:
        named = frozenset(self.confidential_to)
        return Part(queue=self.queue, confidential_to=named, person_id=self.person_id, secret=self.secret)


@dataclass(frozen=True)
class Accepted:
    """What a door answers. It is stored whole for repeats of the request, and shaped for its reader at each answer."""

    reference: str
    ticket_id: int
    title: str
    state: TicketState
    service_key: str
    requester_id: int
    subject_id: int | None
    secret: bool
    confidential_to: tuple[str, ...]
    tasks: tuple[AcceptedTask, ...]

    @property
    def view(self) -> TicketView:
        return TicketView(
            requester_id=self.requester_id,
            subject_id=self.subject_id,
            secret=self.secret,
            confidential_to=frozenset(self.confidential_to),
            queues=frozenset(task.queue for task in self.tasks if task.queue and not task.secret),
            people=frozenset(task.person_id for task in self.tasks if task.person_id),
            secretly=frozenset(task.queue for task in self.tasks if task.queue and task.secret),
        )

    @staticmethod
    def from_json(document: str) -> "Accepted":
        return _accepted.validate_json(document)


_accepted = TypeAdapter(Accepted)


def write(session: Session, opening: PreparedAsk) -> Accepted | None:
    """Write it. None if the submission's Idempotency-Key is already taken; then nothing is written."""
    tasks = _accepted_tasks(opening)
    answer = _answer(opening, tasks)
    row = session.execute(_statement(), _parameters(opening, tasks, answer)).one_or_none()
    if row is None:
        return None
    return _accepted.validate_python({**answer, "reference": row.reference, "ticket_id": row.ticket_id})


@cache
def _statement() -> TextClause:
    return text(files("spoc.intake").joinpath("write.sql").read_text("utf-8"))


def _accepted_tasks(opening: PreparedAsk) -> tuple[AcceptedTask, ...]:
    return tuple(_accepted_task(placed) for placed in opening.placing.steps)


def _accepted_task(placed: Placed) -> AcceptedTask:
    return AcceptedTask(
        id=public_id(),
        key=placed.step.key,
        title=placed.step.title,
        queue=placed.queue,
        person_id=placed.person_id if placed.queue is None else None,
        state=placed.state,
        opens_at=placed.opens_at,
        due_at=placed.due_at,
        needs=placed.needs,
        why=placed.why,
        confidential_to=placed.step.confidential_to,
        secret=placed.secret,
        kind=placed.kind,
    )


def _answer(opening: PreparedAsk, tasks: tuple[AcceptedTask, ...]) -> dict[str, Any]:
    subject = opening.placing.subject
    return {
        "title": opening.placing.title,
        "state": TicketState.OPEN,
        "service_key": opening.service.key,
        "requester_id": opening.requester.id,
        "subject_id": subject.id if subject else None,
        "secret": opening.service.secret,
        "confidential_to": opening.service.confidential_to,
        "tasks": tasks,
    }


def _parameters(opening: PreparedAsk, tasks: tuple[AcceptedTask, ...], answer: dict[str, Any]) -> dict[str, Any]:
    submission, service, placing = opening.submission, opening.service, opening.placing
    repeatable = submission.repeatable
    return {
        "now": opening.now,
        "opened_at": opening.opened_at,
        "actor_id": opening.actor.person_id,
        "route": repeatable.route if repeatable else None,
        "idempotency_key": repeatable.key if repeatable else None,
        "fingerprint": repeatable.fingerprint if repeatable else None,
        "answer": _stored.dump_json(answer).decode(),
        "ticket_public_id": public_id(),
        "title": placing.title,
        "text": submission.text,
        "requester_id": opening.requester.id,
        "subject_id": answer["subject_id"],
        "channel": submission.channel,
        "priority": placing.priority,
        "secret": service.secret,
        "confidential_to": list(service.confidential_to),
        "promised_at": placing.promised_at,
        "ask_public_id": public_id(),
        "service_key": service.key,
        "service_title": service.title,
        "version": opening.catalogue_version,
        "answers": json.dumps(opening.answers),
        "department": opening.requester.department,
        "location_key": placing.location_key,
        "eligible": _is_eligible(opening),
        "is_fan_out": placing.is_fan_out,
        "window_days": service.repeat_window_days,
        "links_repeats": not opening.requester.shared and submission.channel in CONTACT_CHANNELS,
        "is_contact": submission.channel in CONTACT_CHANNELS,
        "contact_public_id": public_id(),
        "tier": tier(opening.actor.memberships),
        "excluded": _excluded(opening),
        "agent_id": opening.actor.person_id if opening.actor.person_id != opening.requester.id else None,
        "started_at": opening.opened_at,
        "ended_at": submission.ended_at or opening.now,
        "handling_minutes": submission.handling_minutes,
        "late_logged": is_late_logged(submission.ended_at, opening.now),
        "job_public_id": public_id(),
        "tasks": json.dumps([_task_record(opening, place, task) for place, task in enumerate(tasks)]),
    }


_stored = TypeAdapter(dict[str, Any])


def _is_eligible(opening: PreparedAsk) -> bool:
    """Whether the ask counts for net FCR: resolvable at the desk; a fan-out only if its service says so."""
    possible = opening.service.first_contact is FirstContact.POSSIBLE
    return possible and (opening.service.fan_out_counts or not opening.placing.is_fan_out)


def _excluded(opening: PreparedAsk) -> str | None:
    """Why the ask is left out of every figure from the start: who speaks for others and asks for themselves calls not.

    These are agents, and programs with a token to ask for others that name nobody, as monitoring does. Nobody calls
    where a schedule asks.
    """
    if opening.submission.channel is Channel.SCHEDULE:
        return LeftOutAs.SCHEDULED
    actor = opening.actor
    speaks_for_others = actor.may_raise_for_others or bool(actor.memberships)
    return LeftOutAs.OWN if speaks_for_others and actor.person_id == opening.requester.id else None


def _task_record(opening: PreparedAsk, place: int, task: AcceptedTask) -> dict[str, Any]:
    step = opening.placing.steps[place].step
    return {
        "public_id": str(task.id),
        "position": place,
        "key": task.key,
        "title": task.title,
        "neutral_title": step.neutral_title,
        "detail": step.detail,
        "phase": step.phase,
        "queue_id": opening.queue_ids[task.queue] if task.queue else None,
        "queue": task.queue,
        "person_id": task.person_id,
        "state": task.state,
        "needs": task.needs,
        "why": [document(why) for why in task.why],
        "confidential_to": task.confidential_to,
        "secret": task.secret,
        "kind": task.kind,
        "opens_at": task.opens_at.isoformat() if task.opens_at else None,
        "due_at": task.due_at.isoformat() if task.due_at else None,
        "checklist": items_document(items(step)),
        "evidence_asked": asked_document(asked(step)),
        "job": job_of(task.kind, task.person_id) if task.state is TaskState.READY else None,
        "job_public_id": str(public_id()),
        "ready_at": opening.opened_at.isoformat() if task.state is TaskState.READY else None,
    }
