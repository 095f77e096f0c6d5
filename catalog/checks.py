"""One answer at a time: whether a raw value is an answer to a field, and its settled form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from pydantic import JsonValue

from catalog.field import Field, FieldKind
from catalog.files import KnownFile
from catalog.money import USUAL_CURRENCY, read_money
from catalog.remark import counted, marked

_TOO_LONG = counted("This may have at most %(number)s character.", "This may have at most %(number)s characters.")
_TOO_FEW = counted("At least %(number)s row is needed.", "At least %(number)s rows are needed.")
_TOO_MANY = counted("There may be at most %(number)s row.", "There may be at most %(number)s rows.")
_TOO_MANY_FILES = counted("At most %(number)s file is taken here.", "At most %(number)s files are taken here.")

MESSAGES: Mapping[str, str] = {
    "unknown": marked("This form has no such field."),
    "silent": marked("This is shown and takes no answer; leave it out."),
    "hidden": marked("This is not asked with your other answers; leave it out."),
    "later": marked("Somebody else is asked this later; leave it out."),
    "required": marked("Please answer this."),
    "type_text": marked("This must be a text."),
    "type_number": marked("This must be a number."),
    "type_money": marked("This must be an amount such as 1250.00, as a text, with a currency such as EUR."),
    "type_yes_no": marked("This must be yes or no."),
    "type_list": marked("This must be a list of options."),
    "characters": marked("This holds characters that cannot be kept."),
    "one_line": marked("This must fit on one line."),
    "too_long": _TOO_LONG[0],
    "pattern": marked("This does not have the expected form."),
    "too_small": marked("This must be at least %(limit)s."),
    "too_large": marked("This must be at most %(limit)s."),
    "option": marked("This is none of the options."),
    "not_offered": marked("This option is not on offer with your other answers."),
    "type_rows": marked("This must be a list of rows."),
    "type_row": marked("This must be a row: a value for each column."),
    "row_number": marked("This is not the number of a row, or of two."),
    "too_few_rows": _TOO_FEW[0],
    "too_many_rows": _TOO_MANY[0],
    "twice": marked("The same option is chosen twice."),
    "date": marked("This must be a date such as 2026-09-01."),
    "year": marked("This must be a date of the years %(first)s to %(last)s."),
    "datetime": marked("This must be a date and time such as 2026-09-01T14:30."),
    "person": marked("Nobody in the directory has this mail address."),
    "location": marked("There is no such location."),
    "type_files": marked("This must be a list of ids of uploaded files."),
    "no_file": marked("There is no such file of yours to give here. Upload it first."),
    "file_type": marked("“%(name)s” is not of a kind that is taken here."),
    "too_many_files": _TOO_MANY_FILES[0],
}
MANY: Mapping[str, str] = {
    "too_long": _TOO_LONG[1],
    "too_few_rows": _TOO_FEW[1],
    "too_many_rows": _TOO_MANY[1],
    "too_many_files": _TOO_MANY_FILES[1],
}
"""For more than one of what is counted."""

LENGTHS = {FieldKind.TEXT: 300, FieldKind.LONG_TEXT: 10_000, FieldKind.REFERENCE: 80}
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
    """What exists around the form: directory mails in lower case, location keys, and the organisation's currency.

    `files` are those that the answers may name, by id.
    """

    people: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    currency: str = USUAL_CURRENCY
    files: Mapping[str, KnownFile] = field(default_factory=dict)


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
    if field.kind is not FieldKind.LONG_TEXT:
        _one_line(text)
    limit = field.max_length or LENGTHS[field.kind]
    if field.pattern:
        limit = min(limit, _LONGEST_PATTERNED)
    if len(text) > limit:
        raise Refused("too_long", number=limit)
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


def _money(field: Field, value: object, known: Known) -> dict[str, JsonValue]:
    money = read_money(value, field.currency or known.currency)
    if money is None:
        raise Refused("type_money")
    # A limit is meant as its author wrote it, and a double's shortest text is that.
    if field.minimum is not None and money.amount < Decimal(repr(field.minimum)):
        raise Refused("too_small", limit=_shown(field.minimum))
    if field.maximum is not None and money.amount > Decimal(repr(field.maximum)):
        raise Refused("too_large", limit=_shown(field.maximum))
    return money.kept()


def _shown(limit: float) -> str:
    return f"{limit:.15g}"


def _date(_field: Field, value: object, _known: Known) -> str:
    return _instant(value, _DATE, date.fromisoformat, "date")


def _datetime(_field: Field, value: object, _known: Known) -> str:
    return _instant(value, _DATETIME, datetime.fromisoformat, "datetime")


def _instant(value: object, shape: re.Pattern[str], read: Callable[[str], date], code: str) -> str:
    text = _plain(value)
    try:
        year = read(text).year if shape.fullmatch(text) else None
    except ValueError:
        year = None
    if year is None:
        raise Refused(code)
    if year not in _YEARS:
        raise Refused("year", first=_YEARS[0], last=_YEARS[-1])
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


def _files(field: Field, value: object, known: Known) -> list[JsonValue]:
    """Ids in lower case, in the order given."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise Refused("type_files")
    if len(given) > field.most_files:
        raise Refused("too_many_files", number=field.most_files)
    ids = list(dict.fromkeys(one.strip().lower() for one in given))
    for id_ in ids:
        file = known.files.get(id_)
        if file is None or file.of not in {None, field.key}:
            raise Refused("no_file")
        if field.types and file.type not in field.types:
            raise Refused("file_type", name=file.name)
    return [*ids]


_CHECKS: Mapping[FieldKind, Callable[[Field, object, Known], JsonValue]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.REFERENCE: _text,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.DATETIME: _datetime,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.PERSON: _person,
    FieldKind.LOCATION: _location,
    FieldKind.YES_NO: _yes_no,
    FieldKind.FILE: _files,
}
