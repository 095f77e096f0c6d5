"""The dispatcher: publishes after the commit, loses nothing to a dead broker, and plans each slot once."""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from amqp.exceptions import MessageNacked
from kombu.exceptions import EncodeError, OperationalError
from sqlalchemy import Engine, QueuePool, create_engine, select
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.jobs import JobRow
from spoc.db.queueing import enqueue
from spoc.db.session import transaction
from spoc.jobs import schedule
from spoc.jobs.dispatcher import Dispatcher
from tests.jobs.conftest import Look


class Broker:
    """Takes ids, refuses the first `refusals` batches, and says when it has taken some."""

    def __init__(self, refusals: int = 0, error: Exception | None = None) -> None:
        self.taken: list[tuple[int, str]] = []
        self.refusals = refusals
        self.error = error or OperationalError("no broker")
        self.took = threading.Event()

    def __call__(self, due: Sequence[tuple[int, str]]) -> None:
        if due and self.refusals:
            self.refusals -= 1
            raise self.error
        self.taken += due
        if any(kind == "canary" for _, kind in due):
            self.took.set()


class Asked(sessionmaker[Session]):
    """Sessions that say when they were asked for three times."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.times = 0
        self.often = threading.Event()

    def begin(self) -> AbstractContextManager[Session]:
        self.times += 1
        if self.times == 3:
            self.often.set()
        return super().begin()


def test_due_jobs_are_published_by_id_and_kind(sessions: sessionmaker[Session], session: Session) -> None:
    job_id = enqueue(session, "canary", {"secret": "stays here"})
    session.commit()
    broker = Broker()

    assert Dispatcher(sessions, broker).publish_due() == 1
    assert broker.taken == [(job_id, "canary")]


def test_what_a_dead_broker_refused_is_ready_and_unpublished(
    sessions: sessionmaker[Session], session: Session, look: Look
) -> None:
    job_id = enqueue(session, "canary", {})
    session.commit()
    dispatcher = Dispatcher(sessions, Broker(refusals=1))

    with pytest.raises(OperationalError):
        dispatcher.publish_due()

    assert look(job_id).published_at is None
    assert dispatcher.publish_due() == 1


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("no broker"),
        EncodeError("kombu's own"),
        MessageNacked("the queue is full"),
        InterfaceError("SELECT 1", None, Exception("connection already closed")),
        NoConnectionFree("no connection became free"),
        ValueError("nobody thought of it"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_it_outlives_whatever_goes_wrong(committed: sessionmaker[Session], error: Exception) -> None:
    broker = Broker(refusals=1, error=error)
    dispatcher = Dispatcher(committed, broker)
    with transaction(committed) as session:
        enqueue(session, "canary", {})

    dispatcher.start()
    taken = broker.took.wait(20)
    dispatcher.stop()

    assert taken


def test_it_outlives_a_pool_whose_connections_are_all_in_use(committed: sessionmaker[Session]) -> None:
    narrow = create_engine(
        committed.kw["bind"].url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    sessions, broker = Asked(narrow), Broker()
    dispatcher = Dispatcher(sessions, broker)
    with transaction(committed) as session:
        enqueue(session, "canary", {})

    with narrow.connect():
        with pytest.raises(NoConnectionFree):
            dispatcher.publish_due()
        dispatcher.start()
        assert sessions.often.wait(20)
    taken = broker.took.wait(20)
    dispatcher.stop()
    narrow.dispose()

    assert taken


def test_a_poke_publishes_at_once_and_its_start_plans_the_sweeps(committed: sessionmaker[Session]) -> None:
    broker = Broker()
    dispatcher = Dispatcher(committed, broker)
    dispatcher.start()
    with transaction(committed) as session:
        enqueue(session, "canary", {})

    dispatcher.poke()
    taken = broker.took.wait(20)
    dispatcher.stop()

    with transaction(committed) as session:
        planned = set(session.scalars(select(JobRow.schedule).where(JobRow.schedule.is_not(None))))
    assert taken
    assert planned == set(schedule.EVERY)


def test_one_that_never_ran_can_be_stopped(sessions: sessionmaker[Session]) -> None:
    Dispatcher(sessions, Broker()).stop()


def test_a_slot_is_planned_once_whoever_plans(session: Session, now: datetime) -> None:
    assert schedule.plan(session, now) == len(schedule.EVERY)
    assert schedule.plan(session, now + timedelta(seconds=20)) == 0
    by_the_minute = [kind for kind, every in schedule.EVERY.items() if every == timedelta(minutes=1)]
    assert {schedule.OPEN_DUE, schedule.ASSIGN, schedule.APPROVALS, schedule.CLOCKS, schedule.CALLS} < {*by_the_minute}
    assert schedule.plan(session, now + timedelta(minutes=1)) == len(by_the_minute)


def test_a_slot_is_named_by_its_beginning_in_utc() -> None:
    just_before = datetime(2026, 8, 13, 9, 59, 59, 999_999, tzinfo=UTC)

    assert schedule.slot(just_before, timedelta(hours=1)) == "2026-08-13T09:00:00+00:00"
    assert schedule.slot(just_before + timedelta(microseconds=1), timedelta(hours=1)) == "2026-08-13T10:00:00+00:00"
