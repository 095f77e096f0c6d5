"""What was changed about settings and rates: what, from, to, why and by whom. Written once, never altered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from spoc.db.people import PersonRow
from spoc.db.reports import ContactRateRow, ReportChangeRow, ReportSettingRow
from spoc.reports.costs import Rate
from spoc.reports.presets import SETTINGS

RATE: Final = "rate"
LATEST: Final = 100
"""As many changes as a page shows; the others stay in the table."""


@dataclass(frozen=True)
class Change:
    """`key` is a setting's, or `rate`. A setting has value and source; a rate what `rate_json` gives."""

    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    why: str


@dataclass(frozen=True)
class Changed:
    """A change with the name of who made it."""

    change: Change
    by: str
    at: datetime


def setting_before(session: Session, key: str) -> dict[str, Any]:
    """Value and source as they stand, as shipped if never stored; nobody else can change them until the commit."""
    _lock(session)
    stored = select(ReportSettingRow.value, ReportSettingRow.source).where(ReportSettingRow.key == key)
    row = session.execute(stored).one_or_none()
    value, source = row if row is not None else (SETTINGS[key].value, SETTINGS[key].source)
    return {"value": value, "source": source}


def rate_before(session: Session, rate: Rate) -> dict[str, Any] | None:
    """The stored rate of the same channel, tier and day, which the new one replaces; locked as settings are."""
    _lock(session)
    same = (
        ContactRateRow.channel.is_not_distinct_from(rate.channel),
        ContactRateRow.tier.is_not_distinct_from(rate.tier),
        ContactRateRow.valid_from == rate.valid_from,
    )
    row = session.scalars(select(ContactRateRow).where(*same).execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return None
    return rate_json(Rate(row.channel, row.tier, row.low, row.high, row.currency, row.valid_from, row.source))


def rate_json(rate: Rate) -> dict[str, Any]:
    """Money as text with four digits, as it is stored."""
    return {
        "channel": rate.channel.value if rate.channel else None,
        "tier": rate.tier,
        "low": f"{rate.low:.4f}",
        "high": f"{rate.high:.4f}",
        "currency": rate.currency,
        "valid_from": rate.valid_from.isoformat(),
        "source": rate.source,
    }


def write_change(session: Session, change: Change, by_id: int, now: datetime) -> None:
    row = ReportChangeRow(
        key=change.key,
        before=change.before,
        after=change.after,
        why=change.why,
        changed_by_id=by_id,
        changed_at=now,
    )
    session.add(row)
    session.flush()


def read_changes(session: Session) -> tuple[Changed, ...]:
    """The latest changes, newest first."""
    rows = session.execute(
        select(ReportChangeRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == ReportChangeRow.changed_by_id)
        .order_by(ReportChangeRow.id.desc())
        .limit(LATEST)
    )
    return tuple(Changed(Change(row.key, row.before, row.after, row.why), name, row.changed_at) for row, name in rows)


def _lock(session: Session) -> None:
    """One change at a time, so that each tells truly what it replaced. Reading goes on."""
    session.execute(text("LOCK TABLE report_setting, contact_rate IN SHARE ROW EXCLUSIVE MODE"))
