"""The organisation: its name, clock, currency and telephone, and the way to its locations and calendars."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor
from spoc.people.changes import changes_of
from spoc.people.cost_centres import list_cost_centres, set_cost_centres
from spoc.people.errors import InvalidOrganisation
from spoc.people.organisation import Letterhead, countries, letterhead_of, set_organisation, time_zones
from spoc.people.places import list_places
from spoc.people.working_time import list_calendars, queue_hours
from spoc.web.account.history import faults_by_field, told
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter(include_in_schema=False)

Administrator = Annotated[Actor, require(Permission.ADMINISTRATOR)]
Text = Annotated[str, Form(max_length=320)]

OWNERS_SAVED = notice("organisation.owners", marked("The cost-centre owners are changed."))
SAVED = notice("organisation.saved", marked("The organisation is changed."))


@router.get("/organisation")
def show_organisation(http: Request, session: Database, _actor: Administrator) -> Response:
    return _page(http, session, letterhead_of(session))


@router.post("/organisation")
def write_organisation(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    name: Text = "",
    time_zone: Text = "",
    currency: Text = "",
    desk_phone: Text = "",
) -> Response:
    given = Letterhead(name, time_zone, currency, desk_phone)
    try:
        set_organisation(session, actor, given, now)
    except InvalidOrganisation as refused:
        return _page(http, session, given, refused)
    return redirect(http, "/organisation", told=SAVED)


@router.post("/organisation/cost-centres")
def write_cost_centres(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    department: Annotated[list[Text], Form()],
    owner: Annotated[list[Text], Form()],
) -> Response:
    """Each department with who answers for it, as the two lists stand beside each other."""
    owners = dict(zip(department, owner, strict=False))
    try:
        set_cost_centres(session, actor, owners, now)
    except InvalidOrganisation as refused:
        return _page(http, session, letterhead_of(session), refused, owners)
    return redirect(http, "/organisation", told=OWNERS_SAVED)


def _page(
    http: Request,
    session: Session,
    given: Letterhead,
    refused: InvalidOrganisation | None = None,
    owners: Mapping[str, str] | None = None,
) -> Response:
    centres = list_cost_centres(session)
    return render(
        http,
        "organisation/show.html",
        422 if refused else 200,
        path="/organisation",
        given=given,
        faults=faults_by_field(refused),
        zones=zone_suggestions(),
        locations=list_places(session),
        country_names=countries(),
        calendars=list_calendars(session),
        queues=queue_hours(session),
        cost_centres=[(one.department, (owners or {}).get(one.department, one.owner)) for one in centres],
        history=told(changes_of(session, None)),
    )


def zone_suggestions() -> list[tuple[str, str]]:
    """For a list that a browser offers while one types: value and text."""
    return [(name, name.replace("_", " ")) for name in sorted(time_zones())]


def country_suggestions() -> list[tuple[str, str]]:
    return list(countries().items())
