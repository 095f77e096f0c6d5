"""Date rules: "2 working days before start_on 09:00" as a value, relative to an answer or to the submission."""

import re
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Self

from catalog.errors import InvalidDateRule
from catalog.remark import Remark

SUBMISSION = "submission"
MOST = 5000


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


_CLOCK_UNITS = {Unit.MINUTES, Unit.HOURS, Unit.WORKING_MINUTES, Unit.WORKING_HOURS}
_RULE = re.compile(
    r"(?:(?P<amount>\d{1,4}) (?P<working>working )?(?P<unit>minute|hour|day|week|month)s? (?P<side>before|after) "
    r"|same day as )?(?P<anchor>(?:row\.)?[a-z][a-z0-9_]*)(?: (?P<at>\d{2}:\d{2}))?"
)
GRAMMAR = Remark(
    'write it like "start_on", "start_on 18:00", "2 working days before start_on 09:00", "3 weeks after start_on" '
    'or "4 working hours after submission"'
)


@dataclass(frozen=True)
class DateRule:
    """An instant relative to `anchor`: a field key, `row.` and a column, or "submission" for when the ask came in.

    `amount` is negative for "before". `at` replaces the time of day, and is local to the calendar that reads it.
    """

    anchor: str
    amount: int = 0
    unit: Unit = Unit.DAYS
    at: time | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form; extra spaces do not matter.

        Raises:
            InvalidDateRule: the text is outside the grammar.
        """
        found = _RULE.fullmatch(" ".join(text.split()))
        if found is None:
            raise InvalidDateRule(text, GRAMMAR)
        unit = _unit(text, found["working"], found["unit"])
        if found["at"] and unit in _CLOCK_UNITS:
            raise InvalidDateRule(text, Remark("a time of day goes with days, weeks or months only"))
        amount = _amount(text, found["amount"])
        return cls(found["anchor"], -amount if found["side"] == "before" else amount, unit, _time(text, found["at"]))

    def __str__(self) -> str:
        at = f" {self.at:%H:%M}" if self.at else ""
        if self.amount == 0:
            return f"{self.anchor}{at}"
        side = "before" if self.amount < 0 else "after"
        return f"{abs(self.amount)} {self.unit.replace('_', ' ')} {side} {self.anchor}{at}"


def _amount(text: str, amount: str | None) -> int:
    number = int(amount or 0)
    if number > MOST:
        raise InvalidDateRule(text, Remark("at most %(most)s", most=MOST))
    return number


def _unit(text: str, working: str | None, unit: str | None) -> Unit:
    if unit is None:
        return Unit.DAYS
    name = f"working_{unit}s" if working else f"{unit}s"
    if name not in set(Unit):
        raise InvalidDateRule(text, Remark("only minutes, hours and days can be working ones"))
    return Unit(name)


def _time(text: str, at: str | None) -> time | None:
    try:
        return time.fromisoformat(at) if at else None
    except ValueError as fault:
        raise InvalidDateRule(text, Remark("%(at)s is no time of day", at=at)) from fault
