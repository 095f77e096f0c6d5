"""Mail about tickets: written once a cause and person, sent at least once, never lost.

`sending` is committed before the first byte goes out. A crash after that means "maybe sent": it is sent again
with the same Message-ID, and counted. Without a mail server the mail is kept for administrators to see.
"""

import smtplib
from dataclasses import dataclass
from email.utils import parseaddr

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from spoc.db.jobs import MailRow, MailState
from spoc.db.people import PersonRow
from spoc.db.session import transaction
from spoc.db.tickets import TicketRow
from spoc.db.visible import visible_tickets
from spoc.errors import NotFound, SpocError
from spoc.jobs import smtp
from spoc.jobs.letters import News, letter
from spoc.jobs.tools import Work
from spoc.people.directory import Visit, visit_of
from spoc.settings import Settings

NOWHERE = "http://127.0.0.1:8000"


class NotSent(SpocError):
    """The mail server is away or asks to come back later; the job is tried again."""

    code = "not_sent"


@dataclass(frozen=True)
class Due:
    """A written mail that is to be sent now."""

    id: int
    to: tuple[str, str]
    subject: str
    body: str
    message_id: str


def tell_requester(work: Work) -> None:
    """Write the mail that the job's ticket gives cause to, and send it. Whoever may not see the ticket gets none."""
    with transaction(work.tools.sessions) as session:
        mail_id = _write(session, work)
        due = _begin(session, mail_id, work.tools.settings) if mail_id else None
    _send(work, due)


def send_again(work: Work) -> None:
    """Send a mail that failed or was kept, by its `mail_id`."""
    with transaction(work.tools.sessions) as session:
        due = _begin(session, work.job.payload["mail_id"], work.tools.settings)
    _send(work, due)


def _write(session: Session, work: Work) -> int | None:
    """Insert the mail unless an earlier attempt did; its id, or None if there is nobody to tell."""
    found = _reader(session, work)
    if found is None:
        return None
    ticket, reader = found
    written = letter(_news(work, ticket, reader), reader.locale)
    cause = f"{work.job.kind}:{work.job.payload['cause']}:{reader.actor.person_id}"
    row = upsert(MailRow).values(
        cause=cause,
        ticket_id=ticket.id,
        person_id=reader.actor.person_id,
        kind=work.job.kind,
        subject=written.subject,
        body=written.body,
        message_id=f"<{uuid7()}@{_domain(work.tools.settings)}>",
        state=MailState.QUEUED,
        created_at=work.now,
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["cause"]))
    return session.scalar(select(MailRow.id).where(MailRow.cause == cause))


def _reader(session: Session, work: Work) -> tuple[TicketRow, Visit] | None:
    """The ticket and who is to be told, with their rights as they are now; None if they may not see it any more."""
    ticket = session.get(TicketRow, work.job.payload["ticket_id"])
    if ticket is None:
        return None
    try:
        reader = visit_of(session, work.job.payload.get("person_id", ticket.requester_id))
    except NotFound:
        return None
    sees = session.scalar(select(TicketRow.id).where(TicketRow.id == ticket.id, visible_tickets(reader.actor)))
    return (ticket, reader) if sees else None


def _news(work: Work, ticket: TicketRow, reader: Visit) -> News:
    base = (work.tools.settings.base_url or NOWHERE).rstrip("/")
    return News(
        kind=work.job.kind,
        reference=ticket.reference,
        title=ticket.title,
        link=f"{base}/tickets/{ticket.reference}",
        name=reader.name,
        neutral=ticket.secret or bool(ticket.confidential_to),
    )


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"


def _begin(session: Session, mail_id: int, settings: Settings) -> Due | None:
    """Mark the mail as being sent, or as kept where there is no mail server; None if there is nothing to send."""
    if settings.smtp_url is None:
        unsent = MailRow.state != MailState.SENT
        session.execute(update(MailRow).where(MailRow.id == mail_id, unsent).values(state=MailState.KEPT))
        return None
    row = session.execute(
        update(MailRow)
        .where(MailRow.id == mail_id, MailRow.state != MailState.SENT, PersonRow.id == MailRow.person_id)
        .values(state=MailState.SENDING, sends=MailRow.sends + 1)
        .returning(MailRow.subject, MailRow.body, MailRow.message_id, PersonRow.name, PersonRow.mail)
    ).one_or_none()
    return None if row is None else Due(mail_id, (row.name, row.mail), row.subject, row.body, row.message_id)


def _send(work: Work, due: Due | None) -> None:
    if due is not None:
        _deliver(work, due)
    with work.last_transaction() as session:
        if due is not None:
            sent = update(MailRow).where(MailRow.id == due.id)
            session.execute(sent.values(state=MailState.SENT, sent_at=work.tools.clock(), error=""))


def _deliver(work: Work, due: Due) -> None:
    settings = work.tools.settings
    try:
        mail = smtp.message(settings.mail_from, due.to, due.subject, due.body, due.message_id, work.now)
        smtp.send(smtp.server(settings.smtp_url or ""), mail)
    except smtp.Unsendable as error:
        _write_down(work, due, error)
        raise
    except (smtplib.SMTPException, OSError) as error:
        _write_down(work, due, error)
        raise NotSent(f"The mail server does not take it now: {error}") from error


def _write_down(work: Work, due: Due, error: Exception) -> None:
    with transaction(work.tools.sessions) as session:
        failed = update(MailRow).where(MailRow.id == due.id)
        session.execute(failed.values(state=MailState.FAILED, error=f"{type(error).__name__}: {error}"))
