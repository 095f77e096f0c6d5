"""Answers to a service's form: from a web form or JSON, checked as a whole."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from pydantic import JsonValue

from catalog.checks import MESSAGES, Known, Refused, settle
from catalog.conditions import compiled
from catalog.errors import AnswerFault, InvalidAnswers
from catalog.schema import schema
from catalog.service import Field, FieldKind, Service

__all__ = ["Known", "check", "named_people", "read_form", "schema", "visible_fields"]

PREFIX = "answers."
# A body may hold a hundred thousand invented keys; the answer to it should not.
_MOST_UNKNOWN = 20
_NUMBER = re.compile(r"[+-]?\d{1,16}(?:[.,]\d{1,16})?")
_YES_NO = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


def check(service: Service, raw: Mapping[str, object], known: Known, *, complete: bool = True) -> dict[str, JsonValue]:
    """The answers as they are kept, in the order of the form, defaults filled in.

    Null, a blank text and an empty list are "not answered". JSON types are strict: "1" is no number. With `complete`
    false nothing has to be answered: an agent who takes a call writes down what was said.

    Raises:
        InvalidAnswers: with every fault there is, but at most 20 unknown fields.
    """
    answers: dict[str, JsonValue] = {}
    refused: set[str] = set()
    unknown = (key[:80] for key in raw if key not in service.fields)
    faults = [_fault(key, "unknown") for key in islice(unknown, _MOST_UNKNOWN)]
    for field in service.form:
        # Whether a question is asked cannot be said while an answer it hangs on is refused.
        unclear = field.visible_when is not None and not refused.isdisjoint(compiled(field.visible_when).names)
        try:
            value = None if unclear else _answer(field, raw.get(field.key), answers, known, complete=complete)
        except Refused as fault:
            refused.add(field.key)
            faults.append(_fault(field.key, fault.code, **fault.given))
        else:
            if value is not None:
                answers[field.key] = value
        if unclear:
            refused.add(field.key)
    if faults:
        raise InvalidAnswers(faults)
    return answers


def _fault(key: str, code: str, **given: str | float) -> AnswerFault:
    return AnswerFault(key, code, MESSAGES[code] % given, given)


def _answer(
    field: Field, given: object, answers: Mapping[str, JsonValue], known: Known, *, complete: bool
) -> JsonValue:
    unanswered = _unanswered(given)
    if not _visible(field, answers):
        if not unanswered:
            raise Refused("hidden")
        return None
    if unanswered:
        if complete and field.required and field.default is None:
            raise Refused("required")
        return field.default
    return settle(field, given, known)


def _unanswered(value: object) -> bool:
    return value is None or value in ([], ()) or (isinstance(value, str) and not value.strip())


def _visible(field: Field, answers: Mapping[str, object]) -> bool:
    return field.visible_when is None or compiled(field.visible_when).verdict(answers).holds


def visible_fields(service: Service, answers: Mapping[str, object]) -> tuple[Field, ...]:
    """The fields to ask, given the answers so far; answers to fields that are not asked count as null."""
    seen: dict[str, object] = {}
    shown: list[Field] = []
    for field in service.form:
        if _visible(field, seen):
            shown.append(field)
            seen[field.key] = answers.get(field.key, field.default)
    return tuple(shown)


def named_people(service: Service, raw: Mapping[str, object]) -> frozenset[str]:
    """Mail addresses, in lower case, that the directory should be asked about before `check`."""
    given = (raw.get(field.key) for field in service.form if field.kind is FieldKind.PERSON)
    return frozenset(mail.strip().lower() for mail in given if isinstance(mail, str) and mail.strip())


def read_form(service: Service, items: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Raw answers from the fields of a web form named `answers.KEY`; other fields are left alone.

    "" is not answered; of several values for one question the last counts (a hidden "no" before a tick box).
    What cannot be read stays text, for `check` to refuse. Answers to questions that the other answers hide are
    dropped: without scripts, and after a change of mind, browsers send them.
    """
    sent = [(name.removeprefix(PREFIX), value) for name, value in items if name.startswith(PREFIX)]
    raw = dict(_read(service, sent))
    asked = {field.key for field in visible_fields(service, raw)}
    return {key: value for key, value in raw.items() if key in asked or key not in service.fields}


def _read(service: Service, sent: Sequence[tuple[str, str]]) -> Iterator[tuple[str, object]]:
    values: dict[str, list[str]] = {}
    for key, value in sent:
        if value.strip():
            values.setdefault(key, []).append(value)
    for key, given in values.items():
        yield key, _raw(service.fields.get(key), given)


def _raw(field: Field | None, values: list[str]) -> object:
    match field.kind if field else None:
        case FieldKind.CHOICES:
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
