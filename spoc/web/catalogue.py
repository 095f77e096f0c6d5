"""The catalogue as its owners read it: what is in force, and what each service entails."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from catalog.service import Catalogue, Service, Step
from spoc.db.catalog import CatalogueVersionRow
from spoc.intake.catalogue import at_version, newest_version
from spoc.web.asking.front import by_need, sections
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


@dataclass(frozen=True)
class PhaseGroup:
    title: str
    steps: tuple[Step, ...]


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


def by_phase(service: Service, catalogue: Catalogue) -> tuple[PhaseGroup, ...]:
    """The steps under the titles of their phases, in the order of the document."""
    titles: Mapping[str, str] = {phase.key: phase.title for phase in catalogue.phases}
    keys = dict.fromkeys(step.phase for step in service.steps)
    return tuple(
        PhaseGroup(titles.get(key, key), tuple(step for step in service.steps if step.phase == key)) for key in keys
    )
