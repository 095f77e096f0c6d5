"""Trials: conditions run on answers of every type a field may have, and the example run as a real ask."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import JsonValue

from catalog.answers import Known, cells, check, named_files, named_people
from catalog.condition_words import failure
from catalog.conditions import FAILURES, PEOPLE, Condition
from catalog.errors import DocumentFault, InvalidAnswers
from catalog.expand import expand
from catalog.files import taken_at_their_word
from catalog.pack import Place
from catalog.patience import Patience, made_by_rows
from catalog.reach import told_apart, words_in
from catalog.remark import Remark
from catalog.rows import ROW
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
    FieldKind.MONEY: ({"amount": "1.00", "currency": "EUR"}, {"amount": "1.50", "currency": "USD"}),
    FieldKind.REFERENCE: ("A-1",),
    FieldKind.DATE: ("2026-09-01",),
    FieldKind.DATETIME: ("2026-09-01T09:00",),
    FieldKind.PERSON: ("kim@example.com",),
    FieldKind.LOCATION: ("berlin",),
    FieldKind.YES_NO: (True, False),
    FieldKind.FILE: (["photo.jpg"], ["photo.jpg", "letter.pdf"]),
}


def type_faults(
    place: Place, where: str, condition: Condition, fields: Mapping[str, Field], table: Field | None = None
) -> Iterator[DocumentFault]:
    """At most one fault: CEL has no type checker, so each name takes each of its values while the others stand.

    A field that may stay unanswered is null once. One name varies at a time, so a fault that needs two odd answers at
    once is missed; at run time it makes the condition false and is recorded. `row` is one of the table's.
    """
    for values in _trials(condition, fields, table):
        try:
            outcome = condition.value(values)
        except FAILURES as error:
            yield place.fault(where, Remark("it fails on valid answers: %(why)s", why=failure(error)), _advice(values))
            return
        if not isinstance(outcome, bool):
            yield place.fault(where, Remark("it is neither true nor false"), _compared(condition, fields))
            return


def _advice(values: Mapping[str, object]) -> str:
    unanswered = next((name for name, value in values.items() if value is None), None)
    if unanswered:
        return Remark("ask first: %(field)s != null && …", field=unanswered)
    return Remark("compare like with like")


def _compared(condition: Condition, fields: Mapping[str, Field]) -> str:
    """Advice: a yes or no alone is one until nobody has answered it."""
    doubtful = (name for name in condition.names if name in fields and fields[name].kind is FieldKind.YES_NO)
    if name := next((one for one in doubtful if None in _samples(fields[one], ())), None):
        return Remark("it may be without an answer: write %(field)s == true", field=name)
    return Remark("compare the answer with something")


def _trials(
    condition: Condition, fields: Mapping[str, Field], table: Field | None = None
) -> Iterator[dict[str, object]]:
    said = words_in(condition.text)
    given: dict[str, Sequence[object]] = {name: [dict(PERSON)] for name in PEOPLE}
    given |= {ROW: row_samples(table, said)} if table else {}
    samples = {name: given[name] if name in given else _samples(fields[name], said) for name in condition.names}
    usual = {name: values[0] for name, values in samples.items()}
    yield usual
    for name, values in samples.items():
        for value in values[1:]:
            yield {**usual, name: value}


def _samples(field: Field, said: Collection[str]) -> list[JsonValue]:
    """A default fills what was left empty, and nothing that was never asked."""
    always = field.default is not None and not any(option.when for option in field.options)
    may_be_null = field.may_be_hidden or not (always or field.required)
    return [*_answers(field, said), *([None] if may_be_null else [])]


def row_samples(table: Field, said: Collection[str]) -> list[dict[str, JsonValue]]:
    """Rows in which each column has each of its values once, while the others stand."""
    columns = {column.key: _samples(column, said) for column in table.columns}
    usual = {key: values[0] for key, values in columns.items()}
    return [usual, *({**usual, key: value} for key, values in columns.items() for value in values[1:])]


def _answers(field: Field, said: Collection[str]) -> list[JsonValue]:
    """Of options those that the condition names, and one of the others, which are all the same to it."""
    if field.kind is FieldKind.TABLE:
        return [[*row_samples(field, said)]]
    values: list[JsonValue] = [*told_apart(field, said)]
    if field.kind is FieldKind.CHOICE:
        return values
    if field.kind is FieldKind.CHOICES:
        return [values, *([value] for value in values)]
    return list(SAMPLES[field.kind])


def trial_faults(place: Place, service: Service, rows: Patience) -> Iterator[DocumentFault]:
    """The service's own example, checked and expanded as if an employee had sent it."""
    if not rows.has(made_by_rows(service, service.example)):
        reason = Remark("the rows of the examples make more steps than are tried at once")
        yield place.fault(".example", reason, Remark("give the examples fewer rows"))
        return
    try:
        answers = check(service, service.example, _known(service))
    except InvalidAnswers as error:
        for fault in error.faults:
            said = Remark(fault.many or fault.template, **fault.given)
            yield place.fault(f".example.{fault.field}", said, Remark("give an example that a person could send"))
        return
    plan = expand(service, answers, {"requester": PERSON, "subject": PERSON if service.subject else None})
    if not plan.steps:
        yield place.fault(
            ".example", Remark("nobody would do anything: all steps are skipped"), Remark("check the conditions")
        )


def _known(service: Service) -> Known:
    """Whoever, wherever and whatever file the example names exists: none of them is the catalogue's."""
    given = (value for field, value in cells(service, service.example) if field.kind is FieldKind.LOCATION)
    places = frozenset(key for key in given if isinstance(key, str))
    files = taken_at_their_word(named_files(service, service.example))
    return Known(named_people(service, service.example), places, files=files)
