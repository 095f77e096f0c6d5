"""Other systems that steps call: their addresses, and each call with where it stands."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Key, PublicId, Words, one_of


class CallState(StrEnum):
    """`dropped`: what it was for is not wanted any more, or begun anew."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    LATE = "late"
    DROPPED = "dropped"


class EndpointRow(Base):
    """One address that packs know by its key. `secret` signs what is sent, and is shown once; it is never sent.

    `networks` are ranges within the organisation's own network that its name may lead to; else only public addresses.
    """

    __tablename__ = "endpoint"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    networks: Mapped[Words]


class CallRow(Base):
    """One call of a step. `public_id` names the delivery, however often it is sent; `cause` is why it was begun.

    `secret` signs the callback, and is good for this call alone.
    """

    __tablename__ = "call_out"
    __table_args__ = (
        Index("ix_call_out_open", "due_at", postgresql_where=text("state = 'open'")),
        Index("ix_call_out_task_open", "task_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    cause: Mapped[str] = mapped_column(unique=True)
    endpoint_key: Mapped[str]
    secret: Mapped[str]
    state: Mapped[CallState] = mapped_column(one_of(CallState, "state"))
    begun_at: Mapped[Instant]
    due_at: Mapped[Instant]
    sent_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
