"""Appointments of a dry run: whether the working time of those whom one would meet leaves any room for them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pydantic import JsonValue

from catalog.appointment import AppointmentPart
from catalog.expand import moment_of
from catalog.rows import step_of
from catalog.service import Service
from routing.calendars import Calendar
from routing.errors import RoutingError
from routing.gaps import Gap, gap_of_meeting
from routing.moments import opening
from routing.slots import Terms, Window, window
from routing.work import Moment, Unit
from spoc.intake.plan import Placed, Placing


def gaps_of_meetings(
    service: Service,
    answers: Mapping[str, JsonValue],
    placing: Placing,
    calendars: Mapping[str, Calendar],
    at: datetime,
) -> Iterator[Gap]:
    """For each appointment that could never be booked if its turn came at once, or when it opens."""
    for placed in placing.steps:
        step = step_of(service, placed.step.key)
        if step is not None and step.appointment is not None:
            calendar = calendars.get(placed.queue or "") or calendars[""]
            found = _gap(placed, step.appointment, answers, calendar, at)
            if found is not None:
                yield found


def _gap(
    placed: Placed, wanted: AppointmentPart, answers: Mapping[str, JsonValue], calendar: Calendar, at: datetime
) -> Gap | None:
    every = wanted.every or wanted.minutes
    terms = Terms(timedelta(minutes=wanted.minutes), timedelta(minutes=every), wanted.at_once, "")
    try:
        within = _window(placed, wanted, answers, calendar, at)
        return gap_of_meeting(placed.step.key, calendar, within, terms)
    except RoutingError:
        return None


def _window(
    placed: Placed, wanted: AppointmentPart, answers: Mapping[str, JsonValue], calendar: Calendar, at: datetime
) -> Window:
    earliest = moment_of(wanted.earliest, answers)
    starts = [placed.opens_at] if placed.opens_at else []
    if earliest is not None:
        named = Moment(earliest.anchor_on, earliest.amount, Unit(earliest.unit.value), earliest.at)
        starts.append(opening(named, calendar, at))
    notice = (wanted.notice.amount, Unit(wanted.notice.unit.value))
    return window(calendar, at, notice, max(starts, default=None), placed.due_at)
