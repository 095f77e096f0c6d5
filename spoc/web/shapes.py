"""The shapes that leave as JSON, the same wherever a thing is answered; each is projected for its reader."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from catalog.answers import schema
from catalog.examples import example_here
from catalog.service import Service
from routing.visibility import Actor, Sight, sight
from routing.why import Why, told
from routing.work import TaskKind, TaskState
from spoc.files.keeping import FileFacts
from spoc.intake.write import Accepted, AcceptedTask
from spoc.web.formats import View
from spoc.web.why import sentences


def task_json(
    *,
    id_: UUID,
    key: str,
    kind: TaskKind,
    title: str,
    queue: str | None,
    state: TaskState,
    opens_at: datetime | None,
    due_at: datetime | None,
    needs: Iterable[str],
    why: Iterable[Why],
    view: View,
) -> dict[str, Any]:
    """One task. `queue` is null where people have the step; instants are ISO 8601 in UTC, `why` sentences."""
    return {
        "id": str(id_),
        "key": key,
        "kind": kind.value,
        "title": title,
        "queue": queue,
        "state": state.value,
        "opens_at": instant(opens_at),
        "due_at": instant(due_at),
        "needs": list(needs),
        "why": sentences(why, view),
    }


def instant(at: datetime | None) -> str | None:
    """An instant as ISO 8601."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def accepted_json(accepted: Accepted, actor: Actor, view: View) -> dict[str, Any]:
    """The answer of `POST /intake`: the ticket with every task that this reader may see."""
    sights = {task.key: sight(actor, accepted.view, task.part) for task in accepted.tasks}
    seen = {task.key: task.title for task in accepted.tasks if sights[task.key] is Sight.FULL}
    masked = frozenset(key for key, how in sights.items() if how is Sight.MASK)
    return {
        "reference": accepted.reference,
        "url": f"/tickets/{accepted.reference}",
        "title": accepted.title,
        "state": accepted.state.value,
        "service": accepted.service_key,
        "tasks": [
            _accepted_task_json(replace(task, why=told(task.why, seen, masked)), seen, view)
            for task in accepted.tasks
            if task.key in seen
        ],
    }


def _accepted_task_json(task: AcceptedTask, seen: Collection[str], view: View) -> dict[str, Any]:
    return task_json(
        id_=task.id,
        key=task.key,
        kind=task.kind,
        title=task.title,
        queue=task.queue,
        state=task.state,
        opens_at=task.opens_at,
        due_at=task.due_at,
        needs=[need for need in task.needs if need in seen],
        why=task.why,
        view=view,
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
    return {
        **service_json(service),
        "schema": schema(service),
        "example": example_here(service, today, mail, locations),
    }


def file_json(file: FileFacts) -> dict[str, Any]:
    """A file wherever one is named in JSON."""
    return {
        "id": str(file.id),
        "name": file.name,
        "type": file.content_type,
        "size": file.size_bytes,
        "url": file.path,
    }
