"""Contacts: each touch by a person about a ticket, with channel, time and handling minutes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.work import Channel, ContactKind, RepeatCause
from spoc.db.base import Base, Instant, Key, PublicId, one_of


class ContactRow(Base):
    """One inbound or outbound touch (`metrics.md`, Terms).

    `ask_id` is the opening it belongs to. A first contact that repeats an earlier opening is stored as
    `repeat` with `about_ask_id` naming that earlier one, and spoils it. `tier` 0 is self-service, 1 the desk,
    2 any other queue. `late_logged`: recorded after the fact, with its own times.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_it_begins"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        Index("ix_contact_ticket_id", "ticket_id", "started_at"),
        Index("ix_contact_ask_id", "ask_id", "started_at"),
        Index("ix_contact_about_ask_id", "about_ask_id"),
        Index("ix_contact_started_at", "started_at"),
        Index("ix_contact_recorded_at", "recorded_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    ask_id: Mapped[int] = mapped_column(ForeignKey("ask.id"))
    about_ask_id: Mapped[int | None] = mapped_column(ForeignKey("ask.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    direction: Mapped[str] = mapped_column(server_default="in", default="in")
    kind: Mapped[ContactKind] = mapped_column(one_of(ContactKind, "kind"))
    cause: Mapped[RepeatCause | None] = mapped_column(one_of(RepeatCause, "cause"))
    tier: Mapped[int] = mapped_column(server_default="1", default=1)
    started_at: Mapped[Instant]
    ended_at: Mapped[datetime | None]
    recorded_at: Mapped[Instant]
    handling_minutes: Mapped[float | None] = mapped_column(Numeric(8, 1, asdecimal=False))
    late_logged: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    note: Mapped[str] = mapped_column(server_default="", default="")
