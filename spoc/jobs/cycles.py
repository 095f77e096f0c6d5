"""Work that comes by schedule: found by the minute, and each run raised by a job of its own."""

from routing.phrase import marked
from spoc.db.queueing import LeaseLost
from spoc.db.session import transaction
from spoc.errors import SpocError
from spoc.failure import kept
from spoc.intake.cycles.finding import find_due
from spoc.intake.cycles.raising import note_problem, raise_run
from spoc.jobs.tools import Hopeless, Work


class NotRaised(Hopeless):
    """A person has to mend the schedule or the directory; tried again afterwards, the run is raised."""

    code = "not_raised"
    template = marked("A schedule raised nothing. Its page says why: Catalogue, then Schedules.")


def find(work: Work) -> None:
    """Write down what has come due, each with the job that raises it."""
    with work.last_transaction() as session:
        find_due(session, work.now)


def raise_(work: Work) -> None:
    """Open the ticket of the run, or keep why there can be none."""
    run_id: int = work.job.payload["run_id"]
    try:
        with work.last_transaction() as session:
            raise_run(session, run_id, work.now)
    except LeaseLost:
        raise
    except SpocError as refused:
        with transaction(work.tools.sessions) as session:
            note_problem(session, run_id, kept(refused))
        raise NotRaised from refused
