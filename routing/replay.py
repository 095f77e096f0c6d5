"""What would have been different: one ask placed twice, under the rules it had and under others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DifferenceKind(StrEnum):
    ADDED = "added"
    GONE = "gone"
    ELSEWHERE = "elsewhere"
    EARLIER = "earlier"
    LATER = "later"


@dataclass(frozen=True)
class Step:
    """One step as it was placed: with a queue or a person, under the name that people read."""

    key: str
    title: str
    party: str
    due_at: datetime | None


@dataclass(frozen=True)
class Difference:
    """Of the step of that key. `before` and `after` are parties; `days` are working days, set for another date."""

    kind: DifferenceKind
    key: str
    title: str
    before: str = ""
    after: str = ""
    days: int = 0


@dataclass(frozen=True)
class Comparison:
    """`end_days`: by so many working days the last due date would have moved, negative where it is earlier."""

    differences: tuple[Difference, ...]
    end_days: int

    @property
    def is_same(self) -> bool:
        return not self.differences


Days = Callable[[datetime, datetime], int]


def compare(before: Sequence[Step], after: Sequence[Step], days: Days) -> Comparison:
    """Step by step, in the order of `after` and then what is gone; steps are the same where their keys are.

    `days` counts the working days from one instant to another. A due date that moves within one day is the same.
    """
    old, new = ({step.key: step for step in steps} for steps in (before, after))
    changed = (one for step in after for one in _changed(old.get(step.key), step, days))
    gone = (
        Difference(DifferenceKind.GONE, step.key, step.title, before=step.party)
        for step in before
        if step.key not in new
    )
    return Comparison((*changed, *gone), _end_days(before, after, days))


def _changed(old: Step | None, new: Step, days: Days) -> Iterator[Difference]:
    if old is None:
        yield Difference(DifferenceKind.ADDED, new.key, new.title, after=new.party)
        return
    if old.party != new.party:
        yield Difference(DifferenceKind.ELSEWHERE, new.key, new.title, old.party, new.party)
    moved = days(old.due_at, new.due_at) if old.due_at and new.due_at else 0
    if moved:
        kind = DifferenceKind.LATER if moved > 0 else DifferenceKind.EARLIER
        yield Difference(kind, new.key, new.title, days=abs(moved))


def _end_days(before: Sequence[Step], after: Sequence[Step], days: Days) -> int:
    ends = [max((step.due_at for step in steps if step.due_at), default=None) for steps in (before, after)]
    return days(ends[0], ends[1]) if ends[0] and ends[1] else 0
