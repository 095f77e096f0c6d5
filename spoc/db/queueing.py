"""Jobs in and out of the job table: insert, publish, lease, finish, fail. All instants are the database's own.

A row is `ready` until a worker takes it under a lease (`running`), then `done`; one that failed is `ready` again
later, and `parked` after too many attempts. What a broker does with the job's id decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Interval, Select, case, cast, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from routing.phrase import marked
from spoc.db.jobs import JobRow, JobState
from spoc.errors import SpocError

LEASE_SECONDS = 60
REPUBLISH_SECONDS = 120
MOST_ATTEMPTS = 5
BACK_OFF_SECONDS = (5, 30, 120, 600)
LONGEST_ERROR = 2_000


@dataclass(frozen=True)
class Leased:
    """A job that this worker alone may finish until its lease runs out. `attempt` counts from 1."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    lease_id: UUID


class LeaseLost(SpocError):
    """The job took longer than its lease and is somebody else's now: what was done here is rolled back."""

    code = "lease_lost"
    template = marked("Job %(job)s is no longer ours.")

    def __init__(self, job_id: int) -> None:
        super().__init__(job=job_id)
        self.job_id = job_id


def enqueue(session: Session, kind: str, payload: Mapping[str, Any]) -> int:
    """Insert a job that follows from this transaction; gives its id. It runs after the commit, at least once."""
    job_id: int = session.execute(
        insert(JobRow).values(kind=kind, payload=dict(payload)).returning(JobRow.id)
    ).scalar_one()
    return job_id


def enqueue_slot(
    session: Session, schedule: str, slot: str, kind: str = "", payload: Mapping[str, Any] | None = None
) -> bool:
    """Insert the job of a schedule's slot, of the schedule's own kind if none is named; False if any process did."""
    row = upsert(JobRow).values(kind=kind or schedule, payload=dict(payload or {}), schedule=schedule, slot=slot)
    return session.scalar(row.on_conflict_do_nothing().returning(JobRow.id)) is not None


def enqueue_one(session: Session, kind: str, slot: str, payload: Mapping[str, Any]) -> bool:
    """Have the one job of this kind and slot run, again if it is over; False if it waits or runs already."""
    again = {"state": JobState.READY, "attempts": 0, "run_at": func.now(), "published_at": None, "done_at": None}
    row = upsert(JobRow).values(kind=kind, payload=dict(payload), schedule=kind, slot=slot)
    over = JobRow.state.in_((JobState.DONE, JobState.PARKED))
    rearmed = row.on_conflict_do_update(
        index_elements=["schedule", "slot"], set_={**again, "payload": row.excluded.payload, "error": ""}, where=over
    )
    return session.scalar(rearmed.returning(JobRow.id)) is not None


def state_of(session: Session, job_id: int) -> JobState | None:
    """The job's state; None if it is not there (any more)."""
    return session.scalar(select(JobRow.state).where(JobRow.id == job_id))


def is_done(session: Session, job_id: int) -> bool:
    """Whether the job came to its end; False for one that is parked or not there."""
    return state_of(session, job_id) is JobState.DONE


def take_due(session: Session, limit: int) -> list[tuple[int, str]]:
    """Id and kind of jobs to publish now, oldest first, marked as published; two dispatchers take different ones.

    A job published long ago and still not begun is taken again: the broker may have lost it.
    """
    stale = JobRow.published_at < func.now() - _seconds(REPUBLISH_SECONDS)
    due = (
        select(JobRow.id)
        .where(JobRow.state == JobState.READY, JobRow.run_at <= func.now(), or_(JobRow.published_at.is_(None), stale))
        .order_by(JobRow.run_at, JobRow.id)
    )
    taken = (
        update(JobRow)
        .where(JobRow.id.in_(_free(due, limit)))
        .values(published_at=func.now())
        .returning(JobRow.id, JobRow.kind)
    )
    return sorted((job_id, kind) for job_id, kind in session.execute(taken))


