"""What falls due by itself, and what is forgotten."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from routing.work import TaskState
from spoc.db.access import LoginFailureRow
from spoc.db.jobs import JobRow, JobState
from spoc.db.queueing import enqueue
from spoc.db.reports import StatedFigureRow
from spoc.db.session import transaction
from spoc.db.tickets import TaskRow
from spoc.jobs import figures, schedule
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from tests.world import World


def sweep(sessions: sessionmaker[Session], tools: Tools, kind: str) -> None:
    with transaction(sessions) as session:
        job_id = enqueue(session, kind, {})
    run(job_id, tools)


def test_a_task_whose_day_has_come_is_ready(world: World, tools: Tools, session: Session, now: datetime) -> None:
    world.submit("new-starter")
    waiting = select(TaskRow.id).where(TaskRow.state == TaskState.WAITING, TaskRow.needs == [])
    task_id = session.scalars(waiting.where(TaskRow.opens_at > now).order_by(TaskRow.opens_at)).first()
    opens_at = session.scalar(select(TaskRow.opens_at).where(TaskRow.id == task_id))
    session.commit()
    assert opens_at is not None

    sweep(tools.sessions, tools, schedule.OPEN_DUE)
    before = session.scalar(select(TaskRow.state).where(TaskRow.id == task_id))
    session.commit()
    sweep(tools.sessions, replace(tools, clock=lambda: opens_at + timedelta(seconds=1)), schedule.OPEN_DUE)

    assert before is TaskState.WAITING
    assert session.scalar(select(TaskRow.state).where(TaskRow.id == task_id)) is TaskState.READY


def test_old_traces_are_forgotten_and_young_ones_kept(tools: Tools, session: Session) -> None:
    session.add(LoginFailureRow(subject="old"))
    enqueue(session, "canary", {})
    session.flush()
    session.execute(update(LoginFailureRow).values(at=func.now() - text("interval '2 days'")))
    session.execute(update(JobRow).values(state=JobState.DONE, done_at=func.now() - text("interval '8 days'")))
    session.add(LoginFailureRow(subject="young"))
    session.commit()

    sweep(tools.sessions, tools, schedule.FORGET)

    assert list(session.scalars(select(LoginFailureRow.subject))) == ["young"]
    assert list(session.scalars(select(JobRow.kind))) == [schedule.FORGET]


def test_closed_weeks_are_found_by_the_clock_and_stated_each_by_one_job(
    world: World, tools: Tools, session: Session, now: datetime
) -> None:
    world.submit("password-access", at=now - timedelta(weeks=4))

    for clock in (lambda: now, lambda: now + timedelta(hours=1), lambda: now + timedelta(days=1)):
        sweep(tools.sessions, replace(tools, clock=clock), schedule.FIGURES)

    (job,) = session.scalars(select(JobRow).where(JobRow.kind == figures.WEEK)).all()
    run(job.id, tools)
    assert session.scalars(select(StatedFigureRow.starts_on)).all() == [date(2026, 7, 13)]


def test_a_week_that_was_looked_at_is_looked_at_again_the_next_day(
    world: World, tools: Tools, session: Session, now: datetime
) -> None:
    world.submit("password-access", at=now - timedelta(weeks=4))
    sweep(tools.sessions, tools, schedule.FIGURES)
    job_id = session.scalars(select(JobRow.id).where(JobRow.kind == figures.WEEK)).one()
    run(job_id, tools)
    sweep(tools.sessions, replace(tools, clock=lambda: now + timedelta(days=1)), schedule.FIGURES)
    job = session.scalars(select(JobRow).where(JobRow.kind == figures.WEEK).execution_options(populate_existing=True))
    assert [(one.id, one.state, one.attempts) for one in job] == [(job_id, JobState.READY, 0)]
