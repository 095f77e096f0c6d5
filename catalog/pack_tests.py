"""Tests that packs carry: answers run as a real ask, and what of the plan is not as expected, by file and line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from catalog.answers import Known, cells, check, named_files, named_people
from catalog.dates import DateRule
from catalog.errors import DocumentFault, InvalidAnswers
from catalog.expand import Plan, PlannedStep, expand
from catalog.expected import Expected, PackTest
from catalog.files import taken_at_their_word
from catalog.lint_trial import PERSON
from catalog.pack import Document, Place
from catalog.patience import TESTED, Patience, made_by_rows
from catalog.remark import Remark
from catalog.rows import step_of
from catalog.service import FieldKind, Service
from catalog.undecided import filled_by

Failure = tuple[str, Remark]
"""Where below `expect`, and what is the case instead."""


@dataclass(frozen=True)
class Outcome:
    """`faults` is empty where all is as expected."""

    file: str
    line: int
    service: str
    name: str
    faults: tuple[DocumentFault, ...]


def run_tests(documents: Sequence[Document], services: Mapping[str, Service]) -> tuple[Outcome, ...]:
    """The tests of the documents in their order; one of a service that is not among `services` fails."""
    steps = Patience(TESTED)
    return tuple(
        _outcome(Place(document.reading, where), test, services.get(test.service), steps)
        for document in documents
        for where, test in document.of(PackTest)
    )


def _outcome(place: Place, test: PackTest, service: Service | None, steps: Patience) -> Outcome:
    if service is None:
        found: list[Failure] = [(".service", Remark("there is no service %(service)r", service=test.service))]
    elif not steps.has(len(service.steps) + made_by_rows(service, {**service.example, **test.answers})):
        found = [("", Remark("it was not run: the tests make more steps than are tried at once"))]
    else:
        found = [(f".expect{at}", why) for at, why in failures(test, service)]
    faults = tuple(place.fault(where, reason) for where, reason in found)
    return Outcome(place.reading.file, place.reading.line(place.where), test.service, test.name, faults)


def failures(test: PackTest, service: Service) -> Iterator[Failure]:
    """What of the plan, or of the refusal, is not as the test expects."""
    raw = {key: value for key, value in {**service.example, **test.answers}.items() if value is not None}
    filled = filled_by(service, raw)
    try:
        answers = check(service, raw, _known(service, raw), filled=filled)
    except InvalidAnswers as refused:
        yield from _refusals(test.expect, refused)
        return
    if test.expect.refused:
        yield ".refused", Remark("these answers are taken")
        return
    subject = {**PERSON, **test.subject} if service.subject else None
    plan = expand(service, answers, {"requester": {**PERSON, **test.requester}, "subject": subject}, filled)
    yield from _differences(test.expect, plan, service)


def _known(service: Service, raw: Mapping[str, JsonValue]) -> Known:
    """Whoever, wherever and whatever file the answers name exists: none of them is the catalogue's."""
    places = (value for field, value in cells(service, raw) if field.kind is FieldKind.LOCATION)
    files = taken_at_their_word(named_files(service, raw))
    return Known(named_people(service, raw), frozenset(key for key in places if isinstance(key, str)), files=files)


def _refusals(expected: Expected, refused: InvalidAnswers) -> Iterator[Failure]:
    for fault in refused.faults:
        if fault.field not in expected.refused:
            said = Remark(fault.many or fault.template, **fault.given)
            yield "", Remark("the answer to %(field)r is refused: %(why)s", field=fault.field, why=said)
    found = {fault.field for fault in refused.faults}
    for at, field in enumerate(expected.refused):
        if field not in found:
            yield f".refused[{at}]", Remark("the answer to %(field)r is taken", field=field)


def _differences(expected: Expected, plan: Plan, service: Service) -> Iterator[Failure]:
    steps = {step.key: step for step in plan.steps}
    if expected.title not in {None, plan.title}:
        yield ".title", Remark("the title is “%(title)s”", title=plan.title)
    for at, key in enumerate(expected.absent):
        if key in steps:
            yield f".absent[{at}]", Remark("%(step)r is in the plan", step=key)
    for where, keys in expected.steps.items():
        for at, key in enumerate(keys):
            if key not in steps and where != "absent":
                path = f".{where}[{at}]" if where in {"present", "order", "undecided"} else f".{where}"
                yield path, Remark("%(step)r is not in the plan", step=key)
    yield from _undecided(expected, steps)
    yield from _orders(expected, steps)
    yield from _parties_and_needs(expected, steps)
    yield from _dates(expected, steps, service)


def _undecided(expected: Expected, steps: Mapping[str, PlannedStep]) -> Iterator[Failure]:
    for at, key in enumerate(expected.undecided):
        if key in steps and not steps[key].undecided_by:
            yield f".undecided[{at}]", Remark("%(step)r is done whatever a form step says", step=key)


def _parties_and_needs(expected: Expected, steps: Mapping[str, PlannedStep]) -> Iterator[Failure]:
    for key, queue in expected.queues.items():
        if key in steps and steps[key].queue != queue:
            yield f".queues.{key}", Remark("it goes to %(party)s", party=_party(steps[key]))
    for key, needs in expected.waits_for.items():
        if key in steps and set(steps[key].needs) != set(needs):
            waits = ", ".join(steps[key].needs) or Remark("nothing")
            yield f".waits_for.{key}", Remark("it waits for %(needs)s", needs=waits)


def _party(step: PlannedStep) -> str:
    return step.queue or str(step.person or step.kind)


def _orders(expected: Expected, steps: Mapping[str, PlannedStep]) -> Iterator[Failure]:
    for at, (first, second) in enumerate(zip(expected.order, expected.order[1:], strict=False), start=1):
        if {first, second} <= steps.keys() and first not in _all_needs(second, steps):
            yield f".order[{at}]", Remark("%(step)r does not wait for %(first)r", step=second, first=first)


def _all_needs(key: str, steps: Mapping[str, PlannedStep]) -> set[str]:
    """What a step waits for, at once or through others."""
    found: set[str] = set()
    waiting = [*steps[key].needs]
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += steps[need].needs
    return found


def _dates(expected: Expected, steps: Mapping[str, PlannedStep], service: Service) -> Iterator[Failure]:
    """A rule holds where the step has that very rule, and its date was answered."""
    for key, rule in expected.opens.items():
        written = step_of(service, key)
        if key in steps and (is_rule := written.opens if written and steps[key].opens else None) != rule:
            yield f".opens.{key}", _opens(is_rule)
    for key, rule in expected.due.items():
        written = step_of(service, key)
        if key in steps and (is_rule := written.due if written and steps[key].due else None) != rule:
            yield f".due.{key}", _due(is_rule)


def _opens(rule: DateRule | None) -> Remark:
    return Remark("it opens %(when)s", when=str(rule)) if rule else Remark("it opens at once")


def _due(rule: DateRule | None) -> Remark:
    return Remark("it is due %(when)s", when=str(rule)) if rule else Remark("it has no due date of its own")
