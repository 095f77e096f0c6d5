"""Work that may be late or repeated: jobs, the mails they send, and remembered answers to repeated requests."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Json, Key, PublicId, one_of


class JobState(StrEnum):
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class MailState(StrEnum):
    """`sending` is committed before the first byte goes out: a crash after it means "maybe sent"."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"


class JobRow(Base):
    """One job. The row is the truth; the broker only carries its id.

    All instants here are the database's. A job whose lease ran out is free again; after too many attempts it
    is parked with its last error for a person to see.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("schedule", "slot"),
        Index("ix_job_due", "run_at", "id", postgresql_where=text("state IN ('ready', 'running')")),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kind: Mapped[str]
    payload: Mapped[Json]
    state: Mapped[JobState] = mapped_column(one_of(JobState, "state"), server_default="ready", default=JobState.READY)
    run_at: Mapped[Instant] = mapped_column(server_default=text("now()"))
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    lease_id: Mapped[UUID | None] = mapped_column(Uuid)
    lease_until: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(server_default="", default="")
    schedule: Mapped[str | None]
    slot: Mapped[str | None]
    created_at: Mapped[Instant] = mapped_column(server_default=text("now()"))


class MailRow(Base):
    """A mail as it will be, or was, sent. `message_id` is stable, so a repeat can be recognised and dropped.

    `job_id` is the job that took it last: only that one, tried again, may take it while it is not queued. No foreign
    key, because jobs that are done are deleted. `calendar` is the iCalendar file that goes with it, if any.
    """

    __tablename__ = "mail"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    cause: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    calendar: Mapped[str] = mapped_column(server_default="", default="")
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[MailState] = mapped_column(one_of(MailState, "state"))
    sends: Mapped[int] = mapped_column(server_default="0", default=0)
    job_id: Mapped[int | None]
    created_at: Mapped[Instant]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(server_default="", default="")


class RememberedAnswerRow(Base):
    """What a request with an Idempotency-Key was answered, so that its repeat is answered the same."""

    __tablename__ = "remembered_answer"
    __table_args__ = (UniqueConstraint("person_id", "route", "key"), Index("ix_remembered_answer_at", "at"))

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    route: Mapped[str]
    key: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[Instant] = mapped_column(server_default=text("now()"))
