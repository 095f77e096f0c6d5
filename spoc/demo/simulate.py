"""The history: day after day people ask, agents work, and what comes due by itself does."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from spoc.db.jobs import JobRow, JobState
from spoc.db.tickets import TaskRow
from spoc.demo.arrivals import draw_day
from spoc.demo.recurring import raise_due
from spoc.demo.stage import Stage
from spoc.demo.work import plan_ready
from spoc.desk.clocks.climbing import climb
from spoc.desk.clocks.keeping import keep
from spoc.desk.clocks.starting import start_asks, start_tasks
from spoc.desk.sweeps import BATCH, open_due, resume_due

Progress: TypeAlias = Callable[[int, int], None]
"""Told after every simulated day: days done, days in all."""

MOST_AN_HOUR: Final = 2_000
TICKS_EVERY: Final = 6
SWEEPS: Final = range(6, 20)
"""The product sweeps every minute. Here it does at full hours, on which steps open and holds of the demo end."""


def simulate(stage: Stage, session: Session, progress: Progress) -> None:
    """Play the whole history."""
    days = _days(stage)
    for place, midnight in enumerate(days, 1):
        for hour in SWEEPS:
            stage.agenda.add(midnight.replace(hour=hour), partial(_sweep, stage))
        draw_day(stage, midnight.date())
        stage.agenda.run(session, midnight + timedelta(days=1))
        _settle_jobs(session)
        progress(place, len(days))


def _days(stage: Stage) -> Sequence[datetime]:
    """Each day's midnight in the desk's zone, the last day's included."""
    begins_at = stage.begins_at.astimezone(stage.facts.zone)
    midnight = begins_at.replace(hour=0, minute=0, second=0, microsecond=0)
    count = (stage.today(stage.ends_at) - midnight.date()).days + 1
    return [midnight + timedelta(days=day) for day in range(count)]


def _sweep(stage: Stage, session: Session, at: datetime) -> None:
    while resume_due(session, at) == BATCH:
        pass
    raise_due(stage, session, at)
    if at.hour % TICKS_EVERY == 0:
        _tick(session, at)
    if _opened(session, at):
        opened = select(TaskRow.ticket_id).where(TaskRow.ready_at == at).distinct().order_by(TaskRow.ticket_id)
        for ticket_id in session.scalars(opened).all():
            plan_ready(stage, stage.cases[ticket_id], session, at)


def _tick(session: Session, at: datetime) -> None:
    """What targets promise, twice a day instead of by the minute: each breach keeps its own instant all the same."""
    start_asks(session, at, limit=MOST_AN_HOUR)
    start_tasks(session, limit=MOST_AN_HOUR)
    keep(session, at, limit=MOST_AN_HOUR)
    climb(session, at, limit=MOST_AN_HOUR)


def _opened(session: Session, at: datetime) -> int:
    tickets = last = open_due(session, at)
    while last == BATCH:
        last = open_due(session, at)
        tickets += last
    return tickets


def _settle_jobs(session: Session) -> None:
    """What history enqueued counts as done: nobody wants two thousand mails about the last eight weeks at once."""
    waiting = update(JobRow).where(JobRow.state == JobState.READY)
    session.execute(waiting.values(state=JobState.DONE, done_at=func.now()))
