"""Answers that a text already holds: dates, locations, options and names, and nothing that must be guessed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from pydantic import JsonValue

from catalog.service import Field, FieldKind, Service

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})\b",
        r"\b(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.\s?(?P<year>\d{4})\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>\d{{4}}))?\b",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}}))?\b",
        rf"\b(?:(?:next|this|on)\s+)?(?P<weekday>{'|'.join(_DAYS)})\b",
        r"\b(?P<word>today|tomorrow)\b",
    )
)
_NAME = r"[^\W\d_a-z][\w'’-]*"
_STARTER = re.compile(
    rf"\b(?P<name>{_NAME}(?: {_NAME}){{1,3}}),? (?:(?:will|is going to) )?(?:be |is )?(?:start|join)(?:s|ing)?\b"
)
_NO_NAMES = {
    "new",
    "our",
    "the",
    "colleague",
    "employee",
    "contractor",
    "intern",
    "engineer",
    "please",
    "hello",
    "dear",
}
_MAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
LONGEST = 10_000


def find_answers(service: Service, text: str, today: date, locations: Mapping[str, str]) -> dict[str, JsonValue]:
    """Raw answers, for `answers.check`; a question the text answers in two ways is left unanswered.

    `locations` maps keys to titles. The one date goes to the one date that the form requires (or asks for at all),
    so do the one mail address and the text itself, to the one long text.
    """
    said = text[:LONGEST].strip()
    found: dict[str, JsonValue] = {}
    dates = sorted({day.isoformat() for _, day in dates_in(said, today)})
    _give(found, service, FieldKind.DATE, dates)
    _give(found, service, FieldKind.PERSON, sorted({mail.lower() for mail in _MAIL.findall(said)}))
    _give(found, service, FieldKind.LOCATION, [key for key, title in locations.items() if _says(said, (key, title))])
    _give(found, service, FieldKind.LONG_TEXT, [said] if said else [])
    for field in service.form:
        found.update(_own(field, said))
    later = service.later()
    return {key: value for key, value in found.items() if key not in later}


def _own(field: Field, said: str) -> dict[str, JsonValue]:
    """What the text says for this very field: an option by its label, or the name of who starts."""
    if field.kind is FieldKind.CHOICE:
        chosen = [option.value for option in field.options if _says(said, (option.label,))]
        return {field.key: chosen[0]} if len(chosen) == 1 else {}
    if field.kind is FieldKind.TEXT and field.key == "person_name" and (name := _starter(said)):
        return {field.key: name}
    return {}


def _give(found: dict[str, JsonValue], service: Service, kind: FieldKind, values: list[str]) -> None:
    """Give the one value to the one field of this kind: the one required, else the only one."""
    fields = [field for field in service.form if field.kind is kind]
    required = [field for field in fields if field.required and field.visible_when is None]
    takers = required or fields
    if len(values) == 1 and len(takers) == 1:
        found[takers[0].key] = values[0]


def _says(said: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in the text as words of their own; very short ones ("No") prove nothing."""
    return any(
        len(name) > 3 and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.IGNORECASE)  # noqa: PLR2004
        for name in names
    )


def _starter(said: str) -> str | None:
    """The capitalised words right before "starts" or "joins"; one word, or two people, is no answer."""
    names = set()
    for found in _STARTER.finditer(said):
        words = found["name"].split()
        # Only the capitalised run right before the verb: "New colleague Kim Lee starts" names Kim Lee.
        while any(map(_is_no_name, words)):
            words.pop(0)
        if len(words) > 1:
            names.add(" ".join(words))
    return names.pop() if len(names) == 1 else None


def _is_no_name(word: str) -> bool:
    return not word[0].isupper() or word.lower() in _NO_NAMES


def without_dates(text: str, today: date) -> str:
    for written, _ in dates_in(text, today):
        text = text.replace(written, " ")
    return text


def dates_in(text: str, today: date) -> Iterator[tuple[str, date]]:
    """Each date in words or figures, as written and as meant: without a year, or as a weekday, the next to come."""
    for pattern in _DATES:
        for found in pattern.finditer(text):
            if day := _day(found.groupdict(), today):
                yield found[0], day


def _day(parts: Mapping[str, str | None], today: date) -> date | None:
    if word := parts.get("word"):
        return today + timedelta(days=word.lower() == "tomorrow")
    if weekday := parts.get("weekday"):
        ahead = (_DAYS.index(weekday.lower()) - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead)
    month = int(parts.get("number") or 0) or _MONTHS.index(str(parts["month"])[:3].lower()) + 1
    year, day = int(parts["year"] or 0), int(parts["day"] or 0)
    if year:
        return _date(year, month, day)
    return next((at for ahead in range(5) if (at := _date(today.year + ahead, month, day)) and at >= today), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
