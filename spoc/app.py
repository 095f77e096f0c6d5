"""The web application, put together: middleware, routes, errors, and the check that every route has a permission."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from spoc.web import (
    api,
    callbacks,
    catalogue,
    catalogue_versions,
    health,
    help,  # noqa: A004 - a page, not the builtin
    outbox,
    theme,
)
from spoc.web.account import absences, calendars, endpoints, organisation, people, places, points, profile, sign_in
from spoc.web.approving import doors as approving
from spoc.web.asking import front, intake
from spoc.web.assets import ASK_AGAIN, FOREVER, digest
from spoc.web.assets import files as static_files
from spoc.web.desk import contacts, contacts_api, declining, queues, tasks_api, team
from spoc.web.editing import editor, publishing
from spoc.web.editing import files as packs
from spoc.web.permissions import check_routes
from spoc.web.refusals import add_handlers, answer
from spoc.web.register import importing as register_files
from spoc.web.register import pages as register
from spoc.web.reports import pages as reports
from spoc.web.reports import restating_doors
from spoc.web.ruling import api as ruling_api
from spoc.web.ruling import ladder, proposing, targets
from spoc.web.ruling import one as one_rule
from spoc.web.ruling import pages as ruling
from spoc.web.runtime import Runtime
from spoc.web.schedules import pages as schedules
from spoc.web.security import Doorkeeper, Frame
from spoc.web.ticket import amend, appointments, asks, filling, priority
from spoc.web.ticket import pages as tickets
from spoc.web.trying import replay, simulate
from spoc.web.upload import doors as files

ROUTERS = (
    sign_in.router,
    profile.router,
    absences.router,
    people.router,
    organisation.router,
    places.router,
    calendars.router,
    endpoints.router,
    points.router,
    help.router,
    health.router,
    outbox.router,
    theme.router,
    front.router,
    intake.router,
    files.router,
    tickets.router,
    asks.router,
    amend.router,
    priority.router,
    approving.router,
    filling.router,
    appointments.router,
    callbacks.router,
    contacts.router,
    contacts_api.router,
    team.router,
    declining.router,
    queues.router,  # after contacts: /desk/{key} would take /desk/log
    tasks_api.router,
    register.router,
    register_files.router,
    reports.router,
    restating_doors.router,
    packs.router,
    publishing.router,
    editor.router,
    schedules.router,  # before the catalogue: /catalogue/{key} would take its page
    catalogue_versions.router,  # before the catalogue: /catalogue/{key} would take its pages
    catalogue.router,
    simulate.router,
    replay.router,
    ruling.router,
    one_rule.router,
    targets.router,
    ladder.router,
    proposing.router,
    ruling_api.router,
    api.router,
)


def create_app(runtime: Runtime) -> FastAPI:
    """The application for one process. Start uvicorn with `proxy_headers=False` and `server_header=False`.

    Raises:
        Undeclared: a route says nothing of who may use it.
    """
    app = FastAPI(title="SPOC", version="1", openapi_url=None, redirect_slashes=False, middleware=_middleware(runtime))
    app.state.runtime = runtime
    for router in ROUTERS:
        app.include_router(router)
    app.mount(f"/static/{digest()}", static_files(FOREVER), "static of this version")
    app.mount("/static", static_files(ASK_AGAIN), "static")
    add_handlers(app)
    check_routes(app)
    return app


def _middleware(runtime: Runtime) -> list[Middleware]:
    """Outermost first. Forwarded headers count only from the proxies that are named in the settings."""
    settings = runtime.settings
    proxies = [address.strip() for address in settings.trusted_proxies.split(",") if address.strip()]
    trusted = [Middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)] if proxies else []
    frame = Middleware(Frame, settings=settings, texts=runtime.texts)
    return [*trusted, frame, Middleware(Doorkeeper, settings=settings, refuse=answer)]
