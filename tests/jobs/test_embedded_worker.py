"""The worker inside the process: real Celery, started from an imported module, stopped cleanly."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from spoc.cli.working import working
from spoc.db.jobs import JobRow, JobState
from spoc.db.queueing import enqueue
from spoc.db.session import transaction
from spoc.jobs import app
from spoc.jobs.tools import Tools
from spoc.settings import Settings

QUORUM = {"x-queue-type": "quorum"}


def done(sessions: sessionmaker[Session]) -> int:
    with transaction(sessions) as session:
        return session.scalar(select(func.count()).where(JobRow.kind == "canary", JobRow.state == JobState.DONE)) or 0


def test_it_does_every_job_it_is_given(committed: sessionmaker[Session], now: datetime) -> None:
    with working(Tools(Settings(), committed, lambda: now)) as poke:
        with transaction(committed) as session:
            for _ in range(50):
                enqueue(session, "canary", {})
        poke()
        tries = 0
        while done(committed) < 51 and tries < 400:
            threading.Event().wait(0.05)
            tries += 1

    assert done(committed) == 51


def test_its_threads_end_with_it(committed: sessionmaker[Session], now: datetime) -> None:
    with working(Tools(Settings(), committed, lambda: now)):
        pass

    assert not {"worker", "dispatcher"} & {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    ("broker", "arguments"), [("amqp://rabbit", QUORUM), ("redis://cache", None), ("memory://", None)]
)
def test_rabbitmq_keeps_jobs_in_quorum_queues(broker: str, arguments: dict[str, str] | None) -> None:
    made = app.make_app(Settings(broker_url=broker), lambda: pytest.fail("no job ran"))

    assert {queue.name: queue.queue_arguments for queue in made.conf.task_queues} == {
        "spoc.work": arguments,
        "spoc.mail": arguments,
    }


def test_the_broker_is_only_believed_when_it_confirms() -> None:
    made = app.make_app(Settings(broker_url="amqp://rabbit"), lambda: pytest.fail("no job ran"))

    assert made.conf.broker_transport_options["confirm_publish"]
    assert not made.conf.task_publish_retry
    assert made.conf.task_acks_late


def test_mail_has_a_lane_of_its_own() -> None:
    assert app.lane("mail.ticket_opened") == "spoc.mail"
    assert app.lane("sweep.open_due") == "spoc.work"
