"""When exactly: from "3 working days before 1 September" to an instant, and to the reason that says so."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from routing.calendars import (
    Calendar,
    add_working_days,
    add_working_minutes,
    first_working_instant,
    last_working_instant,
    local_instant,
)
from routing.clocks import check_year
from routing.why import Given, Kind, Why
from routing.work import Moment, Unit

_CLOCK_UNITS: Final = frozenset({Unit.MINUTES, Unit.HOURS, Unit.WORKING_MINUTES, Unit.WORKING_HOURS})


def opening(moment: Moment, calendar: Calendar, now: datetime) -> datetime:
    """When work may begin, in UTC; a date without a time opens with its first instant.

    Raises:
        DateOutOfRange: outside the years planned with.
        NoWorkingTime: working units in a calendar without work.
    """
    if _is_instant(moment) or moment == Moment(None, 0, moment.unit):
        return _instant(moment, calendar, now)
    return local_instant(calendar, _day(moment, calendar, now), moment.at or time())


def due(moment: Moment, calendar: Calendar, now: datetime) -> tuple[datetime, tuple[Why, ...]]:
    """By when work is to be done, in UTC, and what there is to say about it.

    A date without a time is due when that day's work ends; on a day without work, when it ended the working day
    before. Nothing is moved because it has passed already: it is late, and that is said.

    Raises:
        DateOutOfRange: outside the years planned with.
        NoWorkingTime: working units, or a date without a time, in a calendar without work.
    """
    due_at, notes = (_instant(moment, calendar, now), ()) if _is_instant(moment) else _on_its_day(moment, calendar, now)
    return due_at, (*notes, Why(Kind.DUE_PAST)) if due_at < now else notes


def reason(kind: Kind, moment: Moment, calendar: Calendar) -> Why:
    """The moment as the reason of that kind, `OPENS` or `DUE`; an anchor on the calendar's clock becomes an instant."""
    given: dict[str, Given] = {"amount": moment.amount, "unit": moment.unit.value}
    if isinstance(moment.anchor, datetime):
        given["anchor_at"] = _local(moment.anchor, calendar).astimezone(UTC).isoformat()
    elif moment.anchor is not None:
        given["anchor_on"] = moment.anchor.isoformat()
    if moment.at is not None:
        given["at"] = f"{moment.at:%H:%M}"
    return Why(kind, given)


def _on_its_day(moment: Moment, calendar: Calendar, now: datetime) -> tuple[datetime, tuple[Why, ...]]:
    day = _day(moment, calendar, now)
    if moment.at is not None:
        return local_instant(calendar, day, moment.at), ()
    end = last_working_instant(calendar, day)
    if end is not None:
        return end, ()
    end = last_working_instant(calendar, add_working_days(calendar, day, -1))
    assert end is not None, "a working day has an end"
    return end, (Why(Kind.DUE_DAY_WITHOUT_WORK, {"day_on": day.isoformat()}),)


def _is_instant(moment: Moment) -> bool:
    """Whether it tells an instant, and not a day whose hour is still open."""
    if moment.at is not None:
        return False
    return isinstance(moment.anchor, datetime) if moment.amount == 0 else moment.unit in _CLOCK_UNITS


def _instant(moment: Moment, calendar: Calendar, now: datetime) -> datetime:
    start = _anchor_at(moment.anchor, calendar, now)
    match moment.unit:
        case Unit.MINUTES:
            return start + timedelta(minutes=moment.amount)
        case Unit.HOURS:
            return start + timedelta(hours=moment.amount)
        case Unit.WORKING_MINUTES:
            return add_working_minutes(calendar, start, moment.amount)
        case Unit.WORKING_HOURS:
            return add_working_minutes(calendar, start, moment.amount * 60)
        case _:
            return start


def _day(moment: Moment, calendar: Calendar, now: datetime) -> date:
    if moment.unit in _CLOCK_UNITS:
        return _instant(moment, calendar, now).astimezone(calendar.zone).date()
    start = _anchor_on(moment.anchor, calendar, now)
    match moment.unit:
        case Unit.WORKING_DAYS:
            return add_working_days(calendar, start, moment.amount)
        case Unit.WEEKS:
            return start + timedelta(weeks=moment.amount)
        case Unit.MONTHS:
            return _plus_months(start, moment.amount)
        case _:
            return start + timedelta(days=moment.amount)


def _anchor_at(anchor: date | None, calendar: Calendar, now: datetime) -> datetime:
    """The instant that hours are counted from: of a date, when its work begins, or midnight if nobody works."""
    if anchor is None:
        return now.astimezone(UTC)
    if isinstance(anchor, datetime):
        return _local(anchor, calendar).astimezone(UTC)
    return first_working_instant(calendar, anchor) or local_instant(calendar, anchor, time())


def _anchor_on(anchor: date | None, calendar: Calendar, now: datetime) -> date:
    if anchor is None:
        return now.astimezone(calendar.zone).date()
    check_year(anchor)
    return _local(anchor, calendar).date() if isinstance(anchor, datetime) else anchor


def _local(at: datetime, calendar: Calendar) -> datetime:
    """The datetime on the calendar's clock; a naive one is on it already."""
    check_year(at)
    return at.replace(tzinfo=calendar.zone) if at.tzinfo is None else at.astimezone(calendar.zone)


def _plus_months(start: date, months: int) -> date:
    """The same day of another month, or its last where that is shorter: 31 January and one is 28 February."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
