"""Other systems that steps call: listed, added, changed, with a secret that is shown once."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi import Path as InPath
from starlette.responses import Response

from routing.visibility import Actor
from spoc.people.endpoints import (
    Endpoint,
    add_endpoint,
    change_endpoint,
    list_endpoints,
    one_endpoint,
    remove_endpoint,
    renew_secret,
)
from spoc.people.errors import InvalidOrganisation
from spoc.web.account.history import faults_by_field
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter(include_in_schema=False)

Administrator = Annotated[Actor, require(Permission.ADMINISTRATOR)]
Text = Annotated[str, Form(max_length=600)]
Lines = Annotated[str, Form(max_length=2_000)]
Key = Annotated[str, InPath(max_length=40)]

CHANGED = notice("systems.changed", marked("The system is changed."))
REMOVED = notice("systems.removed", marked("The system is removed. Steps that would call it go to people."), "info")


@router.get("/organisation/systems")
def show_all(http: Request, session: Database, _actor: Administrator) -> Response:
    return render(http, "organisation/systems.html", systems=list_endpoints(session))


@router.get("/organisation/systems/new")
def show_new(http: Request, _actor: Administrator) -> Response:
    return _page(http, Endpoint("", "", ""), is_new=True)


@router.post("/organisation/systems/new")
def add(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    key: Text = "",
    title: Text = "",
    url: Text = "",
    networks: Lines = "",
) -> Response:
    given = Endpoint(key, title, url, tuple(networks.splitlines()))
    try:
        secret = add_endpoint(session, actor, given, now)
    except InvalidOrganisation as refused:
        return _page(http, given, refused, is_new=True)
    return _page(http, one_endpoint(session, key.strip()), secret=secret)


@router.get("/organisation/systems/{key}")
def show(http: Request, session: Database, _actor: Administrator, key: Key) -> Response:
    return _page(http, one_endpoint(session, key))


@router.post("/organisation/systems/{key}")
def change(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    key: Key,
    title: Text = "",
    url: Text = "",
    networks: Lines = "",
) -> Response:
    given = Endpoint(key, title, url, tuple(networks.splitlines()))
    try:
        change_endpoint(session, actor, given, now)
    except InvalidOrganisation as refused:
        return _page(http, given, refused)
    return redirect(http, "/organisation/systems", told=CHANGED)


@router.post("/organisation/systems/{key}/secret")
def renew(http: Request, session: Database, now: Now, actor: Administrator, key: Key) -> Response:
    """A new secret, on this page and never again."""
    secret = renew_secret(session, actor, key, now)
    return _page(http, one_endpoint(session, key), secret=secret)


@router.post("/organisation/systems/{key}/remove")
def remove(http: Request, session: Database, now: Now, actor: Administrator, key: Key) -> Response:
    remove_endpoint(session, actor, key, now)
    return redirect(http, "/organisation/systems", told=REMOVED)


def _page(
    http: Request,
    given: Endpoint,
    refused: InvalidOrganisation | None = None,
    *,
    is_new: bool = False,
    secret: str = "",
) -> Response:
    return render(
        http,
        "organisation/system.html",
        422 if refused else 200,
        given=given,
        faults=faults_by_field(refused),
        networks="\n".join(given.networks),
        is_new=is_new,
        secret=secret,
    )
