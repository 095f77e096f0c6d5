"""What falls due by itself, and what is forgotten."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from routing.work import TaskState
from spoc.db.access import LoginFailureRow
from spoc.db.jobs import JobRow, JobState
from spoc.db.queueing import enqueue
from spoc.db.session import transaction
from spoc.db.tickets import TaskRow
from spoc.jobs import schedule
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
