"""Published versions of the catalogue, and the rules that place work, with their labels and their history."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Key, PublicId, Words


class CatalogueVersionRow(Base):
    """A whole catalogue as it was published; never changed. The newest `id` is in force.

    `sources` are the texts of its packs by file name, null where they were not kept; `overruled` says why it was
    published although its tests failed.
    """

    __tablename__ = "catalogue_version"

    id: Mapped[Key]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    comment: Mapped[str] = mapped_column(server_default="", default="")
    published_at: Mapped[Instant]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sources: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    overruled: Mapped[str] = mapped_column(server_default="", default="")


class CatalogueDraftRow(Base):
    """What one person has of one pack before it is published; a null text takes the file out.

    `revision` grows with each saving, so that two windows cannot overwrite each other; `base_version_id` is the
    version whose text this one came from.
    """

    __tablename__ = "catalogue_draft"
    __table_args__ = (UniqueConstraint("person_id", "file"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    file: Mapped[str]
    text: Mapped[str | None]
    base_version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    revision: Mapped[int] = mapped_column(server_default="1", default=1)
    saved_at: Mapped[Instant]


class RoutingRuleRow(Base):
    """One rule; the first that matches by `position` places the work. Null matches anything.

    Positions are compared when a transaction ends, so that one statement can exchange them.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (UniqueConstraint("position", deferrable=True, initially="DEFERRED"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    position: Mapped[int]
    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"))
    service_key: Mapped[str | None]
    step_key: Mapped[str | None]
    location_key: Mapped[str | None]
    department: Mapped[str | None]
    priority: Mapped[str | None]
    why: Mapped[str] = mapped_column(server_default="", default="")
    job_title: Mapped[str | None]
    employment: Mapped[str | None]
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    label_key: Mapped[str | None] = mapped_column(ForeignKey("text_label.key"))


class TextLabelRow(Base):
    """A name for what a text is about, found by any of its phrases."""

    __tablename__ = "text_label"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    phrases: Mapped[Words]


class RoutingChangeRow(Base):
    """One change of a rule or a label: what, from, to, why, by whom. A trigger refuses UPDATE and DELETE.

    Its newest `id` is the version of the rules that a form was made from.
    """

    __tablename__ = "routing_change"

    id: Mapped[Key]
    what: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", default=dict)
    why: Mapped[str] = mapped_column(server_default="", default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Instant]


class RoutingSettingRow(Base):
    """A setting of routing as it stands: `priorities`, `targets` or `ladder`; one that is not stored is as shipped."""

    __tablename__ = "routing_setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)


class BounceRow(Base):
    """A task that was handed on as placed wrongly; `rule` is the id of the rule that had placed it, or empty.

    Those that are not settled yet are a proposal, one for each way from a queue to another.
    """

    __tablename__ = "bounce"
    __table_args__ = (Index("ix_bounce_open", "service_key", "step_key", postgresql_where=sql("settled_at IS NULL")),)

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    service_key: Mapped[str]
    step_key: Mapped[str]
    rule: Mapped[str] = mapped_column(server_default="", default="")
    from_queue: Mapped[str]
    to_queue: Mapped[str]
    why: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Instant]
    settled_at: Mapped[datetime | None]
