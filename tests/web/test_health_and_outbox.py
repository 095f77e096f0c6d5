"""Health for load balancers, the outbox for administrators."""

import re
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Delete, Update, create_engine, delete, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from spoc.app import create_app
from spoc.db.jobs import JobRow, JobState, MailRow, MailState
from spoc.db.session import transaction
from spoc.db.tickets import TicketRow
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.web.runtime import Runtime
from tests.world import World


def run_all(runtime: Runtime) -> None:
    tools = Tools(runtime.settings, runtime.sessions, runtime.clock)
    with transaction(runtime.sessions) as session:
        ids = list(session.scalars(select(JobRow.id).where(JobRow.state == JobState.READY)))
    for job_id in ids:
        run(job_id, tools)


def park_a_job(session: Session) -> JobRow:
    job = JobRow(kind="mail.message", payload={}, state=JobState.PARKED, attempts=5, error="It broke.")
    session.add(job)
    session.commit()
    return job


def test_a_process_that_answers_lives(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"live": True}


def test_it_is_ready_once_its_canary_came_back(client: TestClient, runtime: Runtime) -> None:
    first = client.get("/health/ready")
    run_all(runtime)
    second = client.get("/health/ready")

    assert (first.status_code, first.json()["canary"]) == (503, False)
    assert (second.status_code, second.json()) == (200, {"database": True, "migrations": True, "canary": True})


def test_it_stays_ready_when_the_worker_goes_later(client: TestClient, runtime: Runtime, session: Session) -> None:
    client.get("/health/ready")
    run_all(runtime)
    client.get("/health/ready")
    session.query(JobRow).delete()
    session.commit()

    assert client.get("/health/ready").status_code == 200


def test_a_canary_whose_commit_failed_is_followed_by_another(client: TestClient, runtime: Runtime) -> None:
    def lose_the_connection(session: Session) -> None:
        if session.scalar(select(JobRow.id).where(JobRow.kind == "canary")):
            event.remove(runtime.sessions, "before_commit", lose_the_connection)
            raise OperationalError("COMMIT", None, Exception("the connection is lost"))

    event.listen(runtime.sessions, "before_commit", lose_the_connection)
    lost = client.get("/health/ready")
    client.get("/health/ready")
    run_all(runtime)

    assert lost.status_code == 503
    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    "end", [delete(JobRow), update(JobRow).values(state=JobState.PARKED)], ids=["gone", "given up"]
)
def test_a_canary_that_does_not_come_back_is_followed_by_another(
    client: TestClient, runtime: Runtime, session: Session, end: Delete | Update
) -> None:
    client.get("/health/ready")
    session.execute(end)
    session.commit()
    client.get("/health/ready")
    run_all(runtime)

    assert client.get("/health/ready").status_code == 200


def test_without_a_database_it_lives_and_is_not_ready(runtime: Runtime) -> None:
    nowhere = create_engine("postgresql+psycopg://127.0.0.1:1/x?connect_timeout=2", poolclass=NullPool)
    app = create_app(replace(runtime, sessions=sessionmaker(nowhere)))
    with TestClient(app) as lonely:
        live, ready = lonely.get("/health/live"), lonely.get("/health/ready")

    assert live.status_code == 200
    assert (ready.status_code, ready.json()["database"]) == (503, False)


def test_the_outbox_shows_each_mail_with_its_state(world: World, client: TestClient, runtime: Runtime) -> None:
    reference = world.submit("laptop-fault").reference
    run_all(runtime)
    world.sign_in(client, "admin")
    page = client.get("/outbox")

    assert page.status_code == 200
    assert reference in page.text
    assert "employee@demo.example" in page.text
    assert "Kept here" in page.text


def test_an_empty_outbox_says_so(world: World, client: TestClient) -> None:
    world.sign_in(client, "admin")

    assert "No mail has been written yet." in client.get("/outbox").text


@pytest.mark.parametrize("role", ["employee", "agent.desk", "lead", "manager", "owner"])
def test_the_outbox_does_not_exist_for_others(world: World, client: TestClient, role: str) -> None:
    world.sign_in(client, role)

    assert client.get("/outbox").status_code == 404


def test_a_kept_mail_can_be_sent_again(world: World, client: TestClient, runtime: Runtime, session: Session) -> None:
    world.submit("laptop-fault")
    run_all(runtime)
    mail = session.scalars(select(MailRow)).one()
    session.commit()
    world.sign_in(client, "admin")
    answer = client.post(f"/outbox/mails/{mail.public_id}/again", data={"x": "y"})

    again = session.scalars(select(JobRow).where(JobRow.kind == "mail.again")).one()
    assert answer.status_code == 303
    assert again.payload == {"mail_id": mail.id}


