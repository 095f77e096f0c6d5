"""What differs between two texts, line by line, as changes are usually shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

MOST_COMPARED: Final = 1_000
"""Lines, after what both texts begin and end with: finding the best match takes their square."""

MOST_SHOWN: Final = 2_000
_AROUND: Final = 3


class Side(StrEnum):
    BOTH = "both"
    OLD = "old"
    NEW = "new"
    GAP = "gap"


@dataclass(frozen=True)
class Line:
    """`number` counts from 1 in the text of the side, in the new one for both; in a gap it is how many are left out."""

    side: Side
    number: int
    text: str


def difference(old: str, new: str) -> tuple[Line, ...]:
    """The lines that differ with some around them, as many as one can read; empty where the texts are the same."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return ()
    found = tuple(_shown(list(_lines(before, after))))
    rest = len(found) - MOST_SHOWN
    return (*found[:MOST_SHOWN], Line(Side.GAP, rest, "")) if rest > 0 else found


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    start = _same(before, after)
    end = _same(before[start:][::-1], after[start:][::-1])
    yield from (Line(Side.BOTH, at + 1, after[at]) for at in range(start))
    yield from _between(before, after, start, end)
    yield from (Line(Side.BOTH, at + 1, after[at]) for at in range(len(after) - end, len(after)))


def _between(before: Sequence[str], after: Sequence[str], start: int, end: int) -> Iterator[Line]:
    """What lies between the lines that both begin and end with; too much of it is shown as wholly replaced."""
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    too_many = max(len(old), len(new)) > MOST_COMPARED
    whole = [("replace", 0, len(old), 0, len(new))]
    for kind, old_from, old_to, new_from, new_to in (
        whole if too_many else SequenceMatcher(None, old, new).get_opcodes()
    ):
        if kind == "equal":
            yield from (Line(Side.BOTH, start + at + 1, new[at]) for at in range(new_from, new_to))
        else:
            yield from (Line(Side.OLD, start + at + 1, old[at]) for at in range(old_from, old_to))
            yield from (Line(Side.NEW, start + at + 1, new[at]) for at in range(new_from, new_to))


def _same(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines both begin with."""
    return next(
        (at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )


def _shown(lines: Sequence[Line]) -> Iterator[Line]:
    """The changed lines and those near them; longer stretches become a gap."""
    near = {
        at
        for place, line in enumerate(lines)
        if line.side is not Side.BOTH
        for at in range(place - _AROUND, place + _AROUND + 1)
    }
    left_out = 0
    for at, line in enumerate(lines):
        if at not in near:
            left_out += 1
            continue
        if left_out:
            yield Line(Side.GAP, left_out, "")
            left_out = 0
        yield line
    if left_out:
        yield Line(Side.GAP, left_out, "")
