"""Mail about tickets: written once a cause and person, sent at least once, never lost.

`sending` is committed before the first byte goes out. A crash after that means "maybe sent": it is sent again
with the same Message-ID, and counted. Without a mail server the mail is kept for administrators to see.
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from routing.phrase import marked
from spoc.db.jobs import MailRow, MailState
from spoc.db.people import PersonRow
from spoc.db.session import transaction
from spoc.db.tickets import MessageRow, TicketRow
from spoc.db.visible import visible_tickets
from spoc.errors import Misconfigured, NotFound, SpocError
from spoc.failure import kept
from spoc.jobs import smtp
from spoc.jobs.approver_links import approver_behind, is_to_approver, reader_of, with_link
from spoc.jobs.letters import News, letter
from spoc.jobs.tools import Work
from spoc.people.directory import Visit, visit_of
from spoc.settings import Settings

NOWHERE = "http://127.0.0.1:8000"
NOBODY = marked("Not sent: whoever it was for has left, or may not see the request any more.")


class NotSent(SpocError):
    """The mail server is away or asks to come back later; the job is tried again."""

    code = "not_sent"
    template = marked("The mail server does not take it now: %(why)s")


@dataclass(frozen=True)
class Due:
    """A written mail that is to be sent now, for the `number`th time."""

    id: int
    number: int
    to: tuple[str, str]
    subject: str
    body: str
    calendar: str
    message_id: str


_SENT = (MailRow.subject, MailRow.body, MailRow.calendar, MailRow.message_id, MailRow.sends)

Tell = Callable[[Session, Work, News], News]
"""Adds to the news what only its kind knows."""


def tell_requester(work: Work, tell: Tell = lambda _session, _work, news: news) -> None:
    """Write the mail that the job's ticket gives cause to, and send it. Whoever may not see the ticket gets none."""
    with transaction(work.tools.sessions) as session:
        due = begin(session, work, _write(session, work, tell))
    send(work, due)


def send_again(work: Work) -> None:
    """Send a mail that was queued again, by its `mail_id`."""
    with transaction(work.tools.sessions) as session:
        due = begin(session, work, work.job.payload["mail_id"])
    send(work, due)


def _write(session: Session, work: Work, tell: Tell) -> int | None:
    """Insert the mail unless an earlier attempt did; its id, or None if there is none and nobody to tell."""
    ticket = session.get(TicketRow, work.job.payload["ticket_id"])
    if ticket is None:
        return None
    person_id = work.job.payload.get("person_id", ticket.requester_id)
    cause = f"{work.job.kind}:{work.job.payload['cause']}:{person_id}"
    reader = _reader(session, ticket.id, person_id)
    if reader is not None:
        insert(session, work, cause, ticket, reader, tell(session, work, _news(session, work, ticket, reader)))
    return session.scalar(select(MailRow.id).where(MailRow.cause == cause))


def insert(session: Session, work: Work, cause: str, ticket: TicketRow, reader: Visit, news: News) -> None:
    """Write the letter down to be sent; nothing if its cause had it written before."""
    written = letter(news, reader.locale)
    row = upsert(MailRow).values(
        cause=cause,
        ticket_id=ticket.id,
        person_id=reader.actor.person_id,
        kind=work.job.kind,
        subject=written.subject,
        body=written.body,
        calendar=news.calendar,
        message_id=f"<{uuid4()}@{_domain(work.tools.settings)}>",
        state=MailState.QUEUED,
        created_at=work.now,
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["cause"]))


def _reader(session: Session, ticket_id: int | None, person_id: int) -> Visit | None:
    """Who is to be told, with their rights as they are now; None if they left or may not see the ticket any more."""
    try:
        reader = visit_of(session, person_id)
    except NotFound:
        return None
    sees = session.scalar(select(TicketRow.id).where(TicketRow.id == ticket_id, visible_tickets(reader.actor)))
    return reader if sees else None


def _news(session: Session, work: Work, ticket: TicketRow, reader: Visit) -> News:
    """What is confidential about the ticket, or about the message of a step, is left to the ticket's page."""
    message = session.get(MessageRow, work.job.payload.get("message_id", 0))
    return News(
        kind=work.job.kind,
        reference=ticket.reference,
        title=ticket.title,
        link=f"{base(work)}/tickets/{ticket.reference}",
        name=reader.name,
        neutral=ticket.secret or bool(ticket.confidential_to or (message and message.confidential_to)),
        text=message.body if message else "",
    )


def base(work: Work) -> str:
    """What links begin with."""
    return (work.tools.settings.base_url or NOWHERE).rstrip("/")


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"


def begin(session: Session, work: Work, mail_id: int | None) -> Due | None:
    """Mark the mail as being sent by this job; None if it is not this job's to send, or not to be sent at all."""
    mail = session.get(MailRow, mail_id) if mail_id else None
    if mail is None:
        return None
    if _is_for_nobody(session, mail):
        _take(session, work, mail.id, state=MailState.FAILED, error=NOBODY)
        return None
    if work.tools.settings.smtp_url is None:
        _take(session, work, mail.id, state=MailState.KEPT)
        return None
    due = _take(session, work, mail.id, state=MailState.SENDING, sends=MailRow.sends + 1)
    return replace(due, body=with_link(session, mail, due.body)) if due and is_to_approver(mail) else due


def _is_for_nobody(session: Session, mail: MailRow) -> bool:
    if is_to_approver(mail):
        return reader_of(session, approver_behind(session, mail), mail.person_id, mail.kind) is None
    return _reader(session, mail.ticket_id, mail.person_id) is None


def _take(session: Session, work: Work, mail_id: int, **values: Any) -> Due | None:
    """Change the mail if it is queued, or if this job took it before and it was not sent; None if it was another's."""
    free = or_(MailRow.state == MailState.QUEUED, MailRow.job_id == work.job.id)
    row = session.execute(
        update(MailRow)
        .where(MailRow.id == mail_id, free, MailRow.state != MailState.SENT, PersonRow.id == MailRow.person_id)
        .values(job_id=work.job.id, **values)
        .returning(*_SENT, PersonRow.name, PersonRow.mail)
    ).one_or_none()
    if row is None:
        return None
    return Due(mail_id, row.sends, (row.name, row.mail), row.subject, row.body, row.calendar, row.message_id)


def send(work: Work, due: Due | None) -> None:
    if due is not None:
        _deliver(work, due)
    with work.last_transaction() as session:
        if due is not None:
            sent = update(MailRow).where(MailRow.id == due.id)
            session.execute(sent.values(state=MailState.SENT, sent_at=work.tools.clock(), error=""))


def _deliver(work: Work, due: Due) -> None:
    settings = work.tools.settings
    try:
        mail = smtp.message(settings.mail_from, due.to, due.subject, due.body, due.message_id, work.now, due.calendar)
        smtp.send(smtp.server(settings.smtp_url or ""), mail)
    except (smtp.Unsendable, Misconfigured) as error:
        _write_down(work, due, error)
        raise
    except (smtplib.SMTPException, OSError) as error:
        _write_down(work, due, error)
        raise NotSent(why=error) from error


def _write_down(work: Work, due: Due, error: Exception) -> None:
    """Only of this very sending: a later one, or one that came through, says more."""
    ours = (MailRow.state == MailState.SENDING, MailRow.job_id == work.job.id, MailRow.sends == due.number)
    with transaction(work.tools.sessions) as session:
        failed = update(MailRow).where(MailRow.id == due.id, *ours)
        session.execute(failed.values(state=MailState.FAILED, error=kept(error)))
