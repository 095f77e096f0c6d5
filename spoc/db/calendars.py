"""Calendars as routing's values: a queue's own, else the organisation's first, else the usual hours."""

from datetime import date, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.calendars import Calendar
from spoc.db.people import CalendarRow, OrganisationRow, QueueRow


def read_calendar(row: CalendarRow) -> Calendar:
    """The row as routing's value."""
    return Calendar(
        key=row.key,
        zone=ZoneInfo(row.time_zone),
        week=tuple(_segments(day) for day in row.week),
        country=row.country,
        region=row.region,
        exceptions={date.fromisoformat(day): _segments(segments) for day, segments in row.exceptions.items()},
    )


def usual_hours(zone: str) -> Calendar:
    """The working time of a desk that has set none: Monday to Friday, 09:00 to 17:30."""
    day = ((time(9), time(17, 30)),)
    return Calendar(key="", zone=ZoneInfo(zone), week=(day, day, day, day, day, (), ()))


def calendar_of(session: Session, queue_id: int | None) -> Calendar:
    """By which a queue's work is timed; None is a person's own step, timed by the organisation's."""
    own = select(CalendarRow).join(QueueRow, QueueRow.calendar_id == CalendarRow.id).where(QueueRow.id == queue_id)
    row = session.scalar(own) or session.scalar(select(CalendarRow).order_by(CalendarRow.id).limit(1))
    return read_calendar(row) if row else usual_hours(session.scalar(select(OrganisationRow.time_zone)) or "UTC")


def _segments(pairs: list[list[str]]) -> tuple[tuple[time, time], ...]:
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs)
