"""What an administrator looks at when mail or jobs hang: mails newest first, jobs that were given up.

That somebody asked for something confidential is nobody else's business: neither its mails nor its jobs are listed for
those who may not open it. `try_all_again` reaches them all the same, without saying how many there are.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.db.jobs import JobRow, JobState, MailRow, MailState
from spoc.db.people import PersonRow
from spoc.db.queueing import enqueue, retry_parked
from spoc.db.tickets import TicketRow
from spoc.db.visible import hidden_tickets

PAGE = 50
UNSENT = (MailState.FAILED, MailState.KEPT)


@dataclass(frozen=True)
class Mail:
    """A mail as it was, or will be, sent. `sends` above 1: it may have arrived more than once, with one Message-ID."""

    public_id: UUID
    state: MailState
    to_name: str
    to_mail: str
    subject: str
    body: str
    created_at: datetime
    sends: int
    error: str

    @property
    def may_be_sent_again(self) -> bool:
        return self.state in UNSENT


@dataclass(frozen=True)
class ParkedJob:
    public_id: UUID
    kind: str
    attempts: int
    error: str
    created_at: datetime


def mails(session: Session, actor: Actor, before: UUID | None = None) -> list[Mail]:
    """One page of the mails that the actor may know of, newest first.

    `before` is the last one of the page before; the first page comes back if there is no such mail.
    """
    wanted = (
        select(
            MailRow.public_id,
            MailRow.state,
            PersonRow.name.label("to_name"),
            PersonRow.mail.label("to_mail"),
            MailRow.subject,
            MailRow.body,
            MailRow.created_at,
            MailRow.sends,
            MailRow.error,
        )
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .where(_may_know(actor, MailRow.ticket_id.expression))
        .order_by(MailRow.id.desc())
        .limit(PAGE)
    )
    if before is not None:
        last = select(MailRow.id).where(MailRow.public_id == before).scalar_subquery()
        wanted = wanted.where(or_(last.is_(None), MailRow.id < last))
    return [Mail(**row) for row in session.execute(wanted).mappings()]


def parked(session: Session, actor: Actor) -> list[ParkedJob]:
    """The first of the jobs that were given up and that the actor may know of, oldest first."""
    wanted = (
        select(JobRow.public_id, JobRow.kind, JobRow.attempts, JobRow.error, JobRow.created_at)
        .where(JobRow.state == JobState.PARKED, _may_know(actor, _ticket_of_job()))
        .order_by(JobRow.id)
        .limit(PAGE)
    )
    return [ParkedJob(**row) for row in session.execute(wanted).mappings()]


def send_again(session: Session, actor: Actor, public_id: UUID) -> bool:
    """Queue a mail that failed or was kept, with a job that sends it; False if there is no such mail (any more)."""
    unsent = (MailRow.public_id == public_id, MailRow.state.in_(UNSENT))
    known = _may_know(actor, MailRow.ticket_id.expression)
    queued = update(MailRow).where(*unsent, known).values(state=MailState.QUEUED).returning(MailRow.id)
    mail_id = session.scalar(queued)
    if mail_id is None:
        return False
    enqueue(session, "mail.again", {"mail_id": mail_id})
    return True


def run_again(session: Session, actor: Actor, public_id: UUID) -> bool:
    """Give a job that was given up a new set of attempts; False if there is no such job (any more)."""
    known = select(JobRow.id).where(JobRow.public_id == public_id, _may_know(actor, _ticket_of_job()))
    return session.scalar(known) is not None and retry_parked(session, public_id)


def try_all_again(session: Session) -> None:
    """The same for every job that was given up, also those that are in nobody's list."""
    for public_id in session.scalars(select(JobRow.public_id).where(JobRow.state == JobState.PARKED)).all():
        retry_parked(session, public_id)


def _may_know(actor: Actor, ticket_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    hidden = select(TicketRow.id).where(TicketRow.id == ticket_id, hidden_tickets(actor))
    return ~hidden.correlate(MailRow, JobRow).exists()


def _ticket_of_job() -> ColumnElement[int | None]:
    """The ticket that a job is about, by itself or by its mail; null where it is about none."""
    of_mail = select(MailRow.ticket_id).where(MailRow.id == JobRow.payload["mail_id"].as_integer())
    return func.coalesce(JobRow.payload["ticket_id"].as_integer(), of_mail.correlate(JobRow).scalar_subquery())
