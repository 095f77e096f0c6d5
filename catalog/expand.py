"""From answers to the plan: which steps an ask entails, in which order, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from pydantic import JsonValue

from catalog.conditions import PEOPLE, compiled
from catalog.dates import SUBMISSION, DateRule, Unit
from catalog.service import PersonExpression, Service, Step
from catalog.titles import title

__all__ = ["Facts", "Moment", "Plan", "PlannedStep", "Skipped", "expand", "title"]

# Two maps about people: "requester", and "subject" (or None), with whatever is known of mail, name, department,
# location and employment.
Facts = Mapping[str, Mapping[str, object] | None]


@dataclass(frozen=True)
class Moment:
    """A date rule with its anchor filled in; None is the submission.

    A naive datetime is local time where the work is done. Calendars, and so the instant, are routing's.
    """

    anchor_on: date | datetime | None
    amount: int
    unit: Unit
    at: time | None


@dataclass(frozen=True)
class PlannedStep:
    key: str
    title: str
    neutral_title: str
    detail: str
    phase: str
    queue: str | None
    person: PersonExpression | None
    needs: tuple[str, ...]
    opens: Moment | None
    due: Moment | None
    confidential_to: tuple[str, ...]


@dataclass(frozen=True)
class Skipped:
    key: str
    why: str


@dataclass(frozen=True)
class Plan:
    service_key: str
    title: str
    steps: tuple[PlannedStep, ...]
    skipped: tuple[Skipped, ...]


def expand(service: Service, answers: Mapping[str, JsonValue], facts: Facts) -> Plan:
    """The steps these answers entail, in the order of the catalogue.

    `answers` come from `answers.check`. Where a needed step is skipped, what it needed itself is needed in its place.
    A rule anchored at a date that was not answered gives no moment. A condition that cannot be evaluated skips its
    step and says so.
    """
    values = {**answers, **{name: _map(facts.get(name)) for name in PEOPLE}}
    skipped = {step.key: why for step in service.steps if (why := _why_not(step, values))}
    needs = _needs(service, skipped)
    steps = tuple(_planned(step, needs[step.key], answers) for step in service.steps if step.key not in skipped)
    reasons = tuple(Skipped(key, why) for key, why in skipped.items())
    return Plan(service.key, title(service, answers, _names(facts)), steps, reasons)


def _map(person: Mapping[str, object] | None) -> dict[str, object] | None:
    """CEL reads only true dicts."""
    return None if person is None else dict(person)


def _why_not(step: Step, values: Mapping[str, object]) -> str:
    if step.condition is None:
        return ""
    verdict = compiled(step.condition).verdict(values)
    if verdict.holds:
        return ""
    if verdict.fault:
        return f"its condition could not be evaluated: {verdict.fault}"
    return f"not so: {step.condition}"


def _needs(service: Service, skipped: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    written = {step.key: step.needs for step in service.steps}

    def planned(key: str, seen: frozenset[str]) -> Iterator[str]:
        for need in written.get(key, ()):
            if need in skipped and need not in seen:
                yield from planned(need, seen | {need})
            elif need in written and need not in skipped:
                yield need

    return {key: tuple(dict.fromkeys(planned(key, frozenset({key})))) for key in written if key not in skipped}


def _planned(step: Step, needs: tuple[str, ...], answers: Mapping[str, JsonValue]) -> PlannedStep:
    return PlannedStep(
        key=step.key,
        title=step.title,
        neutral_title=step.neutral_title,
        detail=step.detail,
        phase=step.phase,
        queue=step.queue,
        person=step.person,
        needs=needs,
        opens=_moment(step.opens, answers),
        due=_moment(step.due, answers),
        confidential_to=step.confidential_to,
    )


def _moment(rule: DateRule | None, answers: Mapping[str, JsonValue]) -> Moment | None:
    if rule is None:
        return None
    if rule.anchor == SUBMISSION:
        return Moment(None, rule.amount, rule.unit, rule.at)
    answer = answers.get(rule.anchor)
    if not isinstance(answer, str):
        return None
    anchor = datetime.fromisoformat(answer) if "T" in answer else date.fromisoformat(answer)
    return Moment(anchor, rule.amount, rule.unit, rule.at)


def _names(facts: Facts) -> dict[str, str]:
    """Shown names by mail, of the people the facts are about."""
    people = [person for person in facts.values() if person and person.get("mail") and person.get("name")]
    return {str(person["mail"]): str(person["name"]) for person in people}
