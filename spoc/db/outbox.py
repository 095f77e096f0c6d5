"""What an administrator looks at when mail or jobs hang: mails newest first, jobs that were given up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from spoc.db.jobs import JobRow, JobState, MailRow, MailState
from spoc.db.people import PersonRow
from spoc.db.queueing import enqueue

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


def mails(session: Session, before: UUID | None = None) -> list[Mail]:
    """One page of mails, newest first; `before` is the last one of the page before, nothing if there is none such."""
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
        .order_by(MailRow.id.desc())
        .limit(PAGE)
    )
    if before is not None:
        last = select(MailRow.id).where(MailRow.public_id == before).scalar_subquery()
        wanted = wanted.where(or_(last.is_(None), MailRow.id < last))
    return [Mail(**row) for row in session.execute(wanted).mappings()]


def parked(session: Session) -> list[ParkedJob]:
    """The first of the jobs that were given up, oldest first."""
    wanted = (
        select(JobRow.public_id, JobRow.kind, JobRow.attempts, JobRow.error, JobRow.created_at)
        .where(JobRow.state == JobState.PARKED)
        .order_by(JobRow.id)
        .limit(PAGE)
    )
    return [ParkedJob(**row) for row in session.execute(wanted).mappings()]


def send_again(session: Session, public_id: UUID) -> bool:
    """Queue a mail that failed or was kept, with a job that sends it; False if there is no such mail (any more)."""
    queued = (
        update(MailRow)
        .where(MailRow.public_id == public_id, MailRow.state.in_(UNSENT))
        .values(state=MailState.QUEUED)
        .returning(MailRow.id)
    )
    mail_id = session.scalar(queued)
    if mail_id is None:
        return False
    enqueue(session, "mail.again", {"mail_id": mail_id})
    return True
