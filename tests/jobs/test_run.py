"""Running a job by its id: once, fenced, and with its failure written down."""

import io

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.access import LoginFailureRow
from spoc.db.jobs import JobRow, JobState
from spoc.db.people import OrganisationRow
from spoc.db.queueing import MOST_ATTEMPTS, enqueue, free_expired, lease
from spoc.db.session import transaction
from spoc.failure import read
from spoc.jobs.run import run
from spoc.jobs.tools import Hopeless, Tools, Work
from tests.jobs.conftest import Look


def leave_a_mark(work: Work) -> None:
    with work.last_transaction() as session:
        session.add(LoginFailureRow(subject="mark"))


def be_slow(work: Work) -> None:
    """Work on until the lease has run out and another worker has the job."""
    with work.last_transaction() as session:
        session.add(LoginFailureRow(subject="mark"))
        session.execute(update(JobRow).values(lease_until=func.now() - text("interval '1 second'")))
        free_expired(session, 1)
        lease(session, work.job.id)


def break_down(work: Work) -> None:
    raise ValueError(f"attempt {work.job.attempt}")


def be_refused(work: Work) -> None:
    """Fail as a row does that its table refuses; the driver's text repeats the row."""
    with work.last_transaction() as session:
        session.add(OrganisationRow(id=2, name="Kündigung-Meyer"))


def give_up(work: Work) -> None:
    raise Hopeless("There is no such address.")


HANDLERS = {"mark": leave_a_mark, "slow": be_slow, "broken": break_down, "refused": be_refused, "hopeless": give_up}


def added(sessions: sessionmaker[Session], kind: str) -> int:
    with transaction(sessions) as session:
        return enqueue(session, kind, {})


def marks(sessions: sessionmaker[Session]) -> int:
    with transaction(sessions) as session:
        return session.scalar(select(func.count()).select_from(LoginFailureRow)) or 0


def make_due(sessions: sessionmaker[Session]) -> None:
    with transaction(sessions) as session:
        session.execute(update(JobRow).values(run_at=func.now()))


def test_a_job_that_is_told_twice_is_done_once(tools: Tools, sessions: sessionmaker[Session], look: Look) -> None:
    job_id = added(sessions, "mark")

    run(job_id, tools, HANDLERS)
    run(job_id, tools, HANDLERS)

    assert marks(sessions) == 1
    assert look(job_id).state is JobState.DONE


def test_a_job_that_is_not_there_is_nothing(tools: Tools) -> None:
    run(0, tools, HANDLERS)


def test_whoever_lost_the_lease_leaves_no_effect(tools: Tools, sessions: sessionmaker[Session], look: Look) -> None:
    job_id = added(sessions, "slow")

    run(job_id, tools, HANDLERS)

    assert marks(sessions) == 0
    assert look(job_id).state is JobState.RUNNING


def test_a_failure_is_written_down_and_tried_again_later(
    tools: Tools, sessions: sessionmaker[Session], look: Look
) -> None:
    job_id = added(sessions, "broken")

    run(job_id, tools, HANDLERS)

    assert look(job_id).state is JobState.READY
    assert look(job_id).error == "ValueError: attempt 1"


def test_a_refused_row_is_written_neither_into_the_job_nor_into_the_log(
    tools: Tools, sessions: sessionmaker[Session], look: Look, written: io.StringIO
) -> None:
    job_id = added(sessions, "refused")

    run(job_id, tools, HANDLERS)

    assert look(job_id).error == "IntegrityError: CheckViolation 23514 ck_organisation_only_one"
    assert "job.failed" in written.getvalue()
    assert "Kündigung" not in written.getvalue()


def test_a_job_that_always_fails_is_parked(tools: Tools, sessions: sessionmaker[Session], look: Look) -> None:
    job_id = added(sessions, "broken")

    for _ in range(MOST_ATTEMPTS + 1):
        make_due(sessions)
        run(job_id, tools, HANDLERS)

    assert look(job_id).state is JobState.PARKED
    assert look(job_id).error == f"ValueError: attempt {MOST_ATTEMPTS}"


def test_a_hopeless_job_is_parked_at_once(tools: Tools, sessions: sessionmaker[Session], look: Look) -> None:
    job_id = added(sessions, "hopeless")

    run(job_id, tools, HANDLERS)

    assert look(job_id).state is JobState.PARKED
    assert str(read(look(job_id).error)) == "There is no such address."


def test_a_job_that_this_version_does_not_know_is_parked(
    tools: Tools, sessions: sessionmaker[Session], look: Look
) -> None:
    job_id = added(sessions, "from.a.later.version")

    run(job_id, tools)

    assert look(job_id).state is JobState.PARKED
    assert str(read(look(job_id).error)) == "This version knows no job of kind from.a.later.version."


def test_the_canary_comes_back(tools: Tools, sessions: sessionmaker[Session], look: Look) -> None:
    job_id = added(sessions, "canary")

    run(job_id, tools)

    assert look(job_id).state is JobState.DONE