def unpublish(session: Session, job_ids: list[int] | None = None) -> None:
    """Forget that ready jobs were published: these, or all of them where the broker lost its memory."""
    which = JobRow.id.in_(job_ids) if job_ids is not None else JobRow.published_at.is_not(None)
    session.execute(update(JobRow).where(JobRow.state == JobState.READY, which).values(published_at=None))


def free_expired(session: Session, limit: int) -> int:
    """Give back jobs whose lease ran out, or park them if that was the last attempt; how many there were."""
    expired = select(JobRow.id).where(JobRow.state == JobState.RUNNING, JobRow.lease_until < func.now())
    freed = session.execute(
        update(JobRow)
        .where(JobRow.id.in_(_free(expired, limit)))
        .values(
            state=_ready_or_parked(),
            lease_id=None,
            lease_until=None,
            published_at=None,
            error=marked("The worker was lost while it ran."),
        )
        .returning(JobRow.id)
    )
    return len(freed.all())


def lease(session: Session, job_id: int) -> Leased | None:
    """Take a ready job; None if it is taken, done, or not due: the message was a repeat."""
    lease_id = uuid4()
    row = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.READY, JobRow.run_at <= func.now())
        .values(
            state=JobState.RUNNING,
            attempts=JobRow.attempts + 1,
            lease_id=lease_id,
            lease_until=func.now() + _seconds(LEASE_SECONDS),
        )
        .returning(JobRow.kind, JobRow.payload, JobRow.attempts)
    ).one_or_none()
    return None if row is None else Leased(job_id, row.kind, row.payload, row.attempts, lease_id)


def finish(session: Session, job: Leased) -> None:
    """End a job in the transaction of its last effect.

    Raises:
        LeaseLost: the lease ran out and somebody else has the job; roll back.
    """
    _settle(session, job, state=JobState.DONE, done_at=func.now(), error="")


def fail(session: Session, job: Leased, error: str, *, for_good: bool = False) -> None:
    """Give a failed job back to run later, or park it with its error after the last attempt or `for_good`.

    Raises:
        LeaseLost: somebody else has the job; their outcome counts.
    """
    state = JobState.PARKED if for_good or job.attempt >= MOST_ATTEMPTS else JobState.READY
    wait = BACK_OFF_SECONDS[min(job.attempt, len(BACK_OFF_SECONDS)) - 1]
    _settle(
        session, job, state=state, run_at=func.now() + _seconds(wait), published_at=None, error=error[:LONGEST_ERROR]
    )


def retry_parked(session: Session, public_id: UUID) -> bool:
    """Give a parked job a new set of attempts; False if there is no such parked job."""
    again = (
        update(JobRow)
        .where(JobRow.public_id == public_id, JobRow.state == JobState.PARKED)
        .values(state=JobState.READY, attempts=0, run_at=func.now(), published_at=None)
        .returning(JobRow.id)
    )
    return session.scalar(again) is not None


def _settle(session: Session, job: Leased, **values: Any) -> None:
    settled = session.scalar(
        update(JobRow)
        .where(JobRow.id == job.id, JobRow.lease_id == job.lease_id, JobRow.state == JobState.RUNNING)
        .values(lease_id=None, lease_until=None, **values)
        .returning(JobRow.id)
    )
    if settled is None:
        raise LeaseLost(job.id)


def _ready_or_parked() -> ColumnElement[Any]:
    return case((JobRow.attempts >= MOST_ATTEMPTS, JobState.PARKED.value), else_=JobState.READY.value)


def _free(which: Select[Any], limit: int) -> Select[Any]:
    """As a common table expression: a subquery may be run again for each row of the outer table, and each run of one
    that skips what it has locked itself finds others, beyond the limit.
    """
    found = which.limit(limit).with_for_update(skip_locked=True).cte("free")
    return select(found.c.id)


def _seconds(count: int) -> ColumnElement[Any]:
    return cast(f"{count} seconds", Interval)
