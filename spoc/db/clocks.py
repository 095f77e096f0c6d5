"""The clocks that run against an ask or a task: what was promised, by when, and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from routing.targets import Promise
from spoc.db.base import Base, Instant, Key, one_of


class ClockRow(Base):
    """One promise. `minutes` of working time since `started_at`, as the setting had it then, make `due_at`.

    Where the plan was put off to a day that was asked for, it is not due before `planned_at`.

    `due_at` moves with pauses until `ended_at`: kept, broken or of no more matter. `missed_at` is written once, with
    the instant at which it was broken, and `noted_at` says when that was seen. `event_count` is the ticket's event up
    to which it was reckoned.
    """

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("ask_id", "task_id", "kind", "started_at", postgresql_nulls_not_distinct=True),
        Index("ix_clock_ticket_id", "ticket_id"),
        Index("ix_clock_task_id", "task_id"),
        Index("ix_clock_running", "due_at", postgresql_where=sql("ended_at IS NULL")),
    )

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    ask_id: Mapped[int] = mapped_column(ForeignKey("ask.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queue.id"))
    kind: Mapped[Promise] = mapped_column(one_of(Promise, "kind"))
    minutes: Mapped[int]
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id"))
    started_at: Mapped[Instant]
    planned_at: Mapped[datetime | None]
    due_at: Mapped[Instant]
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    met: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    missed_at: Mapped[datetime | None]
    noted_at: Mapped[datetime | None]
    event_count: Mapped[int] = mapped_column(server_default="0", default=0)


class EscalationRow(Base):
    """One rung of the ladder reached by one promise, once: when it was due, when it was seen, and who was told.

    `person_id` is null where nobody could be found.
    """

    __tablename__ = "escalation"
    __table_args__ = (UniqueConstraint("clock_id", "rung"),)

    id: Mapped[Key]
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    rung: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[Instant]
    at: Mapped[Instant]
