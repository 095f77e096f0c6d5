"""Appointments: who chooses a time for which task, with whom, until when, and the time that is booked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Key, PublicId
from spoc.db.tickets import TaskRow

BOOKED = "starts_at IS NOT NULL"
TO_CHOOSE = "starts_at IS NULL AND choose_by IS NOT NULL"


class AppointmentRow(Base):
    """The appointment of one task, from when it was first its turn; its time is null while none is booked.

    `public_id` names it in calendars, where `sequence` counts its changes. `chooser_id` is to choose until `choose_by`,
    null once it is booked or nobody chooses any more. `host_id` is whom they meet; null is anybody of the queue.
    `kind` is the same for all that are of one step of the catalogue. `due_at` is when the task is due as long as no
    time is booked, which then dates it.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL) AND starts_at < ends_at", name="ends_after_it_begins"),
        Index("ix_appointment_booked", "starts_at", postgresql_where=sql(BOOKED)),
        Index("ix_appointment_to_choose", "choose_by", postgresql_where=sql(TO_CHOOSE)),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), unique=True)
    chooser_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    host_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    place: Mapped[str]
    choose_by: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    booked_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(server_default="0", default=0)


def met_by(person_id: int) -> Select[int]:
    """Ids of the tasks in whose appointment the person meets somebody."""
    mine = or_(AppointmentRow.chooser_id == person_id, AppointmentRow.host_id == person_id)
    return select(AppointmentRow.task_id).where(mine)


def tickets_met_by(person_id: int) -> Select[int]:
    """Ids of their tickets."""
    return select(TaskRow.ticket_id).where(TaskRow.id.in_(met_by(person_id)))
