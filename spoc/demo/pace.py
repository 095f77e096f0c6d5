"""How long things take: when a task is claimed and when it is finished."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from routing.calendars import add_working_minutes, working_minutes_between
from routing.work import DESK
from spoc.demo.stage import LIVE, Case, Course, Pace, Stage
from spoc.demo.tasks import Ready

LATE: Final = 0.06
"""Share of tasks that are finished after their time."""

USUAL_MINUTES: Final = 480
"""Working minutes for a task without a due time."""

SHORTEST: Final = 25

A_MOMENT: Final = timedelta(minutes=1)

OVERDUE_MINUTES: Final = 240
"""For a task that is late already when somebody gets it."""


def pace_of(stage: Stage, case: Case, task: Ready, now: datetime) -> Pace:
    """As told beforehand; else in the first contact if that is how the ask goes; else within the task's time."""
    if case.paces is not None:
        told = case.paces.get(f"{task.key}@{task.queue}") or case.paces.get(task.key)
        return _not_before(told, now) if told else Pace(None, None)
    if _could_be_at_once(case, task):
        return _first(stage, case, now)
    return _within_its_time(stage, task, now)


def _not_before(told: Pace, now: datetime) -> Pace:
    """A told beginning may lie before the task was ready, where the history is shorter than the tale."""
    claim_at = max(told.claim_at, now + A_MOMENT) if told.claim_at else None
    finish_at = max(told.finish_at, claim_at + A_MOMENT) if told.finish_at and claim_at else None
    return replace(told, claim_at=claim_at, finish_at=finish_at)


def _could_be_at_once(case: Case, task: Ready) -> bool:
    possible = case.course is Course.AT_ONCE or case.chapter.handoffs or case.chapter.questions
    return task.queue == DESK and case.steps_done == 0 and bool(possible)


def _first(stage: Stage, case: Case, now: datetime) -> Pace:
    if case.course is Course.AT_ONCE:
        return _at_once(stage, case)
    claim_at = stage.later(max(now, case.ended_at), 3, 110)
    return Pace(claim_at, stage.later(claim_at, 65, 620))


def _at_once(stage: Stage, case: Case) -> Pace:
    """Before the call ends; where nobody waits on the line, within the hour."""
    if case.channel in LIVE:
        claim_at = case.opened_at + (case.ended_at - case.opened_at) * stage.random.uniform(0.1, 0.3)
        return Pace(claim_at, case.ended_at)
    claim_at = stage.later(case.opened_at, 2, 16)
    return Pace(claim_at, stage.later(claim_at, 4, 38))


def _within_its_time(stage: Stage, task: Ready, now: datetime) -> Pace:
    calendar = stage.calendar_of(task.queue)
    due_at = task.due_at or add_working_minutes(calendar, now, USUAL_MINUTES)
    left = working_minutes_between(calendar, now, due_at) if due_at > now else 0
    given = max(left, OVERDUE_MINUTES if left == 0 else SHORTEST)
    taken = max(int(given * _share(stage)), 4)
    finish_at = add_working_minutes(calendar, now, taken) + timedelta(seconds=stage.random.randrange(2, 58))
    before = min(taken - 2, int(taken * stage.random.uniform(0.25, 0.9)), stage.random.randint(12, 1_300))
    claim_at = add_working_minutes(calendar, now, max(taken - before, 1))
    return Pace(min(claim_at, finish_at), finish_at)


def _share(stage: Stage) -> float:
    """Of the time a task has, the part that it takes; above one it is late."""
    if stage.happens(LATE):
        return stage.random.uniform(1.05, 1.9)
    return stage.random.betavariate(1.9, 2.4) * 0.94 + 0.03
