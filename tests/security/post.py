"""The mail that follows from acts: written by the real jobs, and read for what it must not say."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.approvals import ApproverRow
from spoc.db.jobs import JobRow, JobState, MailRow
from spoc.db.people import PersonRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.db.visible import visible_tickets
from spoc.jobs import smtp
from spoc.jobs.letters import APPROVER_KINDS
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.settings import Settings
from tests.world import World


def tools_of(sessions: sessionmaker[Session], now: datetime) -> Tools:
    settings = Settings(base_url="https://desk.example", mail_from="Desk <desk@example.org>")
    return Tools(settings, sessions, lambda: now)


def run_mail_jobs(tools: Tools) -> None:
    with tools.sessions() as session:
        ready = select(JobRow.id).where(JobRow.kind.startswith("mail."), JobRow.state == JobState.READY)
        waiting = list(session.scalars(ready.order_by(JobRow.id)))
    for job_id in waiting:
        run(job_id, tools)


def said_too_much(tools: Tools, world: World, words: Mapping[str, frozenset[str]], after: int = 0) -> Iterator[str]:
    """What is wrong with the mails written after that row, each as a sentence."""
    with tools.sessions() as session:
        written = (
            select(MailRow, PersonRow, TicketRow)
            .join(PersonRow, PersonRow.id == MailRow.person_id)
            .join(TicketRow, TicketRow.id == MailRow.ticket_id)
            .where(MailRow.id > after)
        )
        for mail, person, ticket in session.execute(written):
            who = next(key for key, id_ in world.ids.items() if id_ == person.id)
            text = whole(mail, person)
            yield from (f"{who} reads {word}" for word in words if who not in words[word] and word in text)
            sees = select(TicketRow.id).where(TicketRow.id == ticket.id, visible_tickets(world.actor(who)))
            if session.scalar(sees) is None and not _was_asked_to_approve(session, mail):
                yield f"{who} may not see {ticket.reference} and has a mail about it"
            if ticket.secret or ticket.confidential_to:
                yield from (f"a neutral mail says {word}" for word in (ticket.title, *words) if word in text)
                yield from _not_neutral(mail, ticket)


def _was_asked_to_approve(session: Session, mail: MailRow) -> bool:
    """Approvers need not see the ticket: they are told of what they are asked, and when it is not needed any more."""
    asked = select(ApproverRow.id).join(TaskRow, TaskRow.id == ApproverRow.task_id)
    mine = TaskRow.ticket_id == mail.ticket_id, ApproverRow.asked_id == mail.person_id
    return mail.kind in APPROVER_KINDS and session.scalar(asked.where(*mine).limit(1)) is not None


def _not_neutral(mail: MailRow, ticket: TicketRow) -> Iterator[str]:
    if mail.subject != f"Request {ticket.reference} has news":
        yield f"the subject of a confidential request is “{mail.subject}”"


def whole(mail: MailRow, person: PersonRow) -> str:
    """The mail as it goes out: every header and the text, decoded."""
    made: EmailMessage = smtp.message(
        "Desk <desk@example.org>", (person.name, person.mail), mail.subject, mail.body, mail.message_id, mail.created_at
    )
    headers = "\n".join(f"{name}: {value}" for name, value in made.items())
    return f"{headers}\n\n{made.get_content()}\n{mail.calendar}"
