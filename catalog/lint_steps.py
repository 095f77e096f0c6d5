"""Faults of steps: queues, phases, needs, dates and conditions that lead nowhere."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from catalog.conditions import PEOPLE, compiled
from catalog.dates import SUBMISSION, DateRule
from catalog.errors import DocumentFault, InvalidCondition
from catalog.lint_trial import type_faults
from catalog.pack import Place
from catalog.service import FieldKind, PersonExpression, Service, Step

_DATES = {FieldKind.DATE, FieldKind.DATETIME}
_SUBJECTS = {PersonExpression.SUBJECT, PersonExpression.SUBJECT_MANAGER}


def step_faults(
    place: Place, service: Service, queues: frozenset[str], phases: frozenset[str]
) -> Iterator[DocumentFault]:
    if not service.steps:
        yield place.fault(".steps", "nobody would do anything: there are no steps", "add at least one")
    keys: set[str] = set()
    for at, step in enumerate(service.steps):
        here = place.part(f".steps[{at}]")
        if step.key in keys:
            yield here.fault(".key", f"the service has a step {step.key!r} already", "rename one of them")
        keys.add(step.key)
        yield from _name_faults(here, step, service, queues, phases)
        yield from _person_faults(here, step, service)
        yield from _date_faults(here, step, service)
        yield from _condition_faults(here, step, service)
    yield from _need_faults(place, service)


def _name_faults(
    here: Place, step: Step, service: Service, queues: frozenset[str], phases: frozenset[str]
) -> Iterator[DocumentFault]:
    if step.queue is not None and step.queue not in queues:
        yield here.fault(".queue", f"there is no queue {step.queue!r}", here.nearest(step.queue, queues))
    for queue in step.confidential_to:
        if queue not in queues:
            yield here.fault(".confidential_to", f"there is no queue {queue!r}", here.nearest(queue, queues))
    if step.queue and step.confidential_to and step.queue not in step.confidential_to:
        yield here.fault(".confidential_to", f"{step.queue!r} could not see its own step", f"add {step.queue}")
    if step.queue and service.secret and step.queue not in service.confidential_to:
        yield here.fault(".queue", f"{step.queue!r} may not know of this secret service", "add it to confidential_to")
    if step.phase and step.phase not in phases:
        yield here.fault(".phase", f"there is no phase {step.phase!r}", here.nearest(step.phase, phases))


def _person_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    if step.person not in _SUBJECTS:
        return
    subject = service.fields.get(service.subject or "")
    if subject is None or subject.kind is not FieldKind.PERSON:
        reason = f"{step.person} needs a subject who is in the directory"
        yield here.fault(".person", reason, "give the service a subject of kind person, or name the requester")


def _date_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    rules: Mapping[str, DateRule | None] = {".opens": step.opens, ".due": step.due}
    for where, rule in rules.items():
        if rule is None:
            continue
        field = service.fields.get(rule.anchor)
        if rule.anchor == SUBMISSION:
            if rule.amount < 0:
                yield here.fault(where, "this lies before the ask came in", "count after submission")
        elif field is None:
            yield here.fault(where, f"there is no field {rule.anchor!r}", here.nearest(rule.anchor, service.fields))
        elif field.kind not in _DATES:
            yield here.fault(where, f"the field {rule.anchor!r} is no date", "name a field of kind date or datetime")


def _condition_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    if step.condition is None:
        return
    try:
        condition = compiled(step.condition)
    except InvalidCondition as fault:
        yield here.fault(".condition", fault.reason, 'write it like: work_place == "office"')
        return
    strangers = [name for name in condition.names if name not in service.fields and name not in PEOPLE]
    for name in strangers:
        yield here.fault(".condition", f"there is no field {name!r}", here.nearest(name, {*service.fields, *PEOPLE}))
    if not strangers:
        yield from type_faults(here, ".condition", condition, service.fields)


def _need_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    keys = {step.key for step in service.steps}
    for at, step in enumerate(service.steps):
        for need in step.needs:
            if need not in keys:
                reason = f"there is no step {need!r}"
                yield place.fault(f".steps[{at}].needs", reason, place.nearest(need, keys))
    try:
        TopologicalSorter({step.key: step.needs for step in service.steps}).prepare()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        yield place.fault(".steps", f"steps wait for each other: {circle}", "remove one of these needs")
