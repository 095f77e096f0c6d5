"""Approvers: who is asked for each approval, and what each said."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from routing.approval import LIVE, Voice
from spoc.db.base import Base, Key, PublicId, one_of
from spoc.db.queueing import enqueue
from spoc.db.tickets import TaskRow

OPEN_VOICE = "voice IN ('next', 'asked')"


class ApproverRow(Base):
    """One person's voice in an approval, which is a task of that kind. People of one `seat` speak for each other.

    `person_id` has the voice and `asked_id` is asked for it: the same, or their deputy. `expression` is what the
    catalogue says they are, `instead_of_id` who would have been asked, and `needed` how many seats must agree.
    `link_key` signs the link in their mail.
    """

    __tablename__ = "approver"
    __table_args__ = (
        Index("ix_approver_task_id", "task_id"),
        Index("uq_approver_open", "task_id", "seat", "person_id", unique=True, postgresql_where=sql(OPEN_VOICE)),
        Index("ix_approver_asked_id", "asked_id", "id", postgresql_where=sql("asked_id IS NOT NULL")),
        Index("ix_approver_person_id", "person_id"),
        Index("ix_approver_asked", "id", postgresql_where=sql("voice = 'asked'")),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    seat: Mapped[int]
    needed: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expression: Mapped[str]
    voice: Mapped[Voice] = mapped_column(one_of(Voice, "voice"))
    asked_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    comment: Mapped[str] = mapped_column(server_default="", default="")
    link_key: Mapped[bytes] = mapped_column(LargeBinary)


def withdraw(session: Session, task_id: int, *, also: frozenset[Voice] = frozenset()) -> None:
    """Nobody is to decide this any more: who was asked is told. Voices in `also` do not count any more either."""
    ticket_id = session.scalar(select(TaskRow.ticket_id).where(TaskRow.id == task_id))
    asked = select(ApproverRow.id).where(ApproverRow.task_id == task_id, ApproverRow.voice == Voice.ASKED)
    for approver_id in session.scalars(asked.order_by(ApproverRow.id)).all():
        enqueue(session, "mail.approval_withdrawn", {"approver_id": approver_id, "ticket_id": ticket_id})
    live = update(ApproverRow).where(ApproverRow.task_id == task_id, ApproverRow.voice.in_(LIVE | also))
    session.execute(live.values(voice=Voice.WITHDRAWN))


def ask_soon(session: Session) -> None:
    """Have those approvals whose turn it is looked after now, and not by the minute."""
    enqueue(session, "approvals.follow", {})
