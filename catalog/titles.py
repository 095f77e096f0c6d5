"""What a ticket is called: the service's title template with answers shown as people write them."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from catalog.money import USUAL_CURRENCY, read_money
from catalog.service import Field, FieldKind, Service

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LONGEST = 200
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def title(service: Service, answers: Mapping[str, object], names: Mapping[str, str] | None = None) -> str:
    """The template filled in, or the service's plain title when an answer it needs is missing.

    `names` gives the shown names of people (by mail) and locations (by key); without one, mail or key is shown.
    """
    keys = PLACEHOLDER.findall(service.title_template)
    if not service.title_template or any(key not in service.fields or answers.get(key) is None for key in keys):
        return service.title
    shown = {key: display(service.fields[key], answers[key], names) for key in keys}
    # One pass over the template: braces inside an answer are never read as placeholders.
    return PLACEHOLDER.sub(lambda found: shown[found[1]], service.title_template)[:LONGEST]


def display(field: Field, value: object, names: Mapping[str, str] | None = None) -> str:
    """An answer as people read it, in English: "1 September 2026", an option's label, "yes"."""
    text = str(value)
    match field.kind:
        case FieldKind.DATE:
            text = _day(date.fromisoformat(text))
        case FieldKind.DATETIME:
            text = _minute(datetime.fromisoformat(text))
        case FieldKind.CHOICE:
            text = field.label_of(value)
        case FieldKind.CHOICES if isinstance(value, list | tuple):
            text = ", ".join(map(field.label_of, value))
        case FieldKind.PERSON | FieldKind.LOCATION:
            text = (names or {}).get(text, text)
        case FieldKind.MONEY if money := read_money(value, USUAL_CURRENCY):
            text = str(money)
        case FieldKind.YES_NO:
            text = "yes" if value else "no"
    return text


def _minute(at: datetime) -> str:
    return f"{_day(at)}, {at:%H:%M}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
