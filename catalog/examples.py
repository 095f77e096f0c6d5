"""The example of a service as of a day: whoever sends it gets a plan ahead of them, not one that is late."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta

from pydantic import JsonValue

from catalog.answers import cells
from catalog.service import Field, FieldKind, Service

_NOTICE = timedelta(weeks=4)


def example(service: Service, today: date) -> dict[str, JsonValue]:
    """The example with its dates moved by whole weeks, so that weekdays, order and distances stay.

    Dates move together until the first lies at least four weeks after `today`; an instant, being something that was
    seen or happened, moves to the week before it.
    """
    given = [(field, value) for field, value in cells(service, service.example) if value is not None]
    dates = [date.fromisoformat(str(value)) for field, value in given if field.kind is FieldKind.DATE]
    ahead = _weeks(min(dates), today + _NOTICE) if dates else timedelta()
    return _each(service, service.example, lambda field, value: _moved(field.kind, value, ahead, today))


def _each(
    service: Service, answers: Mapping[str, JsonValue], change: Callable[[Field, JsonValue], JsonValue]
) -> dict[str, JsonValue]:
    """The answers with each of them, and each cell of tables, changed."""

    def changed(fields: Mapping[str, Field], given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        return {key: one(fields[key], value) if key in fields else value for key, value in given.items()}

    def one(field: Field, value: JsonValue) -> JsonValue:
        if field.kind is not FieldKind.TABLE or not isinstance(value, list | tuple):
            return change(field, value)
        columns = {column.key: column for column in field.columns}
        return [changed(columns, row) if isinstance(row, Mapping) else row for row in value]

    return changed(service.fields, answers)


def example_here(service: Service, today: date, mail: str, location_keys: Collection[str]) -> dict[str, JsonValue]:
    """The example with people and places that exist: all people are `mail`, an unknown place is the first there is."""

    def here(field: Field, value: JsonValue) -> JsonValue:
        if field.kind is FieldKind.PERSON:
            return mail
        is_nowhere = field.kind is FieldKind.LOCATION and value not in location_keys
        return next(iter(location_keys), None) if is_nowhere else value

    answers = _each(service, example(service, today), here)
    return {key: value for key, value in answers.items() if value is not None}


def _moved(kind: FieldKind, value: JsonValue, ahead: timedelta, today: date) -> JsonValue:
    if kind is FieldKind.DATE:
        return (date.fromisoformat(str(value)) + ahead).isoformat()
    if kind is FieldKind.DATETIME:
        at = datetime.fromisoformat(str(value))
        return (at + _weeks(at.date(), today - timedelta(weeks=1))).isoformat(timespec="minutes")
    return value


def _weeks(day: date, earliest: date) -> timedelta:
    """The whole weeks that bring `day` into the week starting at `earliest`."""
    return timedelta(weeks=-((day - earliest).days // 7))
