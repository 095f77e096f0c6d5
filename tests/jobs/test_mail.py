"""Mail: written once, sent at least once, neutral where it must be, and only to those who may know."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from routing.visibility import Actor, Role
from spoc.db import outbox
from spoc.db.jobs import JobRow, JobState, MailRow, MailState
from spoc.db.people import PersonRow
from spoc.db.queueing import enqueue
from spoc.db.session import transaction
from spoc.db.tickets import TicketRow
from spoc.errors import Misconfigured
from spoc.failure import read
from spoc.jobs import smtp
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from tests.jobs.conftest import Look
from tests.world import World

ADMINISTRATOR = Actor(0, "admin@demo.example", frozenset({Role.ADMINISTRATOR}))


class Inbox:
    """A mail server's handler: keeps what arrives, or answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.answer = "250 OK"
        self.before_answer: Callable[[], None] = lambda: None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.before_answer()
        if self.answer.startswith("2"):
            self.mails.append(envelope)
        return self.answer

    def text(self, place: int = -1) -> str:
        content = self.mails[place].content
        assert isinstance(content, bytes)
        return content.decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def post(inbox: Inbox, tools: Tools) -> Iterator[Tools]:
    """Tools with a mail server that puts into the inbox."""
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield replace(tools, settings=tools.settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{port}"}))
    controller.stop()


def mail_job(sessions: sessionmaker[Transaction], **payload: Any) -> int:
    with transaction(sessions) as session:
        session.execute(update(JobRow).values(state=JobState.DONE))
        ticket_id = session.scalars(select(TicketRow.id).order_by(TicketRow.id.desc())).first()
        return enqueue(
            session, "mail.ticket_opened", {"ticket_id": ticket_id, "cause": f"opened:{ticket_id}"} | payload
        )


def again(sessions: sessionmaker[Transaction]) -> list[int]:
    """Click on “Send again” at the last mail; the jobs that follow from it, if any."""
    with transaction(sessions) as session:
        before = session.scalar(select(func.max(JobRow.id)))
        outbox.send_again(session, ADMINISTRATOR, session.scalars(select(MailRow.public_id)).one())
        return list(session.scalars(select(JobRow.id).where(JobRow.id > before)))


def mark_sent(sessions: sessionmaker[Transaction]) -> None:
    with transaction(sessions) as session:
        session.execute(update(MailRow).values(state=MailState.SENT))


def mails(sessions: sessionmaker[Transaction]) -> list[MailRow]:
    with transaction(sessions) as session:
        return list(session.scalars(select(MailRow).order_by(MailRow.id)))


def test_the_requester_is_told_with_a_link(world: World, post: Tools, inbox: Inbox) -> None:
    reference = world.submit("laptop-fault").reference
    run(mail_job(post.sessions), post)

    assert inbox.mails[0].rcpt_tos == ["employee@demo.example"]
    assert f"Subject: {reference} " in inbox.text()
    assert f"https://desk.example/tickets/{reference}" in inbox.text()
    assert [mail.state for mail in mails(post.sessions)] == [MailState.SENT]


def test_two_jobs_with_one_cause_send_one_mail(world: World, post: Tools, inbox: Inbox) -> None:
    world.submit("laptop-fault")
    run(mail_job(post.sessions), post)
    run(mail_job(post.sessions), post)

    assert len(inbox.mails) == 1


def test_a_mail_whose_sender_was_killed_is_sent_again_with_its_message_id(
    world: World, post: Tools, inbox: Inbox
) -> None:
    world.submit("laptop-fault")
    job_id = mail_job(post.sessions)
    run(job_id, post)
    with transaction(post.sessions) as session:
        session.execute(update(MailRow).values(state=MailState.SENDING, sent_at=None))
        session.execute(update(JobRow).where(JobRow.id == job_id).values(state=JobState.READY))
    run(job_id, post)

    (mail,) = mails(post.sessions)
    assert mail.sends == 2
    assert mail.state is MailState.SENT
    assert all(f"Message-ID: {mail.message_id}" in inbox.text(place) for place in (0, 1))


def test_what_is_confidential_is_neither_in_subject_nor_body(world: World, post: Tools, inbox: Inbox) -> None:
    accepted = world.submit("payslip-question")
    with transaction(post.sessions) as session:
        session.execute(update(TicketRow).values(confidential_to=["hr"], title="Payslip question"))
    run(mail_job(post.sessions), post)

    assert f"Subject: Request {accepted.reference} has news" in inbox.text()
    assert "payslip" not in inbox.text().lower()


def test_whoever_may_not_see_the_ticket_any_more_gets_no_mail(
    world: World, post: Tools, inbox: Inbox, look: Look
) -> None:
    world.submit("laptop-fault")
    job_id = mail_job(post.sessions, person_id=world.ids["colleague"])
    run(job_id, post)

    assert inbox.mails == []
    assert mails(post.sessions) == []
    assert look(job_id).state is JobState.DONE


def test_whoever_left_gets_no_mail(world: World, post: Tools, inbox: Inbox) -> None:
    world.submit("laptop-fault")
    with transaction(post.sessions) as session:
        session.execute(update(PersonRow).where(PersonRow.id == world.ids["employee"]).values(active=False))
    run(mail_job(post.sessions), post)

    assert inbox.mails == []


def test_a_ticket_that_is_gone_is_no_news(world: World, post: Tools, look: Look) -> None:
    world.submit("laptop-fault")
    job_id = mail_job(post.sessions, ticket_id=0)
    run(job_id, post)

    assert look(job_id).state is JobState.DONE


def test_without_a_mail_server_the_mail_is_kept(world: World, tools: Tools) -> None:
    world.submit("laptop-fault")
    run(mail_job(tools.sessions), tools)

    (mail,) = mails(tools.sessions)
    assert mail.state is MailState.KEPT
    assert mail.sent_at is None


def test_a_kept_mail_can_be_sent_later(world: World, tools: Tools, post: Tools, inbox: Inbox) -> None:
    world.submit("laptop-fault")
    run(mail_job(tools.sessions), tools)
    (job_id,) = again(post.sessions)
    run(job_id, post)

    assert len(inbox.mails) == 1
    assert mails(post.sessions)[0].state is MailState.SENT


def test_two_clicks_send_one_mail(world: World, tools: Tools, post: Tools, inbox: Inbox) -> None:
    world.submit("laptop-fault")
    run(mail_job(tools.sessions), tools)
    (job_id,) = again(post.sessions)

    assert again(post.sessions) == []
    run(job_id, post)
    assert again(post.sessions) == []
    assert len(inbox.mails) == 1


def test_a_mail_that_another_job_is_sending_is_left_to_it(
    world: World, tools: Tools, post: Tools, inbox: Inbox, look: Look
) -> None:
    world.submit("laptop-fault")
    run(mail_job(tools.sessions), tools)
    (job_id,) = again(post.sessions)
    with transaction(post.sessions) as session:
        session.execute(update(MailRow).values(state=MailState.SENDING, job_id=job_id + 1))
    run(job_id, post)

    assert inbox.mails == []
    assert look(job_id).state is JobState.DONE
    assert mails(post.sessions)[0].state is MailState.SENDING


def leave(world: World) -> None:
    world.person("employee").active = False


def give_to_another(world: World) -> None:
    world.session.scalars(select(TicketRow)).one().requester_id = world.ids["colleague"]


@pytest.mark.parametrize("change", [leave, give_to_another])
def test_whoever_may_not_see_the_ticket_any_more_is_not_sent_it_again(
    world: World, tools: Tools, post: Tools, inbox: Inbox, change: Callable[[World], None]
) -> None:
    world.submit("laptop-fault")
    run(mail_job(tools.sessions), tools)
    change(world)
    world.session.commit()
    (job_id,) = again(post.sessions)
    run(job_id, post)

    (mail,) = mails(post.sessions)
    assert inbox.mails == []
    assert mail.state is MailState.FAILED
    assert mail.error.startswith("Not sent: whoever it was for has left")


def test_a_failure_does_not_hide_that_a_later_sending_came_through(world: World, post: Tools, inbox: Inbox) -> None:
    """The first attempt is slow: when the server refuses it, its job's second has sent the mail."""
    inbox.answer = "451 Come back later"
    inbox.before_answer = lambda: mark_sent(post.sessions)
    world.submit("laptop-fault")
    run(mail_job(post.sessions), post)

    (mail,) = mails(post.sessions)
    assert (mail.state, mail.error) == (MailState.SENT, "")


def test_an_address_of_the_mail_server_that_is_none_is_written_down(world: World, tools: Tools, look: Look) -> None:
    wrong = replace(tools, settings=tools.settings.model_copy(update={"smtp_url": "mail.example.org"}))
    world.submit("laptop-fault")
    job_id = mail_job(tools.sessions)
    run(job_id, wrong)

    assert look(job_id).state is JobState.READY
    assert mails(tools.sessions)[0].state is MailState.FAILED


def test_a_server_that_is_away_leaves_the_mail_for_a_later_try(world: World, tools: Tools, look: Look) -> None:
    away = replace(tools, settings=tools.settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{free_port()}"}))
    world.submit("laptop-fault")
    job_id = mail_job(tools.sessions)
    run(job_id, away)

    assert look(job_id).state is JobState.READY
    assert str(read(look(job_id).error)).startswith("The mail server does not take it now: ")
    assert mails(tools.sessions)[0].state is MailState.FAILED


def test_a_server_that_is_busy_leaves_the_mail_for_a_later_try(
    world: World, post: Tools, inbox: Inbox, look: Look
) -> None:
    inbox.answer = "451 Come back later"
    world.submit("laptop-fault")
    job_id = mail_job(post.sessions)
    run(job_id, post)

    assert look(job_id).state is JobState.READY


def test_a_mail_refused_for_good_is_parked_with_the_servers_words(
    world: World, post: Tools, inbox: Inbox, look: Look
) -> None:
    inbox.answer = "550 No such user here"
    world.submit("laptop-fault")
    job_id = mail_job(post.sessions)
    run(job_id, post)

    assert look(job_id).state is JobState.PARKED
    assert str(read(look(job_id).error)) == "The mail server refuses it: 550 No such user here"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Eve\r\nBcc: all@example.org", "eve@example.org"),
        ("Eve", "eve@example.org\r\nBcc: all@example.org"),
        ("Eve", "no address"),
        ("Eve", ""),
    ],
)
def test_a_line_break_in_a_header_is_refused(now: datetime, name: str, address: str) -> None:
    with pytest.raises(smtp.Unsendable):
        smtp.message("desk@example.org", (name, address), "news", "text", "<1@example.org>", now)


def test_a_subject_cannot_start_a_header_of_its_own(now: datetime) -> None:
    with pytest.raises(smtp.Unsendable):
        smtp.message("desk@example.org", ("Eve", "eve@example.org"), "a\nBcc: b@c.d", "text", "<1@example.org>", now)


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port"])
def test_an_address_that_is_no_mail_server_is_told(url: str) -> None:
    with pytest.raises(Misconfigured, match="SPOC_SMTP_URL"):
        smtp.server(url)


def test_user_and_password_are_read_from_the_address() -> None:
    read = smtp.server("smtps://me%40example.org:p%3Aw@mail.example.org")

    assert read == smtp.Server("mail.example.org", 465, "me@example.org", "p:w", tls=True)
