"""The figures of closed weeks: found by the clock, and each week stated by a job of its own."""

from datetime import date
from typing import Final

from spoc.db.queueing import enqueue_one
from spoc.jobs.tools import Work
from spoc.reports.restating.due import weeks_due
from spoc.reports.restating.stating import state_week

WEEK: Final = "figures.week"


def find(work: Work) -> None:
    """Enqueue each week that is due; one that waits to be stated is not enqueued twice."""
    with work.last_transaction() as session:
        for starts_on in weeks_due(session, work.now):
            enqueue_one(session, WEEK, starts_on.isoformat(), {"starts_on": starts_on.isoformat()})


def state(work: Work) -> None:
    """State the week, or state it again if it says something else."""
    with work.last_transaction() as session:
        state_week(session, date.fromisoformat(work.job.payload["starts_on"]), work.now)
