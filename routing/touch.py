"""What follows from when and where a contact took place."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from routing.work import DESK

LATE_AFTER: Final = timedelta(minutes=15)
"""Writing a call down takes a moment; after this long it counts as logged late."""


def tier(memberships: Collection[str]) -> int:
    """The support level that took the contact: 2 for agents of other queues only, else 1, the desk."""
    return 2 if memberships and DESK not in memberships else 1


def is_late_logged(ended_at: datetime | None, recorded_at: datetime) -> bool:
    """Whether it was written down well after it was over; it keeps its own times all the same."""
    return ended_at is not None and recorded_at - ended_at > LATE_AFTER
