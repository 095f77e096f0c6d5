"""Calendars as routing's values: a queue's own, else the organisation's first, else the usual hours."""

import json
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.calendars import Calendar, usual_hours
from spoc.db.people import CalendarRow, OrganisationRow, QueueRow


def read_calendar(row: CalendarRow) -> Calendar:
    """The row as routing's value; equal rows give the same object, which remembers the days it has reckoned."""
    return _calendar(row.key, row.time_zone, row.country, row.region, json.dumps(row.week), json.dumps(row.exceptions))


@lru_cache(maxsize=64)
def _calendar(key: str, zone: str, country: str | None, region: str | None, week: str, exceptions: str) -> Calendar:
    days: dict[str, list[list[str]]] = json.loads(exceptions)
    return Calendar(
        key=key,
        zone=ZoneInfo(zone),
        week=tuple(_segments(day) for day in json.loads(week)),
        country=country,
        region=region,
        exceptions={date.fromisoformat(day): _segments(segments) for day, segments in days.items()},
    )


def calendar_of(session: Session, queue_id: int | None) -> Calendar:
    """By which a queue's work is timed; None is a person's own step, timed by the organisation's."""
    own = select(CalendarRow).join(QueueRow, QueueRow.calendar_id == CalendarRow.id).where(QueueRow.id == queue_id)
    row = session.scalar(own) or session.scalar(select(CalendarRow).order_by(CalendarRow.id).limit(1))
    return (
        read_calendar(row) if row else usual_hours(ZoneInfo(session.scalar(select(OrganisationRow.time_zone)) or "UTC"))
    )


def _segments(pairs: list[list[str]]) -> tuple[tuple[time, time], ...]:
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs)
