"""What reports are measured against: cost rates, targets and limits, each with its source."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from routing.work import Channel
from spoc.db.base import Base, Instant, Key, one_of


class ContactRateRow(Base):
    """Cost of one contact by channel and tier, as a band, from a day on. Null matches any channel or tier."""

    __tablename__ = "contact_rate"
    __table_args__ = (
        UniqueConstraint("channel", "tier", "valid_from", postgresql_nulls_not_distinct=True),
        CheckConstraint("low >= 0 AND high >= low", name="band"),
    )

    id: Mapped[Key]
    channel: Mapped[Channel | None] = mapped_column(one_of(Channel, "channel"))
    tier: Mapped[int | None]
    low: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    high: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    currency: Mapped[str]
    valid_from: Mapped[date] = mapped_column(Date)
    source: Mapped[str]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[Instant]


class ReportSettingRow(Base):
    """A target (`target.net_fcr`), a time limit (`limit.web`, business minutes or null) or the factor `cost.f`."""

    __tablename__ = "report_setting"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    value: Mapped[Any] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(server_default="", default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime | None]


class ReportChangeRow(Base):
    """One change of a setting or a rate: what, from, to, why, by whom. A trigger refuses UPDATE and DELETE.

    `key` is the setting's, or `rate`. `before` is null where there was nothing; both hold the value with its source,
    a rate's `after` its channel, tier and first day too.
    """

    __tablename__ = "report_change"

    id: Mapped[Key]
    key: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    why: Mapped[str]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[Instant]
