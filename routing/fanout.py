"""From the works of an ask to placements: which queue, from when, by when, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Final
from zoneinfo import ZoneInfo

from routing.calendars import Calendar, usual_hours
from routing.errors import BrokenPlan, DateOutOfRange, NoWorkingTime
from routing.moments import due, opening, reason
from routing.phrase import Phrase
from routing.rules import Rule, place
from routing.why import Given, Kind, Why
from routing.work import FINDS_ITS_PEOPLE, Facts, Moment, Placement, TaskState, Unit, Work

DEFAULT_DUE: Final = Moment(anchor=None, amount=2, unit=Unit.WORKING_DAYS)
"""When a work names no due date: counted from its opening, or from when what it waits for is due."""

OFFICE_HOURS: Final = usual_hours(ZoneInfo("UTC"))
"""For a queue without a calendar, when there is no general one either."""

_PERSONS: Final = {
    "requester": Kind.REQUESTER,
    "subject": Kind.SUBJECT,
    "requester.manager": Kind.REQUESTER_MANAGER,
    "subject.manager": Kind.SUBJECT_MANAGER,
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
        needs = [placed[need] for need in work.needs]
        placed[key] = _placed(work, queue, (why, *_waits(work)), calendar, needs, now)
    return tuple(placed[work.key] for work in works)


def _titles(works: Sequence[Work], rules: Sequence[Rule]) -> dict[str, str]:
    named = [work.queue for work in works if work.queue] + [rule.queue for rule in rules]
    return {queue: queue for queue in named}


def _by_key(works: Sequence[Work]) -> dict[str, Work]:
    by_key: dict[str, Work] = {}
    for work in works:
        if work.key in by_key:
            raise BrokenPlan(work.key, Phrase("is in it twice"))
        by_key[work.key] = work
    return by_key


def _needs_first(by_key: Mapping[str, Work]) -> tuple[str, ...]:
    for work in by_key.values():
        for need in work.needs:
            if need not in by_key:
                raise BrokenPlan(work.key, Phrase("needs %(need)s, which is not in it", {"need": need}))
    try:
        return tuple(TopologicalSorter({key: work.needs for key, work in by_key.items()}).static_order())
    except CycleError as fault:
        raise BrokenPlan(fault.args[1][0], Phrase("needs itself in a circle")) from fault


def _who(work: Work, facts: Facts, rules: Sequence[Rule], titles: Mapping[str, str]) -> tuple[str | None, Why]:
    if work.kind in FINDS_ITS_PEOPLE:
        return None, Why(Kind.FINDS_ITS_PEOPLE)
    if work.person is None:
        return place(work, facts, rules, titles)
    kind = _PERSONS.get(work.person)
    return None, Why(kind) if kind else Why(Kind.PERSON, {"person": work.person})


def _waits(work: Work) -> tuple[Why, ...]:
    return (Why(Kind.WAITS, {"tasks": work.needs}),) if work.needs else ()


def _placed(
    work: Work, queue: str | None, why: tuple[Why, ...], calendar: Calendar, needs: Sequence[Placement], now: datetime
) -> Placement:
    opens_at, why_opens = _opening(work, calendar, now)
    is_undated = _is_undated(work, needs)
    due_at, why_due = (None, ()) if is_undated else _due(work, calendar, opens_at, needs, now)
    ready = not needs and (opens_at is None or opens_at <= now)
    state = TaskState.READY if ready else TaskState.WAITING
    whys = (*why, *why_opens, *why_due)
    return Placement(work.key, queue, work.person, state, opens_at, due_at, work.needs, whys, is_undated)


def _is_undated(work: Work, needs: Sequence[Placement]) -> bool:
    """Counted from nothing, or from a need that is, a due date would be told as a fact."""
    return work.due_to_come or (work.due is None and any(need.is_undated for need in needs))


def _opening(work: Work, calendar: Calendar, now: datetime) -> tuple[datetime | None, tuple[Why, ...]]:
    if work.opens is None:
        return None, ()
    try:
        return opening(work.opens, calendar, now), (reason(Kind.OPENS, work.opens, calendar),)
    except DateOutOfRange as fault:
        return None, (Why(Kind.OPENS_AT_ONCE_RANGE, _out_of_range(fault)),)
    except NoWorkingTime as fault:
        return None, (Why(Kind.OPENS_AT_ONCE_NO_WORK, {"calendar": fault.calendar_key}),)


def _due(
    work: Work, calendar: Calendar, opens_at: datetime | None, needs: Sequence[Placement], now: datetime
) -> tuple[datetime | None, tuple[Why, ...]]:
    try:
        if work.due is None:
            return _default_due(calendar, opens_at, needs, now)
        due_at, notes = due(work.due, calendar, now)
        return due_at, (reason(Kind.DUE, work.due, calendar), *notes)
    except DateOutOfRange as fault:
        return None, (Why(Kind.NO_DUE_RANGE, _out_of_range(fault)),)
    except NoWorkingTime as fault:
        return None, (Why(Kind.NO_DUE_NO_WORK, {"calendar": fault.calendar_key}),)


def _out_of_range(fault: DateOutOfRange) -> dict[str, Given]:
    return {"day_on": str(fault.value)[:10]}


def _default_due(
    calendar: Calendar, opens_at: datetime | None, needs: Sequence[Placement], now: datetime
) -> tuple[datetime, tuple[Why, ...]]:
    dues = [need.due_at for need in needs if need.due_at]
    starts = [
        (now, Kind.DUE_AFTER_SUBMISSION),
        (opens_at or now, Kind.DUE_AFTER_OPENING),
        (max(dues, default=now), Kind.DUE_AFTER_NEEDS),
    ]
    start, kind = max(starts, key=lambda pair: pair[0])
    due_at, _ = due(replace(DEFAULT_DUE, anchor=start), calendar, now)
    given: dict[str, Given] = {"amount": DEFAULT_DUE.amount, "unit": DEFAULT_DUE.unit.value}
    return due_at, (Why(kind, given),)
