"""The catalogue as its owners read it: what is in force, and what each service entails."""

from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.errors import InvalidAnswers
from catalog.examples import example_here
from catalog.groups import by_need, by_phase, sections
from catalog.service import Service
from routing.visibility import Actor
from spoc.db.catalog import CatalogueVersionRow
from spoc.intake.catalogue import at_version, newest_version
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.simulate import simulate
from spoc.web.catalogue_words import FILE_TYPES, KINDS, party
from spoc.web.deps import CurrentActor, Database, Now, Seen, require
from spoc.web.formats import View
from spoc.web.pages import render
from spoc.web.permissions import Permission
from spoc.web.schedules.words import asked_by, rule_sentence
from spoc.web.trying.rows import DryRun, dry_run

router = APIRouter(dependencies=[require(Permission.OWNER)])


@router.get("/catalogue")
def show(http: Request, session: Database) -> Response:
    """Every service by need, with the version in force."""
    version = session.get_one(CatalogueVersionRow, newest_version(session))
    catalogue = at_version(session, version.id)
    return render(http, "catalogue/all.html", version=version, needs=by_need(catalogue), catalogue=catalogue)


@router.get("/catalogue/{key}")
def show_service(http: Request, session: Database, now: Now, actor: CurrentActor, seen: Seen, key: str) -> Response:
    """One service: what its example leads to, its form, and its steps by phase, with queue, needs and dates."""
    desk = read_desk_facts(session)
    catalogue = desk.catalogue
    service = catalogue.service(key)
    queues = {queue.key: queue.title for queue in catalogue.queues}
    labels = {field.key: field.label for field in service.form}
    return render(
        http,
        "catalogue/service.html",
        service=service,
        run=_example_run(session, service, actor, desk, now, seen),
        sections=sections(service.form),
        labels=labels,
        asked={step.key: ", ".join(labels[key] for key in step.asks) for step in service.steps},
        phases=by_phase(service, catalogue),
        queues=queues,
        titles={step.key: step.title for step in service.steps},
        kinds=KINDS,
        file_types=FILE_TYPES,
        party=party,
        schedules=[(one, rule_sentence(one), asked_by(one, queues)) for one in service.schedules],
    )


def _example_run(
    session: Session, service: Service, actor: Actor, desk: DeskFacts, now: datetime, seen: View
) -> DryRun | None:
    """What the service's example would entail today; None where the example is not complete here."""
    answers = example_here(service, now.astimezone(desk.zone).date(), actor.mail, desk.locations)
    try:
        return dry_run(simulate(session, service, answers, actor.mail, desk, now), seen)
    except InvalidAnswers:
        return None
