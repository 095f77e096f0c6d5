"""Whom ready tasks are offered to, by the minute."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.assign import Strategy
from spoc.db.jobs import JobRow, JobState
from spoc.db.people import QueueRow
from spoc.db.queueing import enqueue
from spoc.db.session import transaction
from spoc.db.tickets import TaskRow
from spoc.jobs import schedule
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from tests.world import World


def test_a_ready_task_is_offered_by_the_clock_and_never_by_the_intake(
    world: World, tools: Tools, session: Session
) -> None:
    session.execute(update(QueueRow).where(QueueRow.key == "desk").values(strategy=Strategy.ROUND_ROBIN))
    ticket = world.submit("laptop-fault")
    assignee = select(TaskRow.assignee_id).where(TaskRow.ticket_id == ticket.ticket_id)
    before = session.scalar(assignee)
    session.commit()

    with transaction(tools.sessions) as other:
        job_id = enqueue(other, schedule.ASSIGN, {})
    run(job_id, tools)

    assert (before, session.scalar(assignee)) == (None, world.ids["agent.desk"])
    assert session.scalar(select(JobRow.state).where(JobRow.id == job_id)) is JobState.DONE
