"""Free times as a page lists them: by day, in the reader's own zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.desk.appointments.reading import Times, read_times
from spoc.desk.ticket_page import TicketPage
from spoc.intake.catalogue import service_at
from spoc.web.formats import View
from spoc.web.ticket.meetings import is_to_choose

FIRST_DAYS: Final = 4
"""How many days with free times the page of a ticket shows."""


@dataclass(frozen=True)
class Time:
    """`value` is what a form sends for it; `is_booked` if it is the one that is booked now."""

    value: str
    clock: str
    is_booked: bool


@dataclass(frozen=True)
class DayOfTimes:
    title: str
    times: tuple[Time, ...]

    @property
    def is_booked(self) -> bool:
        return any(time.is_booked for time in self.times)


def days_of(found: Times, view: View) -> tuple[DayOfTimes, ...]:
    """In order. A time that the clock shows twice that day is told with its offset."""
    booked = found.booked[0] if found.booked else None
    starts = [slot.starts_at for _, slots in found.days for slot in slots]
    days: list[DayOfTimes] = []
    for title, group in groupby(starts, key=view.day_long):
        of_day = list(group)
        clocks = [view.clock(at) for at in of_day]
        times = (
            Time(view.iso(at), f"{clock} ({view.local(at):%Z})" if clocks.count(clock) > 1 else clock, at == booked)
            for at, clock in zip(of_day, clocks, strict=True)
        )
        days.append(DayOfTimes(title, tuple(times)))
    return tuple(days)


@dataclass(frozen=True)
class Offer:
    """The first free times of an appointment that the reader is to choose; `later` if there are more."""

    days: tuple[DayOfTimes, ...]
    later: date | None


def offers_of(session: Session, actor: Actor, page: TicketPage, view: View) -> Mapping[UUID, Offer]:
    """By task, for the ticket's own page."""
    return {task.id: _offer(session, actor, task.id, view) for task in page.tasks if is_to_choose(task)}


def _offer(session: Session, actor: Actor, task_id: UUID, view: View) -> Offer:
    services = partial(service_at, session)
    found = read_times(session, actor, task_id, view.now, services, most_days=FIRST_DAYS)
    return Offer(days_of(found, view), found.later)
