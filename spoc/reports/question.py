"""A question to the reports: which period, which openings, by what, for whom; and how it is read from an address."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from routing.phrase import Phrase, counted
from routing.visibility import Actor
from routing.work import Channel
from spoc.errors import Fault
from spoc.reports.errors import InvalidQuestion

USUAL_WEEKS: Final = 12
WINDOWS: Final = range(1, 31)
LONGEST_PERIOD: Final = 4_000  # days: a decade, and a little
LONGEST_LIMIT: Final = 60 * 24 * 30
YEARS: Final = range(1970, 2201)
_TOO_LONG: Final = counted(
    "A period has at most %(number)s day.", "A period has at most %(number)s days.", LONGEST_PERIOD
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,6}", re.ASCII)

TimeLimit: TypeAlias = int | Literal["none"] | None
"""Business minutes instead of the set limits, `none` for no limit at all, None for the limits as set."""


class By(StrEnum):
    WEEK = "week"
    MONTH = "month"
    SERVICE = "service"
    QUEUE = "queue"
    CHANNEL = "channel"
    CAUSE = "cause"


OPENINGS_BY: Final = tuple(by for by in By if by is not By.CAUSE)


@dataclass(frozen=True)
class Filters:
    """Only openings with these; None is any. `queue` is the first queue the opening was placed in."""

    service: str | None = None
    queue: str | None = None
    channel: Channel | None = None
    department: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Question:
    """Days are whole days in `zone`, both inclusive. `actor` None is whoever is at the machine: plain services only."""

    actor: Actor | None
    start_on: date
    end_on: date
    zone: ZoneInfo
    by: By = By.WEEK
    only: Filters = field(default_factory=Filters)
    window_days: int | None = None
    time_limit: TimeLimit = None

    @property
    def start_at(self) -> datetime:
        return datetime.combine(self.start_on, time(), self.zone)

    @property
    def end_at(self) -> datetime:
        """The first instant after the period."""
        return datetime.combine(self.end_on + timedelta(days=1), time(), self.zone)

    @property
    def days(self) -> int:
        return (self.end_on - self.start_on).days + 1


PARAMETERS: Final = (
    "from",
    "to",
    "by",
    "service",
    "queue",
    "channel",
    "department",
    "location",
    "window",
    "time_limit",
)


def usual_question(actor: Actor | None, zone: ZoneInfo, now: datetime) -> Question:
    """The last twelve calendar weeks, this one included."""
    today = now.astimezone(zone).date()
    return Question(actor, today - timedelta(days=today.weekday(), weeks=USUAL_WEEKS - 1), today, zone)


def read_question(
    given: Sequence[tuple[str, str]],
    usual: Question,
    allowed: Iterable[str] = PARAMETERS,
    by: Sequence[By] = OPENINGS_BY,
) -> Question:
    """The question that names and values of an address ask; what is not given, or empty, is as `usual`.

    `allowed` are the names that may be given; those that are none of `PARAMETERS` belong to the page.

    Raises:
        InvalidQuestion: with every fault: unknown or repeated names, values that mean nothing, a period backwards.
    """
    reader = _Reader(given, frozenset(allowed))
    question = Question(
        actor=usual.actor,
        start_on=reader.day("from") or usual.start_on,
        end_on=reader.day("to") or usual.end_on,
        zone=usual.zone,
        by=reader.one_of("by", by) or usual.by,
        only=reader.filters(),
        window_days=reader.window(),
        time_limit=reader.time_limit(),
    )
    if question.end_on < question.start_on:
        reader.fault("to", "before_from", Phrase("The period ends before it begins."))
    if question.days > LONGEST_PERIOD:
        reader.fault("from", "too_long", _TOO_LONG)
    reader.finish()
    return question


Word = TypeVar("Word", bound=StrEnum)


class _Reader:
    """Collects what is wrong while values are taken, so that all of it can be told at once."""

    def __init__(self, given: Sequence[tuple[str, str]], allowed: frozenset[str]) -> None:
        self._values = {name: value.strip() for name, value in given if name in allowed}
        self._faults: list[Fault] = []
        for name, times in Counter(name for name, _ in given).items():
            if name not in allowed:
                self.fault(name[:60], "unknown", Phrase("There is no such parameter."))
            elif times > 1:
                self.fault(name, "repeated", Phrase("Give it once."))

    def fault(self, name: str, code: str, said: Phrase) -> None:
        self._faults.append(Fault(name, code, said))

    def finish(self) -> None:
        if self._faults:
            raise InvalidQuestion(self._faults)

    def text(self, name: str) -> str | None:
        value = self._values.get(name) or None
        if value is not None and ("\x00" in value or len(value) > 200):  # noqa: PLR2004 - longer than any key or name
            self.fault(name, "invalid", Phrase("This is no key or name."))
            return None
        return value

    def day(self, name: str) -> date | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value) if _DATE.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            self.fault(name, "invalid_date", Phrase("Give a date as 2026-07-01."))
        elif day.year not in YEARS:
            years = Phrase("Give a date of the years %(first)s to %(last)s.", {"first": YEARS[0], "last": YEARS[-1]})
            self.fault(name, "invalid_date", years)
            return None
        return day

    def one_of(self, name: str, words: Iterable[Word]) -> Word | None:
        value = self.text(name)
        known = {word.value: word for word in words}
        if value is not None and value not in known:
            self.fault(name, "unknown_choice", Phrase("Choose one of %(choices)s.", {"choices": ", ".join(known)}))
        return known.get(value or "")

    def window(self) -> int | None:
        value = self.text("window")
        if value is None:
            return None
        days = int(value) if _NUMBER.fullmatch(value) else 0
        if days not in WINDOWS:
            self.fault("window", "out_of_range", Phrase("Give whole days from 1 to 30."))
            return None
        return days

    def time_limit(self) -> TimeLimit:
        value = self.text("time_limit")
        if value is None or value == "none":
            return "none" if value else None
        minutes = int(value) if _NUMBER.fullmatch(value) else -1
        if not 0 < minutes <= LONGEST_LIMIT:
            said = Phrase("Give business minutes from 1 to %(most)s, or none.", {"most": LONGEST_LIMIT})
            self.fault("time_limit", "out_of_range", said)
            return None
        return minutes

    def filters(self) -> Filters:
        return Filters(
            self.text("service"),
            self.text("queue"),
            self.one_of("channel", Channel),
            self.text("department"),
            self.text("location"),
        )


def address(question: Question, **more: str | None) -> list[tuple[str, str]]:
    """The names and values that ask the question again, `more` added or put in place; None leaves a name out."""
    values: dict[str, str | None] = {
        "from": question.start_on.isoformat(),
        "to": question.end_on.isoformat(),
        "by": question.by.value,
        "service": question.only.service,
        "queue": question.only.queue,
        "channel": question.only.channel.value if question.only.channel else None,
        "department": question.only.department,
        "location": question.only.location,
        "window": str(question.window_days) if question.window_days else None,
        "time_limit": str(question.time_limit) if question.time_limit else None,
    }
    return [(name, value) for name, value in (values | more).items() if value is not None]
