"""From checked answers to placed work: the catalogue's plan, routed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from catalog.expand import Moment as CatalogueMoment
from catalog.expand import Plan, PlannedStep, expand
from catalog.service import FieldKind, PersonExpression, Service
from routing.fanout import fan_out
from routing.work import DESK, Facts, Moment, Placement, TaskState, Unit, Work
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.people import Somebody


@dataclass(frozen=True)
class Placed:
    """One step of the plan with where it goes; exactly one of `queue` and `person_id`."""

    step: PlannedStep
    queue: str | None
    person_id: int | None
    state: TaskState
    opens_at: datetime | None
    due_at: datetime | None
    needs: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True)
class Placing:
    """The whole fan-out of one ask. `subject` is whom it is about, if the directory knows them."""

    title: str
    steps: tuple[Placed, ...]
    subject: Somebody | None
    location_key: str | None

    @property
    def is_fan_out(self) -> bool:
        """Whether two or more queues have work in it at opening."""
        return len({placed.queue for placed in self.steps if placed.queue}) > 1

    @property
    def promised_at(self) -> datetime | None:
        """When the last dated task is due."""
        return max((placed.due_at for placed in self.steps if placed.due_at), default=None)


def place_all(
    service: Service,
    answers: Mapping[str, JsonValue],
    people: Mapping[str, Somebody],
    requester: Somebody,
    desk: DeskFacts,
    now: datetime,
) -> Placing:
    """Expand the service and route every step. A step for a person nobody knows goes to the desk, saying so."""
    subject = people.get(str(answers.get(service.subject or ""))) if service.subject else None
    plan = expand(service, answers, {"requester": requester.facts(), "subject": subject.facts() if subject else None})
    location = _location(service, answers) or requester.location_key
    facts = Facts(service.key, location, requester.department, service.priority)
    placements = fan_out(_works(plan), facts, desk.rules, desk.calendars, now, queues=_titles(desk))
    persons = _persons(requester, subject)
    steps = tuple(_placed(step, placed, persons) for step, placed in zip(plan.steps, placements, strict=True))
    return Placing(plan.title, steps, subject, location)


def _titles(desk: DeskFacts) -> dict[str, str]:
    known = {queue.key: queue.department for queue in desk.catalogue.queues}
    return {key: known.get(key, key) for key in desk.queue_ids}


def _location(service: Service, answers: Mapping[str, JsonValue]) -> str | None:
    named = (answers.get(field.key) for field in service.form if field.kind is FieldKind.LOCATION)
    return next((str(key) for key in named if key), None)


def _works(plan: Plan) -> tuple[Work, ...]:
    return tuple(
        Work(
            step.key,
            step.title,
            step.queue,
            step.person.value if step.person else None,
            step.needs,
            _moment(step.opens),
            _moment(step.due),
            step.confidential_to,
        )
        for step in plan.steps
    )


def _moment(moment: CatalogueMoment | None) -> Moment | None:
    if moment is None:
        return None
    return Moment(moment.anchor_on, moment.amount, Unit(moment.unit.value), moment.at)


def _persons(requester: Somebody, subject: Somebody | None) -> dict[str, int | None]:
    return {
        PersonExpression.REQUESTER: requester.id,
        PersonExpression.SUBJECT: subject.id if subject else None,
        PersonExpression.REQUESTER_MANAGER: requester.manager_id,
        PersonExpression.SUBJECT_MANAGER: subject.manager_id if subject else None,
    }


def _placed(step: PlannedStep, placement: Placement, persons: Mapping[str, int | None]) -> Placed:
    person_id = persons.get(placement.person) if placement.person else None
    queue, why = placement.queue, placement.why
    if placement.person and person_id is None:
        queue, why = DESK, (*why, "Service desk: nobody is known for this person, so the desk finds one")
    return Placed(step, queue, person_id, placement.state, placement.opens_at, placement.due_at, placement.needs, why)
