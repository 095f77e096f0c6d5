"""From checked answers to placed work: the catalogue's plan, routed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from catalog.amend import undoing
from catalog.expand import Moment as CatalogueMoment
from catalog.expand import PlannedStep, Skipped, expand
from catalog.graded import grades
from catalog.kinds import StepKind
from catalog.lint import TRIAGE
from catalog.service import FieldKind, PersonExpression, Service
from routing.fanout import fan_out
from routing.labels import labels_in
from routing.lifecycle import counted
from routing.priority import Level, priority_of
from routing.proof import Asked, Item, ProofKind
from routing.why import Kind, Why
from routing.work import DESK, Facts, Moment, Placement, TaskKind, TaskState, Unit, Work
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.people import Somebody

_TEXTS: Final = (FieldKind.TEXT, FieldKind.LONG_TEXT)


@dataclass(frozen=True)
class Placed:
    """One step of the plan with where it goes: `queue` or `person_id`; neither, if it finds its people itself."""

    step: PlannedStep
    queue: str | None
    person_id: int | None
    state: TaskState
    opens_at: datetime | None
    due_at: datetime | None
    needs: tuple[str, ...]
    why: tuple[Why, ...]
    is_undated: bool = False

    @property
    def secret(self) -> bool:
        return self.step.secret

    @property
    def kind(self) -> TaskKind:
        """A message to somebody whom nobody knows is a task: the desk finds out how to tell them."""
        lost = self.step.kind is StepKind.MESSAGE and self.step.person is not None and self.queue is not None
        return TaskKind.TASK if lost else TaskKind(self.step.kind)


@dataclass(frozen=True)
class Placing:
    """The whole fan-out of one ask. `subject` is whom it is about, if the directory knows them.

    `skipped` are the steps that its answers do not entail.
    """

    title: str
    steps: tuple[Placed, ...]
    subject: Somebody | None
    location_key: str | None
    skipped: tuple[Skipped, ...] = ()
    priority: str = "normal"

    @property
    def is_fan_out(self) -> bool:
        """Whether two or more queues have work in it at opening, as far as everybody may know."""
        return len({placed.queue for placed in counted(self.steps) if placed.queue}) > 1

    @property
    def promised_at(self) -> datetime | None:
        """When the last dated task is due, of those that count; none while the date of any is still to come."""
        steps = counted(self.steps)
        if any(placed.is_undated for placed in steps):
            return None
        return max((placed.due_at for placed in steps if placed.due_at), default=None)


def place_all(
    service: Service,
    answers: Mapping[str, JsonValue],
    people: Mapping[str, Somebody],
    requester: Somebody,
    desk: DeskFacts,
    now: datetime,
    text: str = "",
    filled: Collection[str] = (),
) -> Placing:
    """Expand the service and route every step. A step for a person nobody knows goes to the desk, saying so.

    `text` is what was written beside the form. `filled` are the form steps that were filled in; what hangs on the
    others is planned, and waits for them.
    """
    subject = _subject(service, answers, people)
    about = {"requester": requester.facts(), "subject": subject.facts() if subject else None}
    plan = expand(service, answers, about, filled)
    location = _location(service, answers) or requester.location_key
    facts = facts_of(service, answers, requester, location, desk, text)
    placements = fan_out(
        works_of(service, plan.steps), facts, desk.rules, desk.calendars, now, queues=queue_titles(desk)
    )
    steps = _all_placed(plan.steps, placements, _persons(requester, subject), desk)
    return Placing(plan.title, steps, subject, location, plan.skipped, facts.priority)


def place_undoing(
    service: Service,
    answers: Mapping[str, JsonValue],
    former: Mapping[str, JsonValue],
    people: Mapping[str, Somebody],
    requester: Somebody,
    desk: DeskFacts,
    now: datetime,
) -> tuple[Placed, ...]:
    """What undoes each step that can be undone, asked for now, for rows of the `former` answers too.

    Rules are for steps and move none of it.
    """
    steps = undoing(service, answers, former)
    facts = Facts(service.key, priority=service.priority)
    placements = fan_out(works_of(service, steps), facts, (), desk.calendars, now, queues=queue_titles(desk))
    return _all_placed(steps, placements, _persons(requester, _subject(service, answers, people)), desk)


def _subject(service: Service, answers: Mapping[str, JsonValue], people: Mapping[str, Somebody]) -> Somebody | None:
    return people.get(str(answers.get(service.subject or ""))) if service.subject else None


def _all_placed(
    steps: Sequence[PlannedStep], placements: Sequence[Placement], persons: Mapping[str, int | None], desk: DeskFacts
) -> tuple[Placed, ...]:
    nobody = Why(Kind.NOBODY_KNOWN, {"queue": queue_titles(desk).get(DESK, DESK)})
    return tuple(_placed(step, placed, persons, nobody) for step, placed in zip(steps, placements, strict=True))


def items(step: PlannedStep) -> tuple[Item, ...]:
    """The step's checklist, with nothing ticked."""
    return tuple(map(Item, step.checklist))


