"""Working time: the calendars of the organisation, and which of them each queue goes by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.calendars import Calendar
from routing.errors import InvalidCalendar
from routing.phrase import Phrase, counted
from routing.visibility import Actor
from spoc.db.people import CalendarRow, QueueRow
from spoc.errors import Fault, NotFound
from spoc.people.changes import Values, What, note, note_difference
from spoc.people.errors import InvalidOrganisation
from spoc.people.organisation import country_faults, key_faults, zone_faults

log = structlog.get_logger()

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SEGMENTS: Final = 8
NO_WORK: Final = ((),) * 7

Day: TypeAlias = tuple[tuple[str, str], ...]
"""From and until as "HH:MM", in order; until 00:00 is the end of the day."""
Segments: TypeAlias = tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class Hours:
    """A calendar as it is written in a form: `week` is Monday first, `country` and `region` may be empty."""

    key: str
    time_zone: str
    week: tuple[Day, ...]
    country: str = ""
    region: str = ""


@dataclass(frozen=True)
class QueueHours:
    """Which calendar a queue goes by; an empty `calendar` is the organisation's first."""

    key: str
    title: str
    calendar: str


def list_calendars(session: Session) -> tuple[Hours, ...]:
    """All calendars, the organisation's first one first."""
    return tuple(_from(row) for row in session.scalars(select(CalendarRow).order_by(CalendarRow.id)))


def one_calendar(session: Session, key: str) -> Hours:
    """One of them.

    Raises:
        NotFound: no calendar has this key.
    """
    return _from(_row(session, key))


def add_calendar(session: Session, by: Actor, wanted: Hours, now: datetime) -> None:
    """Add a calendar.

    Raises:
        InvalidOrganisation: its values cannot be, or another one has the key.
    """
    wanted = _tidy(wanted)
    _check(wanted, key_faults(wanted.key))
    added = insert(CalendarRow).values(key=wanted.key, **_columns(wanted)).on_conflict_do_nothing()
    if session.scalar(added.returning(CalendarRow.id)) is None:
        raise InvalidOrganisation(Fault("key", "taken", Phrase("Another calendar has this key.")))
    note(session, What.CALENDAR_ADDED, by, now, after={"key": wanted.key, **_values(wanted)})
    log.info("organisation.calendar_added", key=wanted.key, by=by.person_id)


def change_calendar(session: Session, by: Actor, wanted: Hours, now: datetime) -> None:
    """Change all but the key; single dates that stand apart are kept. What is placed already keeps its dates.

    Raises:
        InvalidOrganisation: its values cannot be.
        NotFound: no calendar has this key.
    """
    wanted = _tidy(wanted)
    before = _from(_row(session, wanted.key))
    _check(wanted, [])
    session.execute(update(CalendarRow).where(CalendarRow.key == wanted.key).values(_columns(wanted)))
    note_difference(
        session, What.CALENDAR_CHANGED, by, now, before=_values(before), after=_values(wanted), key=wanted.key
    )
    log.info("organisation.calendar_changed", key=wanted.key, by=by.person_id)


def queue_hours(session: Session) -> tuple[QueueHours, ...]:
    """Every queue in order, with its calendar."""
    joined = select(QueueRow.key, QueueRow.title, CalendarRow.key.label("calendar")).outerjoin(
        CalendarRow, CalendarRow.id == QueueRow.calendar_id
    )
    rows = session.execute(joined.order_by(QueueRow.position, QueueRow.id))
    return tuple(QueueHours(row.key, row.title, row.calendar or "") for row in rows)


