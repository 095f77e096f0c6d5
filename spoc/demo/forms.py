"""Form steps of the history: whoever has one answers it with what the catalogue gives as examples."""

from datetime import datetime
from functools import partial
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from catalog.service import Field, FieldKind
from spoc.demo.stage import Player, Stage
from spoc.desk.amending.amend import Planner
from spoc.desk.steps.filling import fill_in, fillable
from spoc.intake.catalogue import service_at
from spoc.intake.replan import replan


def answer_form(stage: Stage, task_id: UUID, worker: Player, session: Session, at: datetime) -> None:
    services = partial(service_at, session)
    given: dict[str, JsonValue] = {}
    while news := _next(fillable(session, worker.actor, task_id, services).asked(given), given):
        given |= news
    plan = partial(replan, session, stage.facts, at)
    fill_in(session, worker.actor, task_id, given, at, planner=Planner(plan, services))


def _next(asked: tuple[Field, ...], given: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Answers to the questions that are new: what one is answered with may lead to others."""
    return {field.key: _answer(field) for field in asked if field.key not in given}


def _answer(field: Field) -> JsonValue:
    if field.example is not None or not field.options:
        return field.example
    first = field.options[0].value
    return [first] if field.kind is FieldKind.CHOICES else first
