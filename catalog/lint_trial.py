"""Trials: conditions run on answers of every type a field may have, and the example run as a real ask."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from catalog.answers import Known, check, named_people
from catalog.conditions import FAILURES, PEOPLE, Condition, explain
from catalog.errors import DocumentFault, InvalidAnswers
from catalog.expand import expand
from catalog.pack import Place
from catalog.service import Field, FieldKind, Service

# What is known of people when a plan is made; a condition that reads anything else is refused.
PERSON: Mapping[str, str] = {
    "mail": "kim@example.com",
    "name": "Kim Example",
    "department": "Sales",
    "location": "berlin",
    "employment": "employee",
}
SAMPLES: Mapping[FieldKind, tuple[JsonValue, ...]] = {
    FieldKind.TEXT: ("text",),
    FieldKind.LONG_TEXT: ("text",),
    FieldKind.NUMBER: (1, 1.5),
    FieldKind.DATE: ("2026-09-01",),
    FieldKind.DATETIME: ("2026-09-01T09:00",),
    FieldKind.PERSON: ("kim@example.com",),
    FieldKind.LOCATION: ("berlin",),
    FieldKind.YES_NO: (True, False),
}


def type_faults(place: Place, where: str, condition: Condition, fields: Mapping[str, Field]) -> Iterator[DocumentFault]:
    """At most one fault: CEL has no type checker, so each name takes each of its values while the others stand.

    A field that may stay unanswered is null once. One name varies at a time, so a fault that needs two odd answers at
    once is missed; at run time it makes the condition false and is recorded.
    """
    for values in _trials(condition, fields):
        try:
            outcome = condition.value(values)
        except FAILURES as error:
            yield place.fault(where, f"it fails on valid answers: {explain(error)}", _advice(values))
            return
        if not isinstance(outcome, bool):
            yield place.fault(where, "it is neither true nor false", "compare the answer with something")
            return


def _advice(values: Mapping[str, object]) -> str:
    unanswered = next((name for name, value in values.items() if value is None), None)
    return f"ask first: {unanswered} != null && …" if unanswered else "compare like with like"


def _trials(condition: Condition, fields: Mapping[str, Field]) -> Iterator[dict[str, object]]:
    samples: dict[str, Sequence[object]] = {
        name: [dict(PERSON)] if name in PEOPLE else _samples(fields[name]) for name in condition.names
    }
    usual = {name: values[0] for name, values in samples.items()}
    yield usual
    for name, values in samples.items():
        for value in values[1:]:
            yield {**usual, name: value}


def _samples(field: Field) -> list[JsonValue]:
    may_be_null = field.default is None and (not field.required or field.visible_when is not None)
    return [*_answers(field), *([None] if may_be_null else [])]


def _answers(field: Field) -> list[JsonValue]:
    values: list[JsonValue] = [option.value for option in field.options]
    if field.kind is FieldKind.CHOICE:
        return values
    if field.kind is FieldKind.CHOICES:
        return [values, *([value] for value in values)]
    return list(SAMPLES[field.kind])


def trial_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    """The service's own example, checked and expanded as if an employee had sent it."""
    try:
        answers = check(service, service.example, _known(service))
    except InvalidAnswers as error:
        for fault in error.faults:
            yield place.fault(f".example.{fault.field}", fault.message, "give an example that a person could send")
        return
    plan = expand(service, answers, {"requester": PERSON, "subject": PERSON if service.subject else None})
    if not plan.steps:
        yield place.fault(".example", "nobody would do anything: all steps are skipped", "check the conditions")


def _known(service: Service) -> Known:
    """Whoever and wherever the example names exists: the directory is not the catalogue's."""
    given = (service.example.get(field.key) for field in service.form if field.kind is FieldKind.LOCATION)
    return Known(named_people(service, service.example), frozenset(key for key in given if isinstance(key, str)))
