"""The one place that asks what time it is; everything else is told.

Business instants are passed on as `now`. Leases and rate limits use the database's clock instead, so that a
machine with a wrong clock cannot take work that is not free.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
