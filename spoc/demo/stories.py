"""What people at Halden Optics ask for and say: the texts in `stories/`, read as values, with their slots filled."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

import yaml

from routing.work import Channel

_SLOT: Final = re.compile(r"\{(\w+)\}")
_CHAPTERS: Final = ("access", "devices", "workplace", "people")


@dataclass(frozen=True)
class Story:
    """One way of asking. `answers` may hold {slots} and $names that the asking person fills in."""

    say: str
    answers: Mapping[str, Any]
    chance: float = 1.0


@dataclass(frozen=True)
class Question:
    ask: str
    answer: str


@dataclass(frozen=True)
class PassOn:
    to: str
    why: str
    know: str


@dataclass(frozen=True)
class Chapter:
    """All stories of one service. `share` weighs it against the others, `minutes` bound a call about it.

    `seldom` is how often it comes in eight weeks, for what is too rare to be left to the dice.
    """

    service: str
    share: int
    channels: Mapping[Channel, int]
    minutes: tuple[int, int]
    asked: tuple[Story, ...]
    results: tuple[str, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    handoffs: tuple[PassOn, ...]
    again: tuple[str, ...]
    still: tuple[str, ...]
    seldom: int = 0


@dataclass(frozen=True)
class Words:
    """What fits any service, by occasion, and what may stand for each slot."""

    slots: Mapping[str, Sequence[str]]
    occasions: Mapping[str, Sequence[str]]

    def say(self, random: Random, occasion: str) -> str:
        return self.fill(random, random.choice(self.occasions[occasion]))

    def fill(self, random: Random, text: str) -> str:
        """The text with every {slot} replaced, with a capital where one begins it; its words may hold slots too."""
        begins = text.startswith("{")
        while _SLOT.search(text):
            text = _SLOT.sub(lambda slot: random.choice(self.slots[slot[1]]), text)
        return text[:1].upper() + text[1:] if begins else text


@cache
def read_chapters() -> tuple[Chapter, ...]:
    return tuple(_chapter(one) for name in _CHAPTERS for one in _read(name))


@cache
def read_words() -> Words:
    given = _read("words")
    return Words(slots=given.pop("slots"), occasions=given)


def _read(name: str) -> Any:
    return yaml.safe_load(files("spoc.demo").joinpath("stories", f"{name}.yaml").read_text("utf-8"))


def _chapter(given: Mapping[str, Any]) -> Chapter:
    low, high = given["minutes"]
    return Chapter(
        service=given["service"],
        share=given["share"],
        channels={Channel(name): weight for name, weight in given["channels"].items()},
        minutes=(low, high),
        asked=tuple(Story(**story) for story in given["asked"]),
        results=tuple(given["results"]),
        questions=tuple(Question(*pair) for pair in given["questions"]),
        notes=tuple(given["notes"]),
        handoffs=tuple(PassOn(*parts) for parts in given["handoffs"]),
        again=tuple(given["again"]),
        still=tuple(given["still"]),
        seldom=given.get("seldom", 0),
    )