def set_queue_hours(session: Session, by: Actor, wanted: Mapping[str, str], now: datetime) -> None:
    """Let these queues go by these calendars, by their keys; others stay as they are.

    Raises:
        InvalidOrganisation: a queue or calendar that does not exist.
    """
    before = {one.key: one.calendar for one in queue_hours(session)}
    calendars = {row.key: row.id for row in session.execute(select(CalendarRow.key, CalendarRow.id))}
    if not wanted.keys() <= before.keys():
        raise InvalidOrganisation(Fault("queue", "unknown", Phrase("There is no such queue.")))
    if not set(wanted.values()) <= calendars.keys():
        raise InvalidOrganisation(Fault("calendar", "unknown", Phrase("There is no such calendar.")))
    for queue, calendar in wanted.items():
        session.execute(update(QueueRow).where(QueueRow.key == queue).values(calendar_id=calendars[calendar]))
    note_difference(session, What.QUEUE_CALENDARS, by, now, before=before, after=wanted)
    log.info("organisation.queue_calendars_set", by=by.person_id)


def _check(wanted: Hours, faults: list[Fault]) -> None:
    found = [*faults, *zone_faults(wanted.time_zone), *_week_faults(wanted)]
    found += country_faults(wanted.country) or _holiday_faults(wanted)
    if found:
        raise InvalidOrganisation(*found)


def _week_faults(wanted: Hours) -> list[Fault]:
    found = [fault for day, segments in zip(DAYS, wanted.week, strict=True) for fault in _day_faults(day, segments)]
    if not found and not any(wanted.week):
        return [Fault(DAYS[0], "no_work", Phrase("At least one day needs working time."))]
    return found


def _day_faults(day: str, written: Day) -> list[Fault]:
    if len(written) > MOST_SEGMENTS:
        most = counted(
            "A day has at most %(number)s stretch of work.",
            "A day has at most %(number)s stretches of work.",
            MOST_SEGMENTS,
        )
        return [Fault(day, "hours", most)]
    try:
        Calendar(day, ZoneInfo("UTC"), (_times(written), *NO_WORK[1:]))
    except ValueError:
        return [Fault(day, "time", Phrase("Give both times as hours and minutes, such as 09:00 and 17:30."))]
    except InvalidCalendar:
        return [Fault(day, "order", Phrase("Each stretch ends after it begins, and the next begins after that."))]
    return []


def _holiday_faults(wanted: Hours) -> list[Fault]:
    if wanted.region and not wanted.country:
        return [Fault("country", "missing", Phrase("A region takes a country."))]
    for field, region in (("country", None), ("region", wanted.region or None)):
        try:
            Calendar(wanted.key, ZoneInfo("UTC"), NO_WORK, wanted.country or None, region)
        except InvalidCalendar:
            return [Fault(field, "holidays", Phrase("No public holidays are known for this."))]
    return []


def _times(day: Day) -> Segments:
    """Raises:
    ValueError: a text that is no time of the day in hours and minutes.
    """
    return tuple((_time(start), _time(end)) for start, end in day)


def _time(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of the day, in no zone


def _columns(hours: Hours) -> dict[str, Any]:
    week = [[[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in _times(day)] for day in hours.week]
    return {
        "time_zone": hours.time_zone,
        "country": hours.country or None,
        "region": hours.region or None,
        "week": week,
    }


def _values(hours: Hours) -> Values:
    days = {day: ", ".join("–".join(pair) for pair in pairs) for day, pairs in zip(DAYS, hours.week, strict=True)}
    return {"time_zone": hours.time_zone, "country": hours.country, "region": hours.region, **days}


def _tidy(hours: Hours) -> Hours:
    zone, country, region = hours.time_zone.strip(), hours.country.strip().upper(), hours.region.strip()
    return Hours(hours.key.strip(), zone, hours.week, country, region)


def _from(row: CalendarRow) -> Hours:
    week = tuple(tuple((start, end) for start, end in day) for day in row.week)
    return Hours(row.key, row.time_zone, week, row.country or "", row.region or "")


def _row(session: Session, key: str) -> CalendarRow:
    row = session.scalar(select(CalendarRow).where(CalendarRow.key == key).with_for_update())
    if row is None:
        raise NotFound
    return row
