"""What the figures are measured against, as set: targets, time limits, rates, and the desk's working time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.calendars import Calendar
from routing.work import CONTACT_CHANNELS, DESK, Channel
from spoc.db.calendars import calendar_of
from spoc.db.people import OrganisationRow, PersonRow, QueueRow
from spoc.db.reports import ContactRateRow, ReportSettingRow
from spoc.reports.costs import Prices, Rate
from spoc.reports.opening import NO_LIMITS, Limit, Limits
from spoc.reports.presets import FACTOR, NET_TARGET, REPEAT_TARGET, SETTINGS, limit_key
from spoc.reports.question import TimeLimit


@dataclass(frozen=True)
class Setting:
    """One target, limit or factor as stored; `changed_by` is a name, empty for a preset."""

    key: str
    value: Any
    source: str
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class RateEntry:
    """One line of the rates' history."""

    rate: Rate
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Yardsticks:
    settings: Mapping[str, Setting]
    rates: tuple[RateEntry, ...]
    calendar: Calendar
    zone: ZoneInfo

    @property
    def net_target(self) -> Decimal:
        return Decimal(str(self.settings[NET_TARGET].value))

    @property
    def repeat_target(self) -> Decimal:
        return Decimal(str(self.settings[REPEAT_TARGET].value))

    @property
    def prices(self) -> Prices:
        factor = Decimal(str(self.settings[FACTOR].value))
        return Prices(tuple(entry.rate for entry in self.rates), factor, self.zone)

    def limits(self, instead: TimeLimit = None) -> Limits:
        """The limits as set. A number replaces those told in minutes only; `none` lifts all of them."""
        if instead == "none":
            return NO_LIMITS
        as_set: dict[Channel, Limit] = {
            channel: self.settings[limit_key(channel)].value for channel in CONTACT_CHANNELS
        }
        if instead is None:
            return Limits(as_set)
        return Limits({channel: "contact" if limit == "contact" else instead for channel, limit in as_set.items()})


def organisation_zone(session: Session) -> ZoneInfo:
    return ZoneInfo(session.scalar(select(OrganisationRow.time_zone)) or "UTC")


def read_yardsticks(session: Session) -> Yardsticks:
    """All of it; a setting that was never stored is as it ships."""
    zone = organisation_zone(session)
    return Yardsticks(
        _settings(session),
        _rates(session),
        calendar_of(session, session.scalar(select(QueueRow.id).where(QueueRow.key == DESK))),
        zone,
    )


def _settings(session: Session) -> dict[str, Setting]:
    shipped = {key: Setting(key, preset.value, preset.source) for key, preset in SETTINGS.items()}
    rows = session.execute(
        select(
            ReportSettingRow.key,
            ReportSettingRow.value,
            ReportSettingRow.source,
            PersonRow.name,
            ReportSettingRow.changed_at,
        )
        .outerjoin(PersonRow, PersonRow.id == ReportSettingRow.changed_by_id)
        .where(ReportSettingRow.key.in_(SETTINGS))
    )
    return shipped | {row.key: Setting(row.key, row.value, row.source, row.name or "", row.changed_at) for row in rows}


def _rates(session: Session) -> tuple[RateEntry, ...]:
    """Newest first."""
    rows = session.execute(
        select(ContactRateRow, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == ContactRateRow.changed_by_id)
        .order_by(ContactRateRow.valid_from.desc(), ContactRateRow.id.desc())
    )
    return tuple(RateEntry(_rate(row), name or "", row.changed_at) for row, name in rows)


def _rate(row: ContactRateRow) -> Rate:
    return Rate(row.channel, row.tier, row.low, row.high, row.currency, row.valid_from, row.source)
