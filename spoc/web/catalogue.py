"""The catalogue as its owners read it: what is in force, and what each service entails."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from catalog.groups import by_need, by_phase, sections
from spoc.db.catalog import CatalogueVersionRow
from spoc.intake.catalogue import at_version, newest_version
from spoc.web.deps import Database, require
from spoc.web.pages import render
from spoc.web.permissions import Permission

router = APIRouter(dependencies=[require(Permission.OWNER)])


@router.get("/catalogue")
def show(http: Request, session: Database) -> Response:
    """Every service by need, with the version in force."""
    version = session.get_one(CatalogueVersionRow, newest_version(session))
    catalogue = at_version(session, version.id)
    return render(http, "catalogue/all.html", version=version, needs=by_need(catalogue), catalogue=catalogue)


@router.get("/catalogue/{key}")
def show_service(http: Request, session: Database, key: str) -> Response:
    """One service: its form and its steps by phase, with queue, needs and dates."""
    catalogue = at_version(session, newest_version(session))
    service = catalogue.service(key)
    return render(
        http,
        "catalogue/service.html",
        service=service,
        sections=sections(service.form),
        phases=by_phase(service, catalogue),
        queues={queue.key: queue.department for queue in catalogue.queues},
        titles={step.key: step.title for step in service.steps},
    )
