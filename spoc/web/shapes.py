"""The shapes that leave as JSON, the same wherever a thing is answered; each is projected for its reader."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from catalog.answers import schema
from catalog.examples import example
from catalog.service import FieldKind, Service
from routing.visibility import Actor, Part, Sight, TicketView, sight
from routing.work import TaskState
from spoc.intake.write import Accepted, AcceptedTask


def task_json(
    *,
    id_: UUID,
    key: str,
    title: str,
    queue: str | None,
    state: TaskState,
    opens_at: datetime | None,
    due_at: datetime | None,
    needs: Iterable[str],
    why: Iterable[str],
) -> dict[str, Any]:
    """One task. `queue` is null where a person has the step; instants are ISO 8601 in UTC."""
    return {
        "id": str(id_),
        "key": key,
        "title": title,
        "queue": queue,
        "state": state.value,
        "opens_at": instant(opens_at),
        "due_at": instant(due_at),
        "needs": list(needs),
        "why": list(why),
    }


def instant(at: datetime | None) -> str | None:
    """An instant as ISO 8601."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def accepted_json(accepted: Accepted, actor: Actor) -> dict[str, Any]:
    """The answer of `POST /intake`: the ticket with every task that this reader may see."""
    view = TicketView(
        requester_id=accepted.requester_id,
        subject_id=accepted.subject_id,
        secret=accepted.secret,
        confidential_to=frozenset(accepted.confidential_to),
        queues=frozenset(task.queue for task in accepted.tasks if task.queue),
        people=frozenset(task.person_id for task in accepted.tasks if task.person_id),
    )
    seen = [task for task in accepted.tasks if _is_seen(actor, view, task)]
    keys = {task.key for task in seen}
    return {
        "reference": accepted.reference,
        "url": f"/tickets/{accepted.reference}",
        "title": accepted.title,
        "state": accepted.state.value,
        "service": accepted.service_key,
        "tasks": [_accepted_task_json(task, keys) for task in seen],
    }


def _is_seen(actor: Actor, view: TicketView, task: AcceptedTask) -> bool:
    part = Part(queue=task.queue, confidential_to=frozenset(task.confidential_to), person_id=task.person_id)
    return sight(actor, view, part) is Sight.FULL


def _accepted_task_json(task: AcceptedTask, seen: Collection[str]) -> dict[str, Any]:
    return task_json(
        id_=task.id,
        key=task.key,
        title=task.title,
        queue=task.queue,
        state=task.state,
        opens_at=task.opens_at,
        due_at=task.due_at,
        needs=[need for need in task.needs if need in seen],
        why=task.why,
    )


def service_json(service: Service) -> dict[str, Any]:
    """A service in a list."""
    return {
        "key": service.key,
        "title": service.title,
        "summary": service.summary,
        "need": service.need,
        "url": f"/api/services/{service.key}",
    }


def whole_service_json(service: Service, mail: str, locations: Mapping[str, str], today: date) -> dict[str, Any]:
    """A service with the JSON Schema of its answers and an example that is valid here: its people and places exist."""
    return {**service_json(service), "schema": schema(service), "example": _example(service, mail, locations, today)}


def _example(service: Service, mail: str, locations: Mapping[str, str], today: date) -> dict[str, Any]:
    answers: dict[str, Any] = dict(example(service, today))
    for field in service.form:
        if field.key in answers and field.kind is FieldKind.PERSON:
            answers[field.key] = mail
        if field.key in answers and field.kind is FieldKind.LOCATION and answers[field.key] not in locations:
            answers[field.key] = next(iter(locations), None)
    return {key: value for key, value in answers.items() if value is not None}
