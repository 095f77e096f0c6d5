"""Filling in a form as the asking person would: the $names and {slots} of a story become answers of the day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from routing.calendars import add_working_days
from spoc.demo.stage import Player, Stage
from spoc.demo.stories import Story

STARTERS: Final = (
    "Aylin Kaya",
    "Henrik Solberg",
    "Camille Bertin",
    "Joanna Wrona",
    "Tarek Haddad-Weiss",
    "Milena Petrova",
    "Oskar Lindahl",
    "Ngozi Obi",
    "Léa Montagnier",
    "Finn Hauschild",
    "Marta Queiroz",
    "Yusuf Demirci",
    "Ida Rasmussen",
    "Bao Chi Lê",
    "Greta Wallner",
    "Simon Achard",
    "Nora El-Amin",
    "Pieter Hofstra",
    "Kalina Todorova",
    "Jan-Erik Sundqvist",
)
"""New colleagues, in the order in which they are hired; from the first again when all are."""

HORIZON: Final = timedelta(hours=26)
"""A badge was seen last at most so long ago."""


@dataclass(frozen=True)
class Asking:
    """Who asks, and when; `leaver` is whom an ask about leaving is about."""

    stage: Stage
    requester: Player
    at: datetime
    leaver: Player | None = None


def fill_in(asking: Asking, story: Story) -> dict[str, Any]:
    return {key: _answer(asking, value) for key, value in story.answers.items()}


def _answer(asking: Asking, value: Any) -> Any:
    if isinstance(value, list):
        return [_answer(asking, one) for one in value]
    if isinstance(value, dict):
        return {key: _answer(asking, one) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    if not value.startswith("$"):
        return asking.stage.words.fill(asking.stage.random, value)
    name, *rest = value[1:].split()
    return _NAMES[name](asking, *rest)


def _mail(stage: Stage, account: str | None) -> str:
    """Of a person; of the one who can decide for everybody if there is none."""
    return stage.players[account or "manager"].member.mail


def _colleague(asking: Asking) -> str:
    one = asking.requester.member
    department = [
        player.member.mail
        for player in asking.stage.players.values()
        if player.member.department == one.department and player.member is not one
    ]
    return asking.stage.random.choice(department or [_mail(asking.stage, one.manager)])


def _leaver(asking: Asking) -> Player:
    assert asking.leaver is not None
    return asking.leaver


def _day(asking: Asking, low: str, high: str) -> str:
    """A working day, so many working days ahead."""
    days = asking.stage.random.randint(int(low), int(high))
    return add_working_days(asking.stage.calendar, asking.stage.today(asking.at), days).isoformat()


def _ahead(asking: Asking, days: str) -> str:
    """A working day, so many after the end of the history."""
    return asking.stage.on(int(days), time()).date().isoformat()


def _yesterday(asking: Asking) -> str:
    back = timedelta(minutes=asking.stage.random.randrange(40, int(HORIZON / timedelta(minutes=1))))
    return (asking.at - back).astimezone(asking.stage.facts.zone).strftime("%Y-%m-%dT%H:%M")


def _month(asking: Asking) -> str:
    """The month before: its payslip is the newest."""
    return (asking.stage.today(asking.at).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def _starter(asking: Asking) -> str:
    stage = asking.stage
    name = STARTERS[len(stage.starters) % len(STARTERS)]
    stage.starters.append(name)
    return name


_NAMES: Final[Mapping[str, Callable[..., Any]]] = {
    "manager": lambda asking: _mail(asking.stage, asking.requester.member.manager),
    "self": lambda asking: asking.requester.member.mail,
    "colleague": _colleague,
    "location": lambda asking: asking.requester.member.location,
    "department": lambda asking: asking.requester.member.department,
    "leaver": lambda asking: _leaver(asking).member.mail,
    "leaver_manager": lambda asking: _mail(asking.stage, _leaver(asking).member.manager),
    "leaver_location": lambda asking: _leaver(asking).member.location,
    "in": _day,
    "ahead": _ahead,
    "yesterday": _yesterday,
    "month": _month,
    "starter": _starter,
}