def test_a_second_click_finds_nothing_to_send(
    world: World, client: TestClient, runtime: Runtime, session: Session
) -> None:
    world.submit("laptop-fault")
    run_all(runtime)
    mail_id = session.scalars(select(MailRow.public_id)).one()
    session.commit()
    world.sign_in(client, "admin")
    first, second = (client.post(f"/outbox/mails/{mail_id}/again", data={"x": "y"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 404)
    assert len(session.scalars(select(JobRow).where(JobRow.kind == "mail.again")).all()) == 1


def test_the_next_page_of_the_outbox_begins_behind_the_last_mail_without_a_row_id(
    world: World, client: TestClient, session: Session
) -> None:
    session.add_all(
        MailRow(
            cause=f"{number}",
            person_id=world.ids["employee"],
            kind="mail.message",
            subject=f"Mail no. {number}.",
            body="",
            message_id=f"<{number}@x.example>",
            state=MailState.SENT,
            created_at=world.now,
        )
        for number in range(51)
    )
    session.commit()
    world.sign_in(client, "admin")
    address = re.search(r'"(/outbox\?before=[^"]+)"', client.get("/outbox").text)

    assert address is not None
    UUID(address[1].removeprefix("/outbox?before="))
    assert re.findall(r"Mail no\. \d+\.", client.get(address[1]).text) == ["Mail no. 0."]
    assert client.get(f"/outbox?before={uuid4()}").text.count("Mail no.") == 50


def test_a_sent_mail_is_not_sent_again(world: World, client: TestClient, runtime: Runtime, session: Session) -> None:
    world.submit("laptop-fault")
    run_all(runtime)
    mail = session.scalars(select(MailRow)).one()
    mail.state = MailState.SENT
    session.commit()
    world.sign_in(client, "admin")

    assert client.post(f"/outbox/mails/{mail.public_id}/again", data={"x": "y"}).status_code == 404


def test_a_job_that_was_given_up_is_shown_and_can_be_tried_again(
    world: World, client: TestClient, session: Session
) -> None:
    job = park_a_job(session)
    world.sign_in(client, "admin")
    page = client.get("/outbox")
    answer = client.post(f"/outbox/jobs/{job.public_id}/again", data={"x": "y"})

    session.refresh(job)
    assert "It broke." in page.text
    assert answer.status_code == 303
    assert (job.state, job.attempts) == (JobState.READY, 0)


def test_a_job_that_was_not_given_up_cannot_be_tried_again(world: World, client: TestClient) -> None:
    world.sign_in(client, "admin")

    assert client.post(f"/outbox/jobs/{uuid4()}/again", data={"x": "y"}).status_code == 404


def test_mails_and_jobs_of_confidential_requests_are_listed_to_nobody_who_may_not_open_them(
    world: World, client: TestClient, runtime: Runtime, session: Session
) -> None:
    payslip = world.submit("payslip-question").reference
    run_all(runtime)
    mail = session.scalars(select(MailRow)).one()
    lost = [
        JobRow(kind="mail.message", payload=payload, state=JobState.PARKED, error="It broke.")
        for payload in ({"ticket_id": mail.ticket_id}, {"mail_id": mail.id})
    ]
    session.add_all(lost)
    session.commit()
    world.sign_in(client, "admin")
    page = client.get("/outbox").text

    assert payslip not in page
    assert "It broke." not in page
    for path in (f"mails/{mail.public_id}", *(f"jobs/{job.public_id}" for job in lost)):
        assert client.post(f"/outbox/{path}/again", data={"x": "y"}).status_code == 404


def test_who_asked_for_something_confidential_finds_its_mail(
    world: World, client: TestClient, runtime: Runtime
) -> None:
    payslip = world.submit("payslip-question", by="admin").reference
    run_all(runtime)
    world.sign_in(client, "admin")

    assert payslip in client.get("/outbox").text


def test_every_job_that_was_given_up_is_tried_again_at_once(world: World, client: TestClient, session: Session) -> None:
    world.submit("payslip-question")
    hidden = park_a_job(session)
    hidden.payload = {"ticket_id": session.scalars(select(TicketRow.id)).one()}
    job = park_a_job(session)
    world.sign_in(client, "admin")
    answer = client.post("/outbox/jobs/again")

    for one in (hidden, job):
        session.refresh(one)
    assert answer.headers["location"] == "/outbox"
    assert (hidden.state, job.state) == (JobState.READY, JobState.READY)