def asked(step: PlannedStep) -> Asked | None:
    """The evidence that the step needs, in routing's words."""
    wanted = step.evidence
    return Asked(ProofKind(wanted.required.value), wanted.label, wanted.pattern) if wanted else None


def facts_of(
    service: Service,
    answers: Mapping[str, JsonValue],
    requester: Somebody,
    location: str | None,
    desk: DeskFacts,
    text: str,
) -> Facts:
    """What rules may look at. Labels are found in the text and in answers that everybody on the ticket may read."""
    open_texts = (
        str(answers.get(field.key) or "")
        for field in service.form
        if field.kind in _TEXTS and not field.secret and not field.confidential_to
    )
    return Facts(
        service.key,
        location,
        requester.department,
        priority_by(service, answers, desk),
        requester.job_title,
        requester.employment,
        requester.manager_mail,
        labels_in("\n".join((text, *open_texts)), desk.labels) if desk.labels else {},
    )


def priority_by(service: Service, answers: Mapping[str, JsonValue], desk: DeskFacts) -> str:
    """As the service fixes it, or by the matrix where it asks how much and how soon."""
    graded = grades(service, answers)
    return priority_of(Level(graded[0]), Level(graded[1]), desk.matrix) if graded else service.priority


def queue_titles(desk: DeskFacts) -> dict[str, str]:
    known = {queue.key: queue.title for queue in desk.catalogue.queues}
    return {key: known.get(key, key) for key in desk.queue_ids}


def _location(service: Service, answers: Mapping[str, JsonValue]) -> str | None:
    named = (answers.get(field.key) for field in service.form if field.kind is FieldKind.LOCATION)
    return next((str(key) for key in named if key), None)


def works_of(service: Service, steps: Sequence[PlannedStep]) -> tuple[Work, ...]:
    """What routing places. That the desk is to sort what no service fits leaves it open: any rule may take it."""
    open_to_all = service.key == TRIAGE
    return tuple(
        Work(
            step.key,
            step.title,
            None if open_to_all and step.queue == DESK else step.queue,
            step.person.value if step.person else None,
            step.needs,
            _moment(step.opens),
            _moment(step.due),
            step.confidential_to,
            step.secret,
            kind=TaskKind(step.kind),
            step=step.of,
            due_to_come=step.due_to_come,
        )
        for step in steps
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


def _placed(step: PlannedStep, placement: Placement, persons: Mapping[str, int | None], nobody: Why) -> Placed:
    person_id = persons.get(placement.person) if placement.person else None
    queue, why = placement.queue, placement.why
    if placement.person and person_id is None:
        queue, why = DESK, (*why, nobody)
    if step.undecided_by:
        why = (*why, Why(Kind.UNDECIDED, {"tasks": step.undecided_by}))
    return Placed(
        step,
        queue,
        person_id,
        placement.state,
        placement.opens_at,
        placement.due_at,
        placement.needs,
        why,
        placement.is_undated,
    )
