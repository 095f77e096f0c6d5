"""What there is and who holds it, piece by piece, and the append-only history of each piece."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Key, PublicId, Words, one_of


class ItemState(StrEnum):
    FREE = "free"
    HELD = "held"
    OUT_OF_USE = "out_of_use"


class ItemAct(StrEnum):
    ADDED = "added"
    GIVEN = "given"
    GIVEN_BACK = "given_back"
    CHANGED = "changed"
    OUT_OF_USE = "out_of_use"
    IN_USE_AGAIN = "in_use_again"


class ItemRow(Base):
    """One piece of a kind that the catalogue names; one without a `tag` is like any other of its kind and place.

    It is held by a person of the directory, or by `holder_name`, who is not in it (yet). `confidential_to` are the
    queues that alone read by whom.
    """

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint("(state = 'held') = (holder_id IS NOT NULL OR holder_name <> '')", name="held_by_somebody"),
        Index("uq_item_kind_key_tag", "kind_key", text("lower(tag)"), unique=True),
        Index("ix_item_free", "kind_key", "location_key", "id", postgresql_where=text("state = 'free'")),
        Index("ix_item_holder_id", "holder_id", postgresql_where=text("holder_id IS NOT NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kind_key: Mapped[str]
    tag: Mapped[str | None]
    model: Mapped[str] = mapped_column(server_default="", default="")
    location_key: Mapped[str] = mapped_column(ForeignKey("location.key"), index=True)
    state: Mapped[ItemState] = mapped_column(one_of(ItemState, "state"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    holder_name: Mapped[str] = mapped_column(server_default="", default="")
    held_since: Mapped[datetime | None]
    held_until: Mapped[date | None]
    confidential_to: Mapped[Words]


class ItemEventRow(Base):
    """Something that happened to a piece, once and for good; a trigger refuses UPDATE and DELETE.

    Of a gift, the holder is who got it; of what came back, who gave it. `task_id` is the task that was finished with
    it, and `confidential_to` the queues that alone may know.
    """

    __tablename__ = "item_event"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    at: Mapped[Instant]
    act: Mapped[ItemAct] = mapped_column(one_of(ItemAct, "act"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    holder_name: Mapped[str] = mapped_column(server_default="", default="")
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    confidential_to: Mapped[Words]
    what: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", default=dict)
