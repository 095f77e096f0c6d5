"""Answers to a service's form: from a web form or JSON, checked as a whole."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice

from pydantic import JsonValue

from catalog.checks import MANY, MESSAGES, Known, Refused, settle
from catalog.errors import AnswerFault, InvalidAnswers
from catalog.files import MOST_FILES
from catalog.schema import schema
from catalog.service import Field, FieldKind, Service
from catalog.table import NUMBER, RefusedRows, is_blank_row, numbered, settle_answer, unanswered

__all__ = [
    "Known",
    "check",
    "fault_of",
    "given_files",
    "merge",
    "named_files",
    "named_people",
    "read_form",
    "schema",
    "visible_fields",
]

PREFIX = "answers."
FILES = "files."
CURRENCY = ".currency"
# A body may hold a hundred thousand invented keys; the answer to it should not.
_MOST_UNKNOWN = 20
_NUMBER = re.compile(r"[+-]?\d{1,16}(?:[.,]\d{1,16})?")
_CELL = re.compile(r"([a-z0-9_]+)\.\d{1,3}\..+", re.ASCII | re.DOTALL)
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)
_YES_NO = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


def check(
    service: Service,
    raw: Mapping[str, object],
    known: Known,
    *,
    complete: bool = True,
    filled: Collection[str] = (),
    only: Collection[str] | None = None,
) -> dict[str, JsonValue]:
    """The answers as they are kept, in the order of the form, defaults filled in.

    Null, a blank text and an empty list are "not answered". JSON types are strict: "1" is no number. With `complete`
    false nothing has to be answered: an agent who takes a call writes down what was said. What form steps ask is
    refused but for those that are `filled`. Where `only` names questions, no others have to be answered.

    Raises:
        InvalidAnswers: with every fault there is, but at most 20 unknown fields.
    """
    answers: dict[str, JsonValue] = {}
    later = service.later(filled)
    refused = {*later}
    keys = {field.key for field in service.form}
    unknown = (key[:80] for key in raw if key not in keys)
    faults = [fault_of(key, "unknown") for key in islice(unknown, _MOST_UNKNOWN)]
    faults += [fault_of(key, "later") for key in service.fields if key in later and not unanswered(raw.get(key))]
    for field in service.form:
        # Whether a question is asked, and with which options, cannot be said while an answer it hangs on is refused.
        unclear = field.key in later or not refused.isdisjoint(field.depends_on)
        demanded = complete and (only is None or field.key in only)
        try:
            value = None if unclear else _answer(field, raw.get(field.key), answers, known, complete=demanded)
        except RefusedRows as rows:
            refused.add(field.key)
            faults.extend(fault_of(field.key + at, fault.code, **fault.given) for at, fault in rows.faults)
        except Refused as fault:
            refused.add(field.key)
            faults.append(fault_of(field.key, fault.code, **fault.given))
        else:
            if value is not None:
                answers[field.key] = value
        if unclear:
            refused.add(field.key)
    if faults:
        raise InvalidAnswers(faults)
    return answers


def fault_of(key: str, code: str, **given: str | float) -> AnswerFault:
    return AnswerFault(key, code, MESSAGES[code], given, MANY.get(code, ""))


def _answer(
    field: Field, given: object, answers: Mapping[str, JsonValue], known: Known, *, complete: bool
) -> JsonValue:
    if unanswered(given):
        return _without_answer(field, answers, known, complete=complete)
    if not field.takes_answer:
        raise Refused("silent")
    if not field.is_asked(answers):
        raise Refused("hidden")
    offered = field.offered(answers)
    if _named(given) & ({one.value for one in field.options} - {one.value for one in offered.options}):
        raise Refused("not_offered")
    return settle_answer(offered, given, known, complete=complete)


def _without_answer(field: Field, answers: Mapping[str, JsonValue], known: Known, *, complete: bool) -> JsonValue:
    """The default, if it is on offer."""
    if not field.takes_answer or not field.is_asked(answers):
        return None
    on_offer = {option.value for option in field.offered(answers).options}
    if field.default is not None and (not field.options or _named(field.default) <= on_offer):
        return settle(field, field.default, known)
    if complete and field.required:
        raise Refused("required")
    return None


def _named(given: object) -> set[str]:
    """The options that a raw answer names."""
    return {one for one in (given if isinstance(given, list | tuple) else [given]) if isinstance(one, str)}


def visible_fields(service: Service, answers: Mapping[str, object], filled: Collection[str] = ()) -> tuple[Field, ...]:
    """The fields to show, given the answers so far, each with the options on offer.

    Answers to fields that are not asked count as null, and so do options that are not on offer. Of what form steps
    ask, those that are `filled`.
    """
    seen: dict[str, object] = {}
    shown: list[Field] = []
    later = service.later(filled)
    for field in service.form:
        if field.key not in later and field.is_asked(seen):
            offered = field.offered(seen)
            shown.append(offered)
            seen[field.key] = _on_offer(field, offered, answers.get(field.key, field.default))
    return tuple(shown)


def _on_offer(field: Field, offered: Field, given: object) -> object:
    """What is given, without options that are not on offer."""
    if field is offered:
        return given
    gone = {one.value for one in field.options} - {one.value for one in offered.options}
    if isinstance(given, list | tuple):
        return [one for one in given if one not in gone]
    return None if given in gone else given


def merge(
    service: Service,
    former: Mapping[str, object],
    given: Mapping[str, object],
    past: Callable[[], Sequence[Mapping[str, object]]] = tuple,
    filled: Collection[str] = (),
) -> dict[str, object]:
    """Raw answers after a change of mind: what is given replaces, null clears, the rest stays.

    Former answers to questions that the new ones hide are dropped, and so are former choices that are not on offer any
    more; what is given is left to `check` to refuse. Rows of tables keep their numbers, and new ones get numbers that
    no row had before, in the answers that there were in the `past` neither: that is called where a table is given.
    """
    both = {**former, **given}
    shown = {field.key: field for field in visible_fields(service, both, filled)}
    kept = {key: _on_offer(service.fields[key], shown[key], value) for key, value in former.items() if key in shown}
    tables = {key: field for key, field in service.fields.items() if field.kind is FieldKind.TABLE}
    rows = {key: numbered(value, tables[key], former, past()) for key, value in given.items() if key in tables}
    return {**kept, **given, **rows}


def named_people(service: Service, raw: Mapping[str, object]) -> frozenset[str]:
    """Mail addresses, in lower case, that the directory should be asked about before `check`."""
    given = (value for field, value in cells(service, raw) if field.kind is FieldKind.PERSON)
    return frozenset(mail.strip().lower() for mail in given if isinstance(mail, str) and mail.strip())


def named_files(service: Service, raw: Mapping[str, object]) -> frozenset[str]:
    """Ids of files, in lower case, that should be looked up before `check`."""
    given = (raw.get(field.key) for field in service.form if field.kind is FieldKind.FILE)
    listed = (value if isinstance(value, list | tuple) else [value] for value in given)
    return frozenset(one.strip().lower() for ids in listed for one in ids[: MOST_FILES + 1] if isinstance(one, str))


def given_files(service: Service, answers: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Each file among answers as they are kept: its question, and its id."""
    listed = ((field.key, answers.get(field.key)) for field in service.form if field.kind is FieldKind.FILE)
    return tuple((key, str(id_)) for key, ids in listed if isinstance(ids, list | tuple) for id_ in ids)


