"""A schedule of a service: by which rule it is asked for without anybody asking, by whom, and with which answers."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import count, takewhile
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from annotated_types import Len
from pydantic import (
    BeforeValidator,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from catalog.part import Key, Line, Part, written
from catalog.remark import Remark

YEARS: Final = range(2000, 2200)
MOST: Final = 1000
_DAY: Final = timedelta(days=1)
_EVERY = re.compile(r"(?P<amount>[1-9]\d{0,3}) (?P<unit>day|week|month)s?")
_EVERIES: Final = Remark('write it like "10 days", "2 weeks" or "3 months"')
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH_DAY = re.compile(r"0?[1-9]|[12][0-9]|3[01]")
_TIME = re.compile(r"\d{2}:\d{2}", re.ASCII)


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class DayOff(StrEnum):
    """What becomes of a date on which the organisation does not work."""

    NEXT = "next"
    PREVIOUS = "previous"
    SKIP = "skip"
    KEEP = "keep"


@dataclass(frozen=True)
class Every:
    """How far apart, such as "3 months"."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises:
        ValueError: the text is no such distance.
        """
        found = _EVERY.fullmatch(" ".join(text.split()))
        if found is None or int(found["amount"]) > MOST:
            raise ValueError(_EVERIES)
        return cls(int(found["amount"]), Unit(f"{found['unit']}s"))

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.removesuffix('s') if self.amount == 1 else self.unit}"


LAST: Final = "last day"
FIRST_WORKING: Final = "first working day"
LAST_WORKING: Final = "last working day"
_NAMED_DAYS: Final = (LAST, FIRST_WORKING, LAST_WORKING)


def _every(value: object) -> object:
    return Every.parse(value) if isinstance(value, str) else written(value, Every, _EVERIES)


def _day(value: object) -> str:
    """A day of the month as a text: its number, or one of the names."""
    text = " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if text in _NAMED_DAYS:
        return text
    if _MONTH_DAY.fullmatch(text):
        return str(int(text))
    raise ValueError(Remark('write a day of the month from 1 to 31, "last day", "first" or "last working day"'))


def _date(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise ValueError(Remark("write a date such as 2026-09-01"))
    return found


def _time(value: object) -> object:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value if isinstance(value, str) and _TIME.fullmatch(value) else "")
    except ValueError as fault:
        raise ValueError(Remark('write a time of day such as "09:00", in quotes')) from fault


_TEXT = WithJsonSchema({"type": "string"})
EveryText = Annotated[Every, BeforeValidator(_every), PlainSerializer(str), _TEXT]
DayText = Annotated[str, BeforeValidator(_day), WithJsonSchema({"type": ["string", "integer"]})]
DateText = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
TimeText = Annotated[time, BeforeValidator(_time), PlainSerializer(lambda at: f"{at:%H:%M}"), _TEXT]
Requester = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=3, max_length=320)]


class Schedule(Part):
    """The service is asked for with these `answers` by the `requester`: a mail address, the owner, or `QUEUE.lead`.

    Days are counted from `from_on`, weeks from its week, months from its month; none lies before it nor after
    `until_on`. `weekdays` go with weeks (without any: the weekday of `from_on`), `day` with months (without it: the day
    of `from_on`; in a month that has no such day, its last). `at` is the time in `time_zone`, without one in the
    organisation's. `day_off` says what becomes of a date on which the organisation does not work.
    """

    key: Key
    title: Line
    requester: Requester
    answers: Mapping[str, JsonValue] = {}
    every: EveryText
    weekdays: Annotated[tuple[Weekday, ...], Len(0, 7)] = ()
    day: DayText | None = None
    at: TimeText = time(9)
    time_zone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    from_on: DateText
    until_on: DateText | None = None
    day_off: DayOff = DayOff.NEXT
    paused: bool = False

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            if name:
                ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
            raise ValueError(Remark("there is no time zone %(name)r", name=name)) from fault
        return name

    @model_validator(mode="after")
    def _fits_its_unit(self) -> Self:
        if self.weekdays and self.every.unit is not Unit.WEEKS:
            raise ValueError(Remark("weekdays go with weeks only"))
        if self.day is not None and self.every.unit is not Unit.MONTHS:
            raise ValueError(Remark("a day of the month goes with months only"))
        return self

    @property
    def moves(self) -> DayOff:
        """What becomes of a date without work; a first or last working day always looks for one within its month."""
        return {FIRST_WORKING: DayOff.NEXT, LAST_WORKING: DayOff.PREVIOUS}.get(self.day or "", self.day_off)

    def days(self, since: date) -> Iterator[date]:
        """The days that the rule names, in order, none before `since`; days off have not moved them yet."""
        last = self.until_on or date(YEARS[-1], 12, 31)
        begin = max(since, self.from_on)
        named = (day for day in self._named(begin) if day >= begin)
        return takewhile(lambda day: day <= last, named)

    def _named(self, begin: date) -> Iterator[date]:
        """Every day of the rule from before `begin` on, and up to the end of the years planned with."""
        match self.every.unit:
            case Unit.DAYS:
                return self._every_days(begin)
            case Unit.WEEKS:
                return self._every_weeks(begin)
            case Unit.MONTHS:
                return self._every_months(begin)

    def _every_days(self, begin: date) -> Iterator[date]:
        first = (begin - self.from_on).days // self.every.amount
        return _until_the_end(self.from_on + number * self.every.amount * _DAY for number in count(first))

    def _every_weeks(self, begin: date) -> Iterator[date]:
        monday = self.from_on - self.from_on.weekday() * _DAY
        places = sorted(list(Weekday).index(one) for one in set(self.weekdays)) or [self.from_on.weekday()]
        first = (begin - monday).days // 7 // self.every.amount
        weeks = (monday + number * self.every.amount * 7 * _DAY for number in count(first))
        return (week + place * _DAY for week in _until_the_end(weeks) for place in places)

    def _every_months(self, begin: date) -> Iterator[date]:
        start = self.from_on.year * 12 + self.from_on.month - 1
        first = (begin.year * 12 + begin.month - 1 - start) // self.every.amount
        months = (divmod(start + number * self.every.amount, 12) for number in count(first))
        return (self._in_month(year, month + 1) for year, month in takewhile(lambda one: one[0] in YEARS, months))

    def _in_month(self, year: int, month: int) -> date:
        length = monthrange(year, month)[1]
        if self.day in {LAST, LAST_WORKING}:
            return date(year, month, length)
        wanted = 1 if self.day == FIRST_WORKING else int(self.day or self.from_on.day)
        return date(year, month, min(wanted, length))


def _until_the_end(days: Iterator[date]) -> Iterator[date]:
    return takewhile(lambda day: day.year in YEARS, days)
