"""The example of a service as of a day: whoever sends it gets a plan ahead of them, not one that is late."""

from datetime import date, datetime, timedelta

from pydantic import JsonValue

from catalog.service import FieldKind, Service

_NOTICE = timedelta(weeks=4)


def example(service: Service, today: date) -> dict[str, JsonValue]:
    """The example with its dates moved by whole weeks, so that weekdays, order and distances stay.

    Dates move together until the first lies at least four weeks after `today`; an instant, being something that was
    seen or happened, moves to the week before it.
    """
    kinds = {field.key: field.kind for field in service.form}
    dates = [date.fromisoformat(str(value)) for key, value in service.example.items() if kinds[key] is FieldKind.DATE]
    ahead = _weeks(min(dates), today + _NOTICE) if dates else timedelta()
    return {key: _moved(kinds[key], value, ahead, today) for key, value in service.example.items()}


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