def cells(service: Service, raw: Mapping[str, object]) -> Iterator[tuple[Field, object]]:
    """Every single answer with its question: those of tables cell by cell, with their columns."""
    for field in service.form:
        if field.kind is not FieldKind.TABLE:
            yield field, raw.get(field.key)
            continue
        rows = raw.get(field.key)
        for row in rows if isinstance(rows, list | tuple) else ():
            if isinstance(row, Mapping):
                yield from ((column, row.get(column.key)) for column in field.columns)


def read_form(service: Service, items: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Raw answers from the fields of a web form named `answers.KEY`; other fields are left alone.

    "" is not answered; of several values for one question the last counts (a hidden "no" before a tick box).
    What cannot be read stays text, and what the other answers hide stays in, for `check` to refuse. Of an amount of
    money the currency is sent as `answers.KEY.currency`, a cell of a table as `answers.TABLE.0.COLUMN`. Ids of files
    that came with the form are called `files.KEY`: they answer with those that it named before.
    """
    values: dict[str, list[str]] = {}
    files: dict[str, list[str]] = {}
    for name, value in items:
        if name.startswith(PREFIX) and value.strip():
            values.setdefault(name.removeprefix(PREFIX), []).append(value)
        elif name.startswith(FILES) and value.strip():
            files.setdefault(name.removeprefix(FILES), []).append(value)
    tables = {key: field for key, field in service.fields.items() if field.kind is FieldKind.TABLE}
    in_rows = {key: given for key, given in values.items() if (found := _CELL.fullmatch(key)) and found[1] in tables}
    alone = {key: given for key, given in values.items() if key not in in_rows}
    answers = dict(_read(service.fields, alone)) | dict(_read_rows(tables, in_rows))
    return answers | {key: [*alone.get(key, ()), *ids] for key, ids in files.items()}


def _read_rows(tables: Mapping[str, Field], values: Mapping[str, list[str]]) -> Iterator[tuple[str, object]]:
    """The rows of each table in their order; those that nobody filled in are left out."""
    sent: dict[tuple[str, int], dict[str, list[str]]] = {}
    for key, given in values.items():
        table, number, cell = key.split(".", 2)
        sent.setdefault((table, int(number)), {})[cell] = given
    for table, field in tables.items():
        columns = {column.key: column for column in field.columns}
        numbers = sorted(number for name, number in sent if name == table)
        rows = [dict(_read(columns, sent[table, number])) for number in numbers]
        if filled := [_with_number(row) for row in rows if not is_blank_row(row)]:
            yield table, filled


def _with_number(row: dict[str, object]) -> dict[str, object]:
    given = row.get(NUMBER)
    return {**row, NUMBER: int(given)} if isinstance(given, str) and _WHOLE.fullmatch(given) else row


def _read(fields: Mapping[str, Field], values: Mapping[str, list[str]]) -> Iterator[tuple[str, object]]:
    currencies = {key for key in values if _is_currency(fields, key)}
    for key, given in values.items():
        if key not in currencies:
            yield key, _raw(fields.get(key), given, values.get(key + CURRENCY, [""])[-1])


def _is_currency(fields: Mapping[str, Field], key: str) -> bool:
    """An amount's currency is sent with every form, though nobody may have typed an amount."""
    field = fields.get(key.removesuffix(CURRENCY)) if key.endswith(CURRENCY) else None
    return field is not None and field.kind is FieldKind.MONEY


def _raw(field: Field | None, values: list[str], currency: str) -> object:
    match field.kind if field else None:
        case FieldKind.MONEY:
            return {"amount": values[-1].strip(), **({"currency": currency.strip()} if currency.strip() else {})}
        case FieldKind.CHOICES | FieldKind.FILE:
            return values
        case FieldKind.YES_NO:
            return _YES_NO.get(values[-1].strip().lower(), values[-1])
        case FieldKind.NUMBER:
            return _number(values[-1].strip())
        case _:
            return values[-1]


def _number(text: str) -> object:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text.replace(",", ".")) if {".", ","} & set(text) else int(text)
