"""What decides the end of a plan: its critical path, and how long every other work may take beyond its due date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter

from routing.work import Placement


@dataclass(frozen=True)
class Span:
    """When a work can be under way: from when all it needs is due and its date has come, until it is due itself.

    A work without a due date, or one that is due before it can begin, ends when it begins.
    """

    key: str
    begins_at: datetime
    ends_at: datetime
    needs: tuple[str, ...]


@dataclass(frozen=True)
class CriticalPath:
    """`keys` in the order of time. `latest` is until when each work may take without the end moving."""

    keys: tuple[str, ...]
    ends_at: datetime
    latest: Mapping[str, datetime]


def spans(placements: Sequence[Placement], now: datetime) -> tuple[Span, ...]:
    """In the order given, for a plan asked for at `now`; needs that are not among the placements hold up nothing."""
    by_key = {one.key: one for one in placements}
    found: dict[str, Span] = {}
    for key in _needs_first({one.key: one.needs for one in placements}):
        placed = by_key[key]
        needs = tuple(need for need in placed.needs if need in by_key)
        begins_at = max(now, placed.opens_at or now, *(found[need].ends_at for need in needs))
        found[key] = Span(key, begins_at, max(begins_at, placed.due_at or begins_at), needs)
    return tuple(found[one.key] for one in placements)


def critical_path(plan: Sequence[Span], by: datetime | None = None) -> CriticalPath:
    """The chain of needs that decides the end: the work that ends last, and back by the need that ends last each time.

    With `by`, the date that everything is about, only works that end until then decide, and what is left until then is
    to spare; without it, or when nothing ends until then, the whole plan does. Of chains that end alike the one of most
    works is taken, then the first. A need hands on what it has to spare only as far as nothing that waits for it has to
    begin later than that can afford.

    Raises:
        ValueError: there is no work.
    """
    by_key = {span.key: span for span in plan}
    order = _needs_first({span.key: span.needs for span in plan})
    length = _lengths(by_key, order)
    goal = by if by is not None and any(span.ends_at <= by for span in plan) else max(span.ends_at for span in plan)
    path = _path([span for span in plan if span.ends_at <= goal], by_key, length)
    return CriticalPath(path, by_key[path[-1]].ends_at, _latest(by_key, order, goal))


def _needs_first(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    known = {key: [need for need in wanted if need in needs] for key, wanted in needs.items()}
    return tuple(TopologicalSorter(known).static_order())


def _lengths(by_key: Mapping[str, Span], order: Sequence[str]) -> dict[str, int]:
    """Works in the longest chain that ends with each."""
    length: dict[str, int] = {}
    for key in order:
        length[key] = 1 + max((length[need] for need in by_key[key].needs), default=0)
    return length


def _path(ending: Sequence[Span], by_key: Mapping[str, Span], length: Mapping[str, int]) -> tuple[str, ...]:
    def last(keys: Sequence[str]) -> str:
        return max(keys, key=lambda key: (by_key[key].ends_at, length[key]))

    path = [last([span.key for span in ending])]
    while needs := by_key[path[-1]].needs:
        path.append(last(needs))
    return tuple(reversed(path))


def _latest(by_key: Mapping[str, Span], order: Sequence[str], goal: datetime) -> dict[str, datetime]:
    end = max(span.ends_at for span in by_key.values())
    latest = {key: goal if span.ends_at <= goal else end for key, span in by_key.items()}
    waited_for = {need for span in by_key.values() for need in span.needs}
    affordable: dict[str, datetime] = {}
    for key in reversed(order):
        span = by_key[key]
        latest[key] = affordable[key] if key in waited_for else latest[key]
        begins_latest = span.begins_at + (latest[key] - span.ends_at)
        for need in span.needs:
            affordable[need] = min(affordable.get(need, begins_latest), begins_latest)
    return latest
