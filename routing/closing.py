"""When the figures of a period are closed: late enough that nobody can spoil them any more by coming back."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

GRACE: Final = timedelta(days=3)
"""How long after its last window a period may still change without a lead, and has no headline."""

WEEKS_BACK: Final = 26
"""The figures of weeks that ended longer ago are not stated any more: it bounds what can change them."""


def closes_at(end_at: datetime, window_days: int) -> datetime:
    """Period end + W + grace, in days of 24 hours."""
    return end_at.astimezone(UTC) + timedelta(days=window_days) + GRACE


def monday_of(at: datetime, zone: ZoneInfo) -> date:
    """The first day of the calendar week that the instant lies in."""
    on = at.astimezone(zone).date()
    return on - timedelta(days=on.weekday())
