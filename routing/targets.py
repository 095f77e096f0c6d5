"""Promises and what becomes of them: pauses that move a due time, and when work is late."""

from datetime import datetime, timedelta

from routing.calendars import Calendar, add_working_time, working_time_between


def due_after_pause(due_at: datetime, paused_from: datetime, paused_to: datetime, calendar: Calendar) -> datetime:
    """The due time moved by the business time of the pause, to the microsecond, in UTC.

    A pause that begins when the work is late already mends nothing; one that ends before it began moves nothing.

    Raises:
        NoWorkingTime: the calendar has working time in the pause and none after it.
    """
    if paused_from > due_at:
        return due_at
    paused = working_time_between(calendar, paused_from, paused_to)
    return add_working_time(calendar, due_at, max(paused, timedelta()))


def is_late(due_at: datetime | None, now: datetime) -> bool:
    """Whether the due time has passed; what has none is never late, and the due instant itself is in time."""
    return due_at is not None and now > due_at
