"""An ask planned anew: its tasks as they were wanted, as they are wanted now, and the dates of those under way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.proof import Asked, Item
from routing.why import Why
from routing.work import TaskKind


@dataclass(frozen=True)
class Wanted:
    """A task as a plan wants it; one of `queue` and `person_id`, or neither. `needs` are keys of steps."""

    key: str
    title: str
    neutral_title: str
    detail: str
    phase: str
    queue: str | None
    person_id: int | None
    needs: tuple[str, ...]
    opens_at: datetime | None
    due_at: datetime | None
    confidential_to: tuple[str, ...]
    secret: bool
    why: tuple[Why, ...]
    kind: TaskKind = TaskKind.TASK
    checklist: tuple[Item, ...] = ()
    evidence: Asked | None = None


@dataclass(frozen=True)
class Plan:
    """What answers entail, by step key. `subject_id`: whom it is about, if the directory knows them."""

    answers: Mapping[str, object]
    title: str
    subject_id: int | None
    steps: Mapping[str, Wanted]


@dataclass(frozen=True)
class Redrawn:
    """The plan of the former answers and that of the new ones, both dated from when the ask was made.

    `fresh` is the new plan dated from now, for tasks that are added; `undo` what undoes each step that can be undone,
    without a party where that is whoever did it.
    """

    before: Plan
    after: Plan
    fresh: Mapping[str, Wanted]
    undo: Mapping[str, Wanted]


def redated(at: datetime | None, before: datetime | None, after: datetime | None) -> datetime | None:
    """The date of a task whose plan said `before` and says `after` now.

    What pauses have added stays added, so that moving there and back again leaves the date as it was.
    """
    if before == after:
        return at
    if at is None or before is None or after is None:
        return after
    return after + (at - before)
