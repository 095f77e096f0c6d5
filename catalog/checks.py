"""One answer at a time: whether a raw value is an answer to a field, and its settled form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import JsonValue

from catalog.service import Field, FieldKind

N_ = str  # marks a text for translation

MESSAGES: Mapping[str, str] = {
    "unknown": N_("This form has no such field."),
    "hidden": N_("This is not asked with your other answers; leave it out."),
    "required": N_("Please answer this."),
    "type_text": N_("This must be a text."),
    "type_number": N_("This must be a number."),
    "type_yes_no": N_("This must be yes or no."),
    "type_list": N_("This must be a list of options."),
    "characters": N_("This holds characters that cannot be kept."),
    "one_line": N_("This must fit on one line."),
    "too_long": N_("This may have at most %(limit)s characters."),
    "pattern": N_("This does not have the expected form."),
    "too_small": N_("This must be at least %(limit)s."),
    "too_large": N_("This must be at most %(limit)s."),
    "option": N_("This is none of the options."),
    "twice": N_("The same option is chosen twice."),
    "date": N_("This must be a date such as 2026-09-01."),
    "datetime": N_("This must be a date and time such as 2026-09-01T14:30."),
    "person": N_("Nobody in the directory has this mail address."),
    "location": N_("There is no such location."),
}

_LENGTHS = {FieldKind.TEXT: 300, FieldKind.LONG_TEXT: 10_000}
# Lint allows two unbounded repeats in a pattern: quadratic at worst, so 200 characters cost well under a millisecond.
_LONGEST_PATTERNED = 200
_LARGEST = 1e15
_UNKEEPABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
# Far from the ends of the calendar, so that no date rule can leave it.
_YEARS = range(1900, 2200)


@dataclass(frozen=True)
class Known:
    """What exists around the form: directory mails in lower case, and location keys."""

    people: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()


class Refused(Exception):
    def __init__(self, code: str, **given: str | float) -> None:
        super().__init__(code)
        self.code = code
        self.given = given


def settle(field: Field, value: object, known: Known) -> JsonValue:
    """The value as it is kept: trimmed, mails in lower case.

    Raises:
        Refused: with a code from MESSAGES.
    """
    return _CHECKS[field.kind](field, value, known)


def _plain(value: object) -> str:
    if not isinstance(value, str):
        raise Refused("type_text")
    text = value.replace("\r\n", "\n").strip()
    if _UNKEEPABLE.search(text):
        raise Refused("characters")
    return text


def _text(field: Field, value: object, _known: Known) -> str:
    text = _plain(value)
    if field.kind is FieldKind.TEXT:
        _one_line(text)
    limit = field.max_length or _LENGTHS[field.kind]
    if field.pattern:
        limit = min(limit, _LONGEST_PATTERNED)
    if len(text) > limit:
        raise Refused("too_long", limit=limit)
    if field.pattern and not re.fullmatch(field.pattern, text):
        raise Refused("pattern")
    return text


def _one_line(text: str) -> None:
    """Such texts become titles and mail subjects: no line break of any alphabet, nothing that turns the line around."""
    if len(text.splitlines()) > 1:
        raise Refused("one_line")
    if _TURNING.search(text):
        raise Refused("characters")


def _number(field: Field, value: object, _known: Known) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("type_number")
    if not -_LARGEST <= value <= _LARGEST:  # also refuses NaN, which compares with nothing
        raise Refused("type_number")
    if field.minimum is not None and value < field.minimum:
        raise Refused("too_small", limit=_shown(field.minimum))
    if field.maximum is not None and value > field.maximum:
        raise Refused("too_large", limit=_shown(field.maximum))
    return value


def _shown(limit: float) -> str:
    return f"{limit:.15g}"


def _date(_field: Field, value: object, _known: Known) -> str:
    return _instant(value, _DATE, date.fromisoformat, "date")


def _datetime(_field: Field, value: object, _known: Known) -> str:
    return _instant(value, _DATETIME, datetime.fromisoformat, "datetime")


def _instant(value: object, shape: re.Pattern[str], read: Callable[[str], date], code: str) -> str:
    text = _plain(value)
    try:
        if not shape.fullmatch(text) or read(text).year not in _YEARS:
            raise Refused(code)
    except ValueError:
        raise Refused(code) from None
    return text


def _choice(field: Field, value: object, _known: Known) -> str:
    text = _plain(value)
    if text not in {option.value for option in field.options}:
        raise Refused("option")
    return text


def _choices(field: Field, value: object, known: Known) -> list[JsonValue]:
    if not isinstance(value, list | tuple):
        raise Refused("type_list")
    if len(value) > len(field.options):
        raise Refused("twice")
    chosen = [_choice(field, item, known) for item in value]
    if len(set(chosen)) < len(chosen):
        raise Refused("twice")
    return [*chosen]


def _person(_field: Field, value: object, known: Known) -> str:
    mail = _plain(value).lower()
    if mail not in known.people:
        raise Refused("person")
    return mail


def _location(_field: Field, value: object, known: Known) -> str:
    key = _plain(value)
    if key not in known.locations:
        raise Refused("location")
    return key


def _yes_no(_field: Field, value: object, _known: Known) -> bool:
    if not isinstance(value, bool):
        raise Refused("type_yes_no")
    return value


_CHECKS: Mapping[FieldKind, Callable[[Field, object, Known], JsonValue]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.DATETIME: _datetime,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.PERSON: _person,
    FieldKind.LOCATION: _location,
    FieldKind.YES_NO: _yes_no,
}
