"""Working time of the organisation: calendars, and which of them each queue goes by."""

from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.errors import Fault
from spoc.people.errors import InvalidOrganisation
from spoc.people.working_time import (
    DAYS,
    Day,
    Hours,
    add_calendar,
    change_calendar,
    one_calendar,
    set_queue_hours,
)
from spoc.web.account.history import FIELDS, faults_by_field
from spoc.web.account.organisation import country_suggestions, zone_suggestions
from spoc.web.deps import Database, Now, Visitor, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import gettext, marked

router = APIRouter(include_in_schema=False)

Administrator = Annotated[Actor, require(Permission.ADMINISTRATOR)]
Text = Annotated[str, Field(max_length=320)]
Times = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)]
Keys = Annotated[list[str], Form()]
Key = Annotated[str, InPath(max_length=40)]

ADDED = notice("calendars.added", marked("The calendar is added."))
CHANGED = notice("calendars.changed", marked("The working time is changed. What was placed before keeps its dates."))
ASSIGNED = notice("calendars.assigned", marked("The queues go by these calendars from now on."))

FEWEST_PAIRS = 2  # a morning and an afternoon
OFFICE_DAY = ("09:00", "17:30")


class WeekForm(BaseModel):
    """A day's times come as from, until, from, until; empty ones where it is shorter or free."""

    model_config = ConfigDict(extra="forbid")

    key: Text = ""
    time_zone: Text = ""
    country: Text = ""
    region: Text = ""
    mon: Times = []
    tue: Times = []
    wed: Times = []
    thu: Times = []
    fri: Times = []
    sat: Times = []
    sun: Times = []

    def hours(self, key: str) -> Hours:
        week = tuple(_day(getattr(self, day)) for day in DAYS)
        return Hours(key, self.time_zone, week, self.country, self.region)


def _day(times: list[str]) -> Day:
    pairs = zip_longest(times[::2], times[1::2], fillvalue="")
    return tuple((start.strip(), end.strip()) for start, end in pairs if start.strip() or end.strip())


@router.get("/organisation/calendars/new")
def show_new(http: Request, visit: Visitor, _actor: Administrator) -> Response:
    week = ((OFFICE_DAY,),) * 5 + ((),) * 2
    return _page(http, Hours("", visit.organisation.time_zone, week), is_new=True)


@router.post("/organisation/calendars/new")
def add(
    http: Request, session: Database, now: Now, actor: Administrator, form: Annotated[WeekForm, Form()]
) -> Response:
    given = form.hours(form.key)
    try:
        add_calendar(session, actor, given, now)
    except InvalidOrganisation as refused:
        return _page(http, given, refused, is_new=True)
    return redirect(http, "/organisation#working-time", told=ADDED)


@router.get("/organisation/calendars/{key}")
def show(http: Request, session: Database, _actor: Administrator, key: Key) -> Response:
    return _page(http, one_calendar(session, key))


@router.post("/organisation/calendars/{key}")
def change(
    http: Request, session: Database, now: Now, actor: Administrator, key: Key, form: Annotated[WeekForm, Form()]
) -> Response:
    given = form.hours(key)
    try:
        change_calendar(session, actor, given, now)
    except InvalidOrganisation as refused:
        return _page(http, given, refused)
    return redirect(http, "/organisation#working-time", told=CHANGED)


@router.post("/organisation/queues")
def assign(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    queue: Keys = [],  # noqa: B006 - FastAPI copies defaults
    calendar: Keys = [],  # noqa: B006
) -> Response:
    """The n-th `queue` goes by the n-th `calendar`."""
    if len(queue) != len(calendar):
        raise InvalidOrganisation(Fault("calendar", "missing", Phrase("Each queue takes one calendar.")))
    set_queue_hours(session, actor, dict(zip(queue, calendar, strict=True)), now)
    return redirect(http, "/organisation#working-time", told=ASSIGNED)


def _page(http: Request, given: Hours, refused: InvalidOrganisation | None = None, *, is_new: bool = False) -> Response:
    pairs = max(FEWEST_PAIRS, *(len(day) for day in given.week))
    return render(
        http,
        "organisation/calendar.html",
        422 if refused else 200,
        path="/organisation/calendars",
        given=given,
        days=[
            (day, gettext(FIELDS[day]), [*times, *[("", "")] * (pairs - len(times))])
            for day, times in zip(DAYS, given.week, strict=True)
        ],
        faults=faults_by_field(refused),
        is_new=is_new,
        zones=zone_suggestions(),
        countries=country_suggestions(),
    )
