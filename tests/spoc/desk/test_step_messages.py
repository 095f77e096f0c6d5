"""Messages that the plan sends: once, to whom it names, and with what they may know."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from routing.work import TaskKind, TaskState, TicketState
from spoc.db.jobs import JobRow, MailRow
from spoc.db.people import PersonRow
from spoc.db.tickets import EventRow, MessageRow
from spoc.desk.actions.finishing import finish
from spoc.desk.steps.messages import send_step_message
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed
from spoc.intake.catalogue import service_at
from spoc.intake.write import Accepted
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.settings import Settings
from tests.catalog.factories import step
from tests.spoc.desk.test_filling import GREET, ORDER, answer, ask, jobs, put, rows
from tests.world import World

SAY = step("say", title="Welcome", person="requester", message={"text": "Dear {name}, your {laptop} comes."})


def due(session: Session) -> list[JobRow]:
    return list(session.scalars(select(JobRow).where(JobRow.kind == "turn.message").order_by(JobRow.id)))


def send(session: Session, ticket: Accepted, at: datetime, key: str = "say") -> None:
    send_step_message(session, rows(session, ticket)[key].id, partial(service_at, session), at)


def sent(session: Session) -> list[MessageRow]:
    return list(session.scalars(select(MessageRow).order_by(MessageRow.id)))


def test_it_is_sent_once_and_is_done_by_that(world: World, session: Session, now: datetime) -> None:
    put(world, SAY)
    ticket = ask(world, name="Kim {size}", laptop="mac")
    assert [job.payload["task_id"] for job in due(session)] == [rows(session, ticket)["say"].id]

    send(session, ticket, now)
    send(session, ticket, now)

    assert [(row.body, row.author_id, row.internal) for row in sent(session)] == [
        ("Dear Kim {size}, your Mac comes.", None, False)
    ]
    assert [job["person_id"] for job in jobs(session, "mail.step_message")] == [world.ids["employee"]]
    page = read_ticket(session, world.actor("employee"), ticket.reference, now, partial(service_at, session))
    assert (page.state, [message.automatic for message in page.messages]) == (TicketState.RESOLVED, [True])
    kinds = session.scalars(select(EventRow.kind).where(EventRow.ticket_id == ticket.ticket_id)).all()
    assert kinds.count("message_sent") == 1


def test_it_waits_for_its_turn_and_for_the_answers_it_names(world: World, session: Session, now: datetime) -> None:
    pick = step("pick", title="Pick", person="requester.manager", form={"fields": ["laptop"]})
    put(world, pick, SAY, ORDER)
    ticket = ask(world)
    send(session, ticket, now)
    assert (due(session), sent(session)) == ([], [])

    answer(world, ticket, now + timedelta(hours=1), laptop="mac")

    send(session, ticket, now + timedelta(hours=2))
    assert [row.body for row in sent(session)] == ["Dear Kim, your Mac comes."]
    assert rows(session, ticket)["order"].state is TaskState.READY


def test_a_queue_gets_a_note_that_the_requester_does_not_see(world: World, session: Session, now: datetime) -> None:
    queues = {key: value for key, value in SAY.items() if key != "person"}
    put(world, {**queues, "queue": "it"}, GREET)
    ticket = ask(world, laptop="mac")
    send(session, ticket, now)

    told = {job["person_id"] for job in jobs(session, "mail.step_message")}
    assert told == {world.ids["agent.it"], world.ids["lead"]}
    for who, count in (("employee", 0), ("agent.it", 1)):
        page = read_ticket(session, world.actor(who), ticket.reference, now, partial(service_at, session))
        assert len(page.messages) == count


def test_the_desk_tells_whom_nobody_knows(world: World, session: Session, now: datetime) -> None:
    session.get_one(PersonRow, world.ids["employee"]).manager_id = None
    session.flush()
    put(world, {**SAY, "person": "requester.manager"})
    ticket = ask(world, laptop="mac")
    assert (rows(session, ticket)["say"].kind, due(session)) == (TaskKind.TASK, [])


def test_nobody_sends_it_by_hand(world: World, session: Session, now: datetime) -> None:
    put(world, SAY)
    ticket = ask(world, laptop="mac")
    with pytest.raises(NotAllowed):
        finish(session, world.actor("employee"), rows(session, ticket)["say"].public_id, now)


def test_a_task_that_is_gone_or_no_message_sends_nothing(world: World, session: Session, now: datetime) -> None:
    put(world, GREET)
    ticket = ask(world, laptop="mac")
    send(session, ticket, now, "greet")
    send_step_message(session, 0, partial(service_at, session), now)
    assert sent(session) == []


@pytest.mark.parametrize(
    ("service", "says"),
    [({}, True), ({"confidential_to": ["hr"]}, False), ({"confidential_to": ["hr"], "secret": True}, False)],
)
def test_the_mail_has_the_words_unless_it_is_confidential(
    world: World, session: Session, sessions: sessionmaker[Session], now: datetime, service: dict[str, Any], says: bool
) -> None:
    put(world, {**step("say", title="Welcome", queue="hr", message={"text": "Dear {name}!"})}, **service)
    ask(world, laptop="mac")
    session.commit()
    tools = Tools(Settings(), sessions, lambda: now)
    for kind in ("turn.message", "mail.step_message"):
        for job_id in session.scalars(select(JobRow.id).where(JobRow.kind == kind)).all():
            run(job_id, tools)

    mail = session.scalars(select(MailRow).where(MailRow.kind == "mail.step_message")).one()
    assert ("Dear Kim!" in mail.body, "Ask" in mail.subject) == (says, says)


def test_on_a_confidential_request_its_person_reads_it(world: World, session: Session, now: datetime) -> None:
    put(world, {**SAY, "person": "requester.manager"}, step("hr", queue="hr"), confidential_to=["hr"])
    ticket = ask(world, laptop="mac")
    send(session, ticket, now)
    for who, count in (("manager", 1), ("employee", 1), ("agent.hr", 1)):
        page = read_ticket(session, world.actor(who), ticket.reference, now, partial(service_at, session))
        assert len(page.messages) == count, who
