"""The web application, put together: middleware, routes, errors, and the check that every route has a permission."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from spoc.settings import Settings
from spoc.web import api, catalogue, health, help, outbox, theme  # noqa: A004 - a page, not the builtin
from spoc.web.account import calendars, organisation, people, places, profile, sign_in
from spoc.web.asking import front, intake
from spoc.web.assets import ASK_AGAIN, FOREVER, digest, files
from spoc.web.desk import contacts, contacts_api, queues, tasks_api
from spoc.web.permissions import check_routes
from spoc.web.refusals import add_handlers, answer
from spoc.web.reports import pages as reports
from spoc.web.runtime import Runtime
from spoc.web.security import Doorkeeper, Frame
from spoc.web.ticket import pages as tickets

ROUTERS = (
    sign_in.router,
    profile.router,
    people.router,
    organisation.router,
    places.router,
    calendars.router,
    help.router,
    health.router,
    outbox.router,
    theme.router,
    front.router,
    intake.router,
    tickets.router,
    contacts.router,
    contacts_api.router,
    queues.router,  # after contacts: /desk/{key} would take /desk/log
    tasks_api.router,
    reports.router,
    catalogue.router,
    api.router,
)


def create_app(runtime: Runtime) -> FastAPI:
    """The application for one process. Start uvicorn with `proxy_headers=False` and `server_header=False`.

    Raises:
        Undeclared: a route says nothing of who may use it.
    """
    app = FastAPI(
        title="SPOC", version="1", openapi_url=None, redirect_slashes=False, middleware=_middleware(runtime.settings)
    )
    app.state.runtime = runtime
    for router in ROUTERS:
        app.include_router(router)
    app.mount(f"/static/{digest()}", files(FOREVER), "static of this version")
    app.mount("/static", files(ASK_AGAIN), "static")
    add_handlers(app)
    check_routes(app)
    return app


def _middleware(settings: Settings) -> list[Middleware]:
    """Outermost first. Forwarded headers count only from the proxies that are named in the settings."""
    proxies = [address.strip() for address in settings.trusted_proxies.split(",") if address.strip()]
    trusted = [Middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)] if proxies else []
    return [*trusted, Middleware(Frame, settings=settings), Middleware(Doorkeeper, settings=settings, refuse=answer)]
