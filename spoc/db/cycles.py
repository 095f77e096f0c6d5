"""Schedules of services: how far each was followed, whether somebody paused it, and what it raised."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Key, PublicId

RAISE: Final = "cycles.raise"
"""The job that raises one run; its payload names the `run_id`."""


class CycleRow(Base):
    """One schedule, by the keys that the catalogue gives it; its rule stands there.

    All that came due up to `counted_to` was seen to, by the rule of the version `version_id`. While it is paused by
    hand nothing comes due, and is not made up for afterwards.
    """

    __tablename__ = "cycle"
    __table_args__ = (UniqueConstraint("service_key", "schedule_key"),)

    id: Mapped[Key]
    service_key: Mapped[str]
    schedule_key: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    counted_to: Mapped[Instant]
    paused_at: Mapped[datetime | None]
    paused_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CycleRunRow(Base):
    """One slot that came due, or was raised by hand by `by_id`; without a ticket it waits, or the `problem` is told.

    `missed` slots before it, since `missed_since`, passed while nothing ran: it stands for them too.
    """

    __tablename__ = "cycle_run"
    __table_args__ = (UniqueConstraint("cycle_id", "slot_at"), CheckConstraint("missed >= 0", name="missed"))

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    slot_at: Mapped[Instant]
    missed: Mapped[int] = mapped_column(server_default="0", default=0)
    missed_since: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    raised_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(server_default="", default="")
