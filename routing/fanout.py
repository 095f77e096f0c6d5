"""From the works of an ask to placements: which queue, from when, by when, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Final
from zoneinfo import ZoneInfo

from routing.calendars import Calendar, usual_hours
from routing.errors import BrokenPlan, DateOutOfRange, NoWorkingTime
from routing.moments import due, opening, said
from routing.rules import Rule, place
from routing.work import Facts, Moment, Placement, TaskState, Unit, Work

DEFAULT_DUE: Final = Moment(anchor=None, amount=2, unit=Unit.WORKING_DAYS)
"""When a work names no due date: counted from its opening, or from when what it waits for is due."""

OFFICE_HOURS: Final = usual_hours(ZoneInfo("UTC"))
"""For a queue without a calendar, when there is no general one either."""

_PERSONS: Final = {
    "requester": "The requester",
    "subject": "The person concerned",
    "requester.manager": "The requester's manager",
    "subject.manager": "The manager of the person concerned",
}


def fan_out(
    works: Sequence[Work],
    facts: Facts,
    rules: Sequence[Rule],
    calendars: Mapping[str, Calendar],
    now: datetime,
    *,
    queues: Mapping[str, str] | None = None,
) -> tuple[Placement, ...]:
    """A placement for each work, in the order given.

    `calendars` are by queue key, "" for queues and persons without their own. `queues` gives the titles of all
    queues there are; without it every queue named is taken to exist. A date that cannot be reckoned (the year 9999,
    a calendar without working time) leaves the work without it and says so: nobody's ask is refused for it.

    Raises:
        BrokenPlan: a key twice, a need that is not among the works, or needs in a circle.
    """
    titles = _titles(works, rules) if queues is None else queues
    placed: dict[str, Placement] = {}
    by_key = _by_key(works)
    for key in _needs_first(by_key):
        work = by_key[key]
        queue, why = _who(work, facts, rules, titles)
        calendar = calendars.get(queue or "") or calendars.get("") or OFFICE_HOURS
        timed = _timed(work, calendar, [placed[need] for need in work.needs], now)
        whys = (why, *_waits(work, [by_key[need] for need in work.needs]), *timed.why)
        placed[key] = replace(timed, queue=queue, why=whys)
    return tuple(placed[work.key] for work in works)


def _titles(works: Sequence[Work], rules: Sequence[Rule]) -> dict[str, str]:
    named = [work.queue for work in works if work.queue] + [rule.queue for rule in rules]
    return {queue: queue for queue in named}


def _by_key(works: Sequence[Work]) -> dict[str, Work]:
    by_key: dict[str, Work] = {}
    for work in works:
        if work.key in by_key:
            raise BrokenPlan(work.key, "is in it twice")
        by_key[work.key] = work
    return by_key


def _needs_first(by_key: Mapping[str, Work]) -> tuple[str, ...]:
    for work in by_key.values():
        for need in work.needs:
            if need not in by_key:
                raise BrokenPlan(work.key, f"needs {need}, which is not in it")
    try:
        return tuple(TopologicalSorter({key: work.needs for key, work in by_key.items()}).static_order())
    except CycleError as fault:
        raise BrokenPlan(fault.args[1][0], "needs itself in a circle") from fault


def _who(work: Work, facts: Facts, rules: Sequence[Rule], titles: Mapping[str, str]) -> tuple[str | None, str]:
    if work.person is None:
        return place(work, facts, rules, titles)
    return None, f"{_PERSONS.get(work.person, work.person)}: the catalogue gives this step to them"


def _waits(work: Work, needs: Sequence[Work]) -> tuple[str, ...]:
    """Names only steps that every reader of this one may know of."""
    titles = [need.title for need in needs if not need.confidential_to or _is_within(work, need)]
    if not needs:
        return ()
    return (f"Waits for: {', '.join(titles)}" if titles else "Waits for earlier work",)


def _is_within(work: Work, need: Work) -> bool:
    return bool(work.confidential_to) and set(work.confidential_to) <= set(need.confidential_to)


def _timed(work: Work, calendar: Calendar, needs: Sequence[Placement], now: datetime) -> Placement:
    opens_at, why_opens = _opening(work, calendar, now)
    due_at, why_due = _due(work, calendar, opens_at, needs, now)
    ready = not needs and (opens_at is None or opens_at <= now)
    state = TaskState.READY if ready else TaskState.WAITING
    return Placement(work.key, None, work.person, state, opens_at, due_at, work.needs, (*why_opens, *why_due))


def _opening(work: Work, calendar: Calendar, now: datetime) -> tuple[datetime | None, tuple[str, ...]]:
    if work.opens is None:
        return None, ()
    try:
        return opening(work.opens, calendar, now), (said("Opens", work.opens, calendar),)
    except (DateOutOfRange, NoWorkingTime) as fault:
        return None, (f"Opens at once: {fault}",)


def _due(
    work: Work, calendar: Calendar, opens_at: datetime | None, needs: Sequence[Placement], now: datetime
) -> tuple[datetime | None, tuple[str, ...]]:
    try:
        if work.due is None:
            return _default_due(calendar, opens_at, needs, now)
        due_at, notes = due(work.due, calendar, now)
    except (DateOutOfRange, NoWorkingTime) as fault:
        return None, (f"No due date: {fault}",)
    return due_at, (said("Due", work.due, calendar), *notes)


def _default_due(
    calendar: Calendar, opens_at: datetime | None, needs: Sequence[Placement], now: datetime
) -> tuple[datetime, tuple[str, ...]]:
    dues = [need.due_at for need in needs if need.due_at]
    starts = [
        (now, "submission"),
        (opens_at or now, "its opening"),
        (max(dues, default=now), "what it waits for is due"),
    ]
    start, words = max(starts, key=lambda pair: pair[0])
    due_at, _ = due(replace(DEFAULT_DUE, anchor=start), calendar, now)
    unit = DEFAULT_DUE.unit.replace("_", " ")
    return due_at, (f"Due {DEFAULT_DUE.amount} {unit} after {words}, as nothing else is said",)
