"""What reports are measured against, each with its source and its changes; and what they said of closed weeks."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Numeric, SmallInteger, UniqueConstraint
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


class StatedFigureRow(Base):
    """What was said of a closed calendar week that begins on `starts_on`. A trigger refuses UPDATE and DELETE.

    `number` 1 is the first statement; every later one says what late facts made of it, and `because` names them.
    `version` is that of the definitions; `repeat_cost` a band of money for each currency, as text.
    """

    __tablename__ = "stated_figure"
    __table_args__ = (UniqueConstraint("starts_on", "number"),)

    id: Mapped[Key]
    starts_on: Mapped[date] = mapped_column(Date)
    number: Mapped[int]
    stated_at: Mapped[Instant]
    version: Mapped[int]
    gross_resolved: Mapped[int]
    gross_decided: Mapped[int]
    net_resolved: Mapped[int]
    net_decided: Mapped[int]
    repeat_contacts: Mapped[int]
    counting_contacts: Mapped[int]
    repeat_cost: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    because: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class FigureSearchRow(Base):
    """The one row that says until when it was searched for weeks whose figures are to be stated.

    `version` is that of the definitions by which the found weeks are stated. Its migration puts it there.
    """

    __tablename__ = "figure_search"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=1, autoincrement=False)
    searched_until: Mapped[Instant]
    version: Mapped[int]
