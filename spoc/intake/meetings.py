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
from routing.slots import Bounds, Terms, window
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
        notice = (wanted.notice.amount, Unit(wanted.notice.unit.value))
        bounds = Bounds(at, placed.opens_at, _earliest(wanted, answers), placed.due_at)
        within = window(calendar, at, notice, bounds)
        return gap_of_meeting(placed.step.key, calendar, within, terms)
    except RoutingError:
        return None


def _earliest(wanted: AppointmentPart, answers: Mapping[str, JsonValue]) -> Moment | None:
    one = moment_of(wanted.earliest, answers)
    return Moment(one.anchor_on, one.amount, Unit(one.unit.value), one.at) if one else None
