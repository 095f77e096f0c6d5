"""The reader's day: where today ends in their zone."""

from datetime import UTC, datetime, time, timedelta

from spoc.desk.queues.rows import Day
from spoc.people.directory import Visit
from spoc.web.formats import zone_of


def day_of(visit: Visit, now: datetime) -> Day:
    """The present with the next midnight of the reader's zone."""
    zone = zone_of(visit.zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return Day(now, datetime.combine(tomorrow, time(0), zone).astimezone(UTC))


def local_instant(text: str, visit: Visit) -> datetime | None:
    """What a `datetime-local` field gives, as an instant of the reader's zone; None if it is empty.

    Raises:
        ValueError: it is no date and time.
    """
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(visit.zone)) if text.strip() else None
