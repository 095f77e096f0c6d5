"""From answers to the plan: which steps an ask entails, in which order, and when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from pydantic import JsonValue

from catalog.conditions import PEOPLE, compiled
from catalog.dates import SUBMISSION, DateRule, Unit
from catalog.evidence import Evidence
from catalog.kinds import StepKind
from catalog.rows import ROW, Unrolled, unrolled
from catalog.service import PersonExpression, Service, Step
from catalog.table import Row
from catalog.titles import title
from catalog.undecided import implied, unsettled

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
    """`of` is the step's key in the catalogue: its own, but for one that is done for a row.

    `undecided_by` are the form steps on whose answers its condition hangs: what they say may leave it out. With
    `due_to_come`, one of them is still to say from what its due date counts, or its opening where it names none.
    """

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
    secret: bool = False
    kind: StepKind = StepKind.TASK
    of: str = ""
    checklist: tuple[str, ...] = ()
    evidence: Evidence | None = None
    undecided_by: tuple[str, ...] = ()
    due_to_come: bool = False


@dataclass(frozen=True)
class Skipped:
    """A step that is left out because its `condition` does not hold, or, with a `fault`, could not be evaluated."""

    key: str
    condition: str
    fault: str = ""


@dataclass(frozen=True)
class Plan:
    service_key: str
    title: str
    steps: tuple[PlannedStep, ...]
    skipped: tuple[Skipped, ...]


def expand(service: Service, answers: Mapping[str, JsonValue], facts: Facts, filled: Collection[str] = ()) -> Plan:
    """The steps these answers entail, in the order of the catalogue.

    `answers` come from `answers.check`. Where a needed step is skipped, what it needed itself is needed in its place.
    A rule anchored at a date that was not answered gives no moment. A condition that cannot be evaluated skips its
    step and says so. One that reads what a form step is still to ask (one that is not `filled`) decides nothing yet:
    its step is planned, and waits for that form step.
    """
    values = {**answers, **{name: _map(facts.get(name)) for name in PEOPLE}}
    open_ = unsettled(service, filled, values) if service.asked_later else frozenset()
    every = unrolled(service, answers)
    skipped = {one.step.key: left_out for one in every if (left_out := _left_out(one, values, open_))}
    needs = _needs(service, every, skipped)
    steps = tuple(
        _planned(service, one, needs[one.step.key], answers, open_) for one in every if one.step.key not in skipped
    )
    return Plan(service.key, title(service, answers, _names(facts)), steps, tuple(skipped.values()))


def _map(person: Mapping[str, object] | None) -> dict[str, object] | None:
    """CEL reads only true dicts."""
    return None if person is None else dict(person)


def _left_out(one: Unrolled, values: Mapping[str, object], open_: frozenset[str]) -> Skipped | None:
    step = one.step
    if step.condition is None or not open_.isdisjoint(compiled(step.condition).names):
        return None
    verdict = compiled(step.condition).verdict(values if one.row is None else {**values, ROW: one.row})
    return None if verdict.holds else Skipped(step.key, step.condition, verdict.fault)


def _needs(
    service: Service, every: Sequence[Unrolled], skipped: Mapping[str, Skipped]
) -> Mapping[str, tuple[str, ...]]:
    follows = implied(service)
    written = {one.step.key: (*one.step.needs, *follows.get(one.of, ())) for one in every}

    return {key: tuple(_planned_needs(key, written, skipped)) for key in written if key not in skipped}


def _planned_needs(
    key: str, written: Mapping[str, tuple[str, ...]], skipped: Mapping[str, Skipped]
) -> Mapping[str, None]:
    """In their order; each skipped step is looked through once, however many ways lead there."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [*reversed(written[key])]
    while waiting:
        need = waiting.pop()
        if need not in skipped:
            found |= {need: None} if need in written else {}
        elif need not in seen:
            seen.add(need)
            waiting += reversed(written.get(need, ()))
    return found


def _planned(
    service: Service, one: Unrolled, needs: tuple[str, ...], answers: Mapping[str, JsonValue], open_: frozenset[str]
) -> PlannedStep:
    step = one.step
    return PlannedStep(
        key=step.key,
        title=step.title,
        neutral_title=step.neutral_title,
        detail=step.detail,
        phase=step.phase,
        queue=step.queue,
        person=step.person,
        needs=needs,
        opens=moment_of(step.opens, answers, one.row),
        due=moment_of(step.due, answers, one.row),
        confidential_to=service.circle(step),
        secret=step.secret,
        kind=step.kind,
        of=one.of,
        checklist=step.checklist,
        evidence=step.evidence,
        undecided_by=_undecided_by(service, step, open_),
        due_to_come=(rule := step.due or step.opens) is not None and rule.anchor in open_,
    )


def _undecided_by(service: Service, step: Step, open_: frozenset[str]) -> tuple[str, ...]:
    if step.condition is None or not open_:
        return ()
    hangs_on = open_.intersection(compiled(step.condition).names)
    return tuple(dict.fromkeys(service.asked_later[key] for key in sorted(hangs_on)))


def moment_of(rule: DateRule | None, answers: Mapping[str, JsonValue], row: Row | None = None) -> Moment | None:
    """None where there is no rule, or no answer to count from."""
    if rule is None:
        return None
    if rule.anchor == SUBMISSION:
        return Moment(None, rule.amount, rule.unit, rule.at)
    of_row = rule.anchor.startswith(f"{ROW}.")
    answer = (row or {}).get(rule.anchor.removeprefix(f"{ROW}.")) if of_row else answers.get(rule.anchor)
    if not isinstance(answer, str):
        return None
    anchor = datetime.fromisoformat(answer) if "T" in answer else date.fromisoformat(answer)
    return Moment(anchor, rule.amount, rule.unit, rule.at)


def _names(facts: Facts) -> dict[str, str]:
    """Shown names by mail, of the people the facts are about."""
    people = [person for person in facts.values() if person and person.get("mail") and person.get("name")]
    return {str(person["mail"]): str(person["name"]) for person in people}
