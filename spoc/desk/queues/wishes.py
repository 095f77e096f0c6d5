"""How each task finds its person: what the catalogue says of its step, else what its queue says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.amend import step_of_task
from catalog.service import Service, Step
from routing.assign import Strategy, Wish
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, TaskRow
from spoc.desk.asks import Services


@dataclass(frozen=True)
class Wished:
    """A task with its wish. `answer_minutes` of working time are what a point of contact has to react."""

    task_id: int
    ticket_id: int
    wish: Wish
    answer_minutes: int


def read_wishes(session: Session, task_ids: Sequence[int], service_at: Services) -> Mapping[int, Wished]:
    """By task, for those that are a queue's. A step's word counts in the queue that its step names, not in others."""
    ask = (AskRow.catalogue_version_id, AskRow.service_key)
    queue = (QueueRow.key.label("queue"), QueueRow.strategy, QueueRow.skill, QueueRow.topic, QueueRow.answer_minutes)
    joined = select(TaskRow.id, TaskRow.ticket_id, TaskRow.key, *ask, *queue).join(AskRow, AskRow.id == TaskRow.ask_id)
    rows = session.execute(joined.join(QueueRow, QueueRow.id == TaskRow.queue_id).where(TaskRow.id.in_(task_ids)))
    return {
        row.id: Wished(
            row.id,
            row.ticket_id,
            _wish(row, service_at(row.catalogue_version_id, row.service_key)),
            row.answer_minutes,
        )
        for row in rows.all()
    }


def _wish(row: Any, service: Service) -> Wish:
    step = step_of_task(service, row.key)
    return _of_step(step if step and step.queue == row.queue else None) or Wish(row.strategy, row.skill, row.topic)


def _of_step(step: Step | None) -> Wish | None:
    if step is None or step.assign is None:
        return None
    return Wish(Strategy(step.assign.value), step.skill, step.topic)
