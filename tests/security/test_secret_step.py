"""A secret step: whoever is outside its queues gets the same answers with it and without it, to the end.

The story is told twice on the same database, taken back in between: once with the answer that entails the step.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from routing.work import Channel, HoldReason, TaskState, TicketState
from spoc.db.jobs import JobRow
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.holds import hold, resume
from spoc.desk.messages import send_message
from tests.security.routes import QUERIES, calls
from tests.security.test_sweep import CHANGING, app_of
from tests.world import AGENTS, SECRET_WORD, World

ASKER = "colleague"
OUTSIDERS = (ASKER, "agent.desk", "agent.it", "manager", "admin")
SERVICES = ("laptop-fault", "new-starter")
"""HR has nothing else to do with the first, and open and confidential steps in the second."""

Answers = list[tuple[str, int, str, str]]


@dataclass(frozen=True)
class Told:
    """What one outsider was answered when it was opened, while it was worked on, and when the rest was done."""

    opened: Answers
    in_work: Answers
    done: Answers
    jobs: list[str]


@contextmanager
def taken_back(connection: Connection, session: Session) -> Iterator[None]:
    """Whatever is written within is as if it had not been."""
    before = connection.begin_nested()
    yield
    session.expire_all()
    session.commit()
    before.rollback()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_outsider_reads_the_same_with_and_without_it(
    client: TestClient, world: World, connection: Connection, who: str
) -> None:
    world.add_secret_step(*SERVICES)
    world.session.commit()
    with taken_back(connection, world.session):
        without = told(client, world, who, mark=None)
    with taken_back(connection, world.session):
        with_it = told(client, world, who, mark="red")
    assert with_it == without


def told(client: TestClient, world: World, who: str, *, mark: str | None) -> Told:
    opened = [answer for service in SERVICES for answer in asked(client, world, service, mark)]
    assert len(secret_tasks(world)) == (len(SERVICES) if mark else 0)
    world.sign_in(client, who)
    work_in_secret(world)
    in_work = answers(client, world)
    do_the_rest(world)
    done = answers(client, world)
    end_in_secret(world)
    assert answers(client, world) == done
    return Told(opened, in_work, done, list(world.session.scalars(select(JobRow.kind).order_by(JobRow.id))))


def asked(client: TestClient, world: World, service: str, mark: str | None) -> Answers:
    """The answer to the ask itself, and to its repetition."""
    world.sign_in(client, ASKER)
    example = client.get(f"/api/services/{service}").json()["example"]
    body = {"service": service, "answers": {**example, **({"mark": mark} if mark else {})}}
    sent = [client.post("/intake", json=body, headers={"Idempotency-Key": service}) for _ in range(2)]
    return [masked(service, answer.status_code, answer.text, repr(sorted(answer.headers))) for answer in sent]


def masked(path: str, status: int, body: str, more: str = "") -> tuple[str, int, str, str]:
    return path, status, CHANGING.sub("#", body), more


def answers(client: TestClient, world: World) -> Answers:
    """Status and body of every page, list, report, export and ticket, with what changes at each call masked."""
    references = world.session.scalars(select(TicketRow.reference).order_by(TicketRow.id)).all()
    found = [(call, client.get(call.path, params=QUERIES[1])) for call in calls(app_of(client), "GET", references, ())]
    assert SECRET_WORD not in "".join(answer.text for _, answer in found)
    return [masked(CHANGING.sub("#", call.path), answer.status_code, answer.text) for call, answer in found]


def secret_tasks(world: World) -> list[TaskRow]:
    world.session.expire_all()
    return list(world.session.scalars(select(TaskRow).where(TaskRow.secret).order_by(TaskRow.id)))


def work_in_secret(world: World) -> None:
    """Everything HR can do with it but end it; the note is for HR alone."""
    actor, now = world.actor("agent.hr"), world.now
    for task in secret_tasks(world):
        reference = claim(world.session, actor, task.public_id, now)
        hold(world.session, actor, task.public_id, now, reason=HoldReason.VENDOR, note=SECRET_WORD)
        resume(world.session, actor, task.public_id, now)
        note = partial(send_message, body=SECRET_WORD, channel=Channel.WEB, internal=True, only_own_queue=True)
        if not openly_with_hr(world, task):
            note(world.session, actor, reference, now)
    world.session.commit()


def openly_with_hr(world: World, task: TaskRow) -> bool:
    """Then a note of HR's is a mask for the others, as it is without the step."""
    others = select(TaskRow.id).where(TaskRow.ticket_id == task.ticket_id, ~TaskRow.secret)
    return bool(world.session.scalars(others.where(TaskRow.queue_id == task.queue_id)).all())


def do_the_rest(world: World) -> None:
    """Everybody ends what is ready of the rest: the laptop is mended, the new starter goes on."""
    people = {queue: agent for agent, queue in AGENTS.items()}
    ready = select(TaskRow.public_id, QueueRow.key).join(QueueRow).order_by(TaskRow.id)
    for task_id, queue in world.session.execute(ready.where(TaskRow.state == TaskState.READY)).all():
        finish(world.session, world.actor(people[queue]), task_id, world.now, result="Done.")
    world.session.commit()
    assert world.session.scalar(select(TicketRow.state).order_by(TicketRow.id).limit(1)) is TicketState.RESOLVED


def end_in_secret(world: World) -> None:
    for task in secret_tasks(world):
        assert task.state is TaskState.CLAIMED
        finish(world.session, world.actor("agent.hr"), task.public_id, world.now, result=SECRET_WORD)
    world.session.commit()
