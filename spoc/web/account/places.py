"""The locations of the organisation: add one, change one, remove one that nothing names."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi import Path as InPath
from starlette.responses import Response

from routing.visibility import Actor
from spoc.people.errors import InvalidOrganisation
from spoc.people.places import Place, add_place, change_place, one_place, remove_place
from spoc.web.account.history import faults_by_field
from spoc.web.account.organisation import country_suggestions, zone_suggestions
from spoc.web.deps import Database, Now, Visitor, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter(include_in_schema=False)

Administrator = Annotated[Actor, require(Permission.ADMINISTRATOR)]
Text = Annotated[str, Form(max_length=320)]
Key = Annotated[str, InPath(max_length=40)]

ADDED = notice("places.added", marked("The location is added."))
CHANGED = notice("places.changed", marked("The location is changed."))
REMOVED = notice("places.removed", marked("The location is removed."))


@router.get("/organisation/locations/new")
def show_new(http: Request, visit: Visitor, _actor: Administrator) -> Response:
    return _page(http, Place("", "", "", visit.organisation.time_zone), is_new=True)


@router.post("/organisation/locations/new")
def add(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    key: Text = "",
    title: Text = "",
    country: Text = "",
    time_zone: Text = "",
) -> Response:
    given = Place(key, title, country, time_zone)
    try:
        add_place(session, actor, given, now)
    except InvalidOrganisation as refused:
        return _page(http, given, refused, is_new=True)
    return redirect(http, "/organisation#locations", told=ADDED)


@router.get("/organisation/locations/{key}")
def show(http: Request, session: Database, _actor: Administrator, key: Key) -> Response:
    listed = one_place(session, key)
    return _page(http, listed.place, in_use=listed.in_use)


@router.post("/organisation/locations/{key}")
def change(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    key: Key,
    title: Text = "",
    country: Text = "",
    time_zone: Text = "",
) -> Response:
    given = Place(key, title, country, time_zone)
    listed = one_place(session, key)
    try:
        change_place(session, actor, given, now)
    except InvalidOrganisation as refused:
        return _page(http, given, refused, in_use=listed.in_use)
    return redirect(http, "/organisation#locations", told=CHANGED)


@router.post("/organisation/locations/{key}/remove")
def remove(http: Request, session: Database, now: Now, actor: Administrator, key: Key) -> Response:
    remove_place(session, actor, key, now)
    return redirect(http, "/organisation#locations", told=REMOVED)


def _page(
    http: Request,
    given: Place,
    refused: InvalidOrganisation | None = None,
    *,
    is_new: bool = False,
    in_use: bool = True,
) -> Response:
    return render(
        http,
        "organisation/place.html",
        422 if refused else 200,
        path="/organisation/locations",
        given=given,
        faults=faults_by_field(refused),
        is_new=is_new,
        in_use=in_use,
        zones=zone_suggestions(),
        countries=country_suggestions(),
    )
