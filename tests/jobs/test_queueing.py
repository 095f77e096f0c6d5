"""The job table: nothing is lost, nothing is done by two, and what always fails is put aside."""

from uuid import uuid4

import pytest
from sqlalchemy import func, text, update
from sqlalchemy.orm import Session, sessionmaker

from spoc.db import queueing
from spoc.db.jobs import JobRow, JobState
from spoc.db.session import transaction
from tests.jobs.conftest import Look


def let_lease_run_out(session: Session, **values: object) -> None:
    session.execute(update(JobRow).values(lease_until=func.now() - text("interval '1 second'"), **values))


def leased(session: Session, kind: str = "canary") -> queueing.Leased:
    job = queueing.lease(session, queueing.enqueue(session, kind, {}))
    assert job is not None
    return job


def test_a_due_job_is_taken_to_be_published_once(session: Session) -> None:
    job_id = queueing.enqueue(session, "canary", {"a": 1})

    assert queueing.take_due(session, 10) == [(job_id, "canary")]
    assert queueing.take_due(session, 10) == []


def test_the_oldest_are_taken_first_and_no_more_than_asked_for(session: Session) -> None:
    ids = [queueing.enqueue(session, "canary", {}) for _ in range(3)]

    assert [job_id for job_id, _ in queueing.take_due(session, 2)] == ids[:2]


def test_no_more_are_taken_than_asked_for_however_the_statement_is_planned(session: Session) -> None:
    """A plan with nested loops runs a subquery once for each row."""
    ids = [queueing.enqueue(session, "canary", {}) for _ in range(5)]
    for strategy in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
        session.execute(text(f"SET LOCAL enable_{strategy} = off"))

    assert [job_id for job_id, _ in queueing.take_due(session, 2)] == ids[:2]


def test_a_job_published_long_ago_and_never_begun_is_taken_again(session: Session) -> None:
    job_id = queueing.enqueue(session, "canary", {})
    queueing.take_due(session, 10)
    session.execute(update(JobRow).values(published_at=func.now() - text("interval '3 minutes'")))

    assert queueing.take_due(session, 10) == [(job_id, "canary")]


def test_a_job_for_later_is_neither_published_nor_leased(session: Session) -> None:
    job_id = queueing.enqueue(session, "canary", {})
    session.execute(update(JobRow).values(run_at=func.now() + text("interval '1 second'")))

    assert queueing.take_due(session, 10) == []
    assert queueing.lease(session, job_id) is None


def test_two_dispatchers_at_once_take_different_jobs(committed: sessionmaker[Session]) -> None:
    with transaction(committed) as session:
        ids = {queueing.enqueue(session, "canary", {}) for _ in range(4)}

    with committed() as one, committed() as other:
        first = {job_id for job_id, _ in queueing.take_due(one, 2)}
        second = {job_id for job_id, _ in queueing.take_due(other, 4)}

    assert len(first) == 2
    assert first | second == ids
    assert not first & second


def test_one_of_two_workers_gets_the_lease(session: Session) -> None:
    job = leased(session)

    assert job.attempt == 1
    assert queueing.lease(session, job.id) is None


def test_a_finished_job_is_never_leased_again(session: Session) -> None:
    job = leased(session)
    queueing.finish(session, job)

    assert queueing.is_done(session, job.id)
    assert queueing.lease(session, job.id) is None


def test_a_lease_that_ran_out_is_free_again(session: Session, look: Look) -> None:
    job = leased(session)
    let_lease_run_out(session)

    assert queueing.free_expired(session, 10) == 1
    again = queueing.lease(session, job.id)
    assert again is not None
    assert again.attempt == 2


def test_a_lease_that_holds_is_left_alone(session: Session) -> None:
    leased(session)

    assert queueing.free_expired(session, 10) == 0


def test_whoever_lost_the_lease_cannot_finish(session: Session) -> None:
    job = leased(session)
    let_lease_run_out(session)
    queueing.free_expired(session, 10)
    queueing.lease(session, job.id)

    with pytest.raises(queueing.LeaseLost):
        queueing.finish(session, job)
    with pytest.raises(queueing.LeaseLost):
        queueing.fail(session, job, "too late")


def test_a_job_that_kills_its_worker_each_time_is_parked(
    session: Session, sessions: sessionmaker[Session], look: Look
) -> None:
    job = leased(session)
    let_lease_run_out(session, attempts=queueing.MOST_ATTEMPTS)
    queueing.free_expired(session, 10)
    session.commit()

    found = look(job.id)
    assert found.state is JobState.PARKED
    assert found.error == "The worker was lost while it ran."


@pytest.mark.parametrize(("attempt", "wait"), [(1, 5), (2, 30), (3, 120), (4, 600)])
def test_a_failed_job_waits_longer_each_time(session: Session, look: Look, attempt: int, wait: int) -> None:
    job = leased(session)
    again = queueing.Leased(job.id, job.kind, job.payload, attempt, job.lease_id)
    queueing.fail(session, again, "it broke")

    waits = session.scalar(
        text("SELECT extract(epoch FROM run_at - now()) FROM job WHERE id = :id").bindparams(id=job.id)
    )
    session.commit()
    assert round(float(str(waits))) == wait
    assert look(job.id).state is JobState.READY
    assert look(job.id).error == "it broke"


def test_the_fifth_failure_parks_the_job_with_its_error(session: Session, look: Look) -> None:
    job = leased(session)
    fifth = queueing.Leased(job.id, job.kind, job.payload, 5, job.lease_id)
    queueing.fail(session, fifth, "x" * 5_000)
    session.commit()

    assert look(job.id).state is JobState.PARKED
    assert look(job.id).error == "x" * queueing.LONGEST_ERROR


def test_a_parked_job_can_be_given_a_new_set_of_attempts(session: Session, look: Look) -> None:
    job = leased(session)
    queueing.fail(session, job, "hopeless", for_good=True)
    session.commit()

    assert queueing.retry_parked(session, look(job.id).public_id)
    again = queueing.lease(session, job.id)
    assert again is not None
    assert again.attempt == 1


def test_only_parked_jobs_can_be_retried(session: Session, look: Look) -> None:
    job_id = queueing.enqueue(session, "canary", {})
    session.commit()

    assert not queueing.retry_parked(session, look(job_id).public_id)
    assert not queueing.retry_parked(session, uuid4())


def test_a_slot_of_a_schedule_is_inserted_once(session: Session) -> None:
    assert queueing.enqueue_slot(session, "sweep.forget", "2026-08-13T09")
    assert not queueing.enqueue_slot(session, "sweep.forget", "2026-08-13T09")
    assert queueing.enqueue_slot(session, "sweep.forget", "2026-08-13T10")


def test_after_a_broker_lost_its_memory_everything_ready_is_published_again(session: Session) -> None:
    ids = [queueing.enqueue(session, "canary", {}) for _ in range(2)]
    queueing.take_due(session, 10)

    queueing.unpublish(session)

    assert [job_id for job_id, _ in queueing.take_due(session, 10)] == ids


def test_a_job_that_is_not_there_is_not_done(session: Session) -> None:
    assert not queueing.is_done(session, 0)
