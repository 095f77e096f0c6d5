"""Faults of steps: queues, phases, needs, dates and conditions that lead nowhere."""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from catalog.conditions import PEOPLE, compiled
from catalog.dates import SUBMISSION, DateRule
from catalog.errors import DocumentFault, InvalidCondition
from catalog.lint_assign import assignment_faults
from catalog.lint_filled import as_they_come
from catalog.lint_form import unsafe
from catalog.lint_rows import row_faults
from catalog.lint_trial import PERSON, type_faults
from catalog.pack import Place
from catalog.remark import Remark
from catalog.rows import ROW
from catalog.service import Field, FieldKind, PersonExpression, Service, Step

_DATES = {FieldKind.DATE, FieldKind.DATETIME}
_TRAIT = re.compile(rf"\b({'|'.join(sorted(PEOPLE))})\.([a-z_]\w*)(?!\s*\()")
_LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_SUBJECTS = {PersonExpression.SUBJECT, PersonExpression.SUBJECT_MANAGER}


def step_faults(
    place: Place, service: Service, queues: frozenset[str], phases: frozenset[str]
) -> Iterator[DocumentFault]:
    if not service.steps:
        yield place.fault(".steps", Remark("nobody would do anything: there are no steps"), Remark("add at least one"))
    keys: set[str] = set()
    for at, step in enumerate(service.steps):
        here = place.part(f".steps[{at}]")
        if step.key in keys:
            yield here.fault(
                ".key", Remark("the service has a step %(step)r already", step=step.key), Remark("rename one of them")
            )
        keys.add(step.key)
        yield from _name_faults(here, step, service, queues, phases)
        yield from _person_faults(here, step, service)
        yield from _date_faults(here, step, service)
        yield from _condition_faults(here, step, service)
        yield from assignment_faults(here, step)
        yield from row_faults(here, step, service)
        yield from _evidence_faults(here, step)
    yield from _need_faults(place, service)


def _name_faults(
    here: Place, step: Step, service: Service, queues: frozenset[str], phases: frozenset[str]
) -> Iterator[DocumentFault]:
    if step.queue is not None and step.queue not in queues:
        yield here.fault(
            ".queue", Remark("there is no queue %(queue)r", queue=step.queue), here.nearest(step.queue, queues)
        )
    for queue in step.confidential_to:
        if queue not in queues:
            yield here.fault(
                ".confidential_to", Remark("there is no queue %(queue)r", queue=queue), here.nearest(queue, queues)
            )
    if step.queue and step.confidential_to and step.queue not in step.confidential_to:
        yield here.fault(
            ".confidential_to",
            Remark("%(queue)r could not see its own step", queue=step.queue),
            Remark("add %(queue)s", queue=step.queue),
        )
    if step.queue and service.secret and step.queue not in service.confidential_to:
        yield here.fault(
            ".queue",
            Remark("%(queue)r may not know of this secret service", queue=step.queue),
            Remark("add it to confidential_to"),
        )
    if step.phase and step.phase not in phases:
        yield here.fault(
            ".phase", Remark("there is no phase %(phase)r", phase=step.phase), here.nearest(step.phase, phases)
        )


def _person_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    if step.person not in _SUBJECTS:
        return
    subject = service.fields.get(service.subject or "")
    if subject is None or subject.kind is not FieldKind.PERSON:
        reason = Remark("%(person)s needs a subject who is in the directory", person=step.person)
        yield here.fault(".person", reason, Remark("give the service a subject of kind person, or name the requester"))


def _date_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    earliest = step.appointment.earliest if step.appointment else None
    rules: Mapping[str, DateRule | None] = {".opens": step.opens, ".due": step.due, ".appointment.earliest": earliest}
    for where, rule in rules.items():
        if rule is None:
            continue
        field = _anchor(rule, step, service)
        if rule.anchor == SUBMISSION:
            if rule.amount < 0:
                yield here.fault(where, Remark("this lies before the ask came in"), Remark("count after submission"))
        elif field is None:
            known = {*service.fields, *(f"row.{column.key}" for column in _columns(step, service))}
            reason = Remark("there is no field %(field)r", field=rule.anchor)
            yield here.fault(where, reason, here.nearest(rule.anchor, known))
        elif field.kind not in _DATES:
            yield here.fault(
                where,
                Remark("the field %(field)r is no date", field=rule.anchor),
                Remark("name a field of kind date or datetime"),
            )


def _columns(step: Step, service: Service) -> tuple[Field, ...]:
    table = service.fields.get(step.for_each or "")
    return table.columns if table else ()


def _anchor(rule: DateRule, step: Step, service: Service) -> Field | None:
    columns = {f"{ROW}.{column.key}": column for column in _columns(step, service)}
    return columns.get(rule.anchor) or service.fields.get(rule.anchor)


def _condition_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    if step.condition is None:
        return
    try:
        condition = compiled(step.condition)
    except InvalidCondition as fault:
        yield here.fault(".condition", fault.reason, Remark('write it like: work_place == "office" && days > 2'))
        return
    table = service.fields.get(step.for_each or "")
    known = {*service.fields, *PEOPLE, *([ROW] if table else [])}
    strangers = [name for name in condition.names if name not in known]
    for name in strangers:
        yield here.fault(
            ".condition",
            Remark("there is no field %(name)r", name=name),
            here.nearest(name, known),
        )
    unread = [*_trait_faults(here, step.condition)]
    yield from unread
    if not strangers and not unread:
        yield from type_faults(here, ".condition", condition, as_they_come(service, step), table)


def _trait_faults(here: Place, text: str) -> Iterator[DocumentFault]:
    """What CEL does not notice where the rest of the condition decides before it looks."""
    for whose, trait in _TRAIT.findall(_LITERAL.sub("", text)):
        if trait not in PERSON:
            reason = Remark("of people there is no %(trait)r to read", trait=f"{whose}.{trait}")
            yield here.fault(".condition", reason, here.nearest(trait, PERSON))


def _evidence_faults(here: Place, step: Step) -> Iterator[DocumentFault]:
    pattern = step.evidence.pattern if step.evidence else None
    if pattern and (reason := unsafe(pattern)):
        yield here.fault(".evidence.pattern", reason, Remark("keep patterns simple"))


def _need_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    keys = {step.key for step in service.steps}
    for at, step in enumerate(service.steps):
        for need in step.needs:
            if need not in keys:
                reason = Remark("there is no step %(need)r", need=need)
                yield place.fault(f".steps[{at}].needs", reason, place.nearest(need, keys))
    try:
        TopologicalSorter({step.key: step.needs for step in service.steps}).prepare()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        yield place.fault(
            ".steps",
            Remark("steps wait for each other: %(circle)s", circle=circle),
            Remark("remove one of these needs"),
        )
