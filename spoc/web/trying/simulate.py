"""The page of the dry run: a service's form, who asks and when, and below it all that would happen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import JsonValue
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.answers import read_form, visible_fields
from catalog.draft import drafted
from catalog.errors import AnswerFault, InvalidAnswers, InvalidCatalogue
from catalog.examples import example_here
from catalog.groups import sections
from catalog.service import Field, Service
from spoc.errors import Invalid
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.simulate import Simulation, asked_at, simulate, under
from spoc.web.asking.faults import fault_lines
from spoc.web.asking.front import Choice
from spoc.web.asking.parcel import Parcel, read_parcel
from spoc.web.asking.tables import rows_shown
from spoc.web.deps import CurrentActor, Database, Now, require
from spoc.web.errors import problem_of, spoken
from spoc.web.pages import render, view_of
from spoc.web.permissions import Permission
from spoc.web.trying.rows import dry_run
from spoc.words import said

router = APIRouter(dependencies=[require(Permission.OWNER)])
PACK = "draft.yaml"


@dataclass(frozen=True)
class Question:
    """What is to be tried: raw answers, and who asks on which day; `draft` is a pack's text or empty.

    `sent` are all fields of the form.
    """

    answers: Mapping[str, object]
    requester: str
    on: str
    draft: str = ""
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Refusal:
    """What stands in the way, for the page to show: a sentence, faults of answers, faults of the draft by place."""

    sentence: str = ""
    answers: tuple[AnswerFault, ...] = ()
    draft: tuple[dict[str, str], ...] = ()


NOTHING = Refusal()


@router.get("/catalogue/{key}/simulate")
def show(http: Request, session: Database, now: Now, actor: CurrentActor, key: str) -> Response:
    """The dry run of the service's own example, asked for today by the reader."""
    desk = read_desk_facts(session)
    service = desk.catalogue.service(key)
    today = now.astimezone(desk.zone).date()
    asked = Question(example_here(service, today, actor.mail, desk.locations), actor.mail, today.isoformat())
    return _tried(http, session, desk, service, asked, now)


@router.post("/catalogue/{key}/simulate")
def run(
    http: Request, session: Database, now: Now, key: str, parcel: Annotated[Parcel, Depends(read_parcel)]
) -> Response:
    """The dry run of what was typed. Nothing is kept."""
    desk = read_desk_facts(session)
    desk.catalogue.service(key)
    sent = dict(parcel.items)
    draft = sent.get("draft", "")
    try:
        desk = with_draft(desk, draft)
        refused = None
    except InvalidCatalogue as fault:
        refused = Refusal(draft=problem_of(fault).faults)
    service = desk.catalogue.service(key)
    answers = read_form(service, parcel.items)
    asked = Question(answers, sent.get("requester", ""), sent.get("on", ""), draft, parcel.items)
    if refused is not None:
        return _show(http, desk, service, asked, refused=refused)
    return _tried(http, session, desk, service, asked, now)


def with_draft(desk: DeskFacts, draft: str) -> DeskFacts:
    """The desk as it would be with the pack; an empty one changes nothing.

    Raises:
        InvalidCatalogue: the pack has faults.
    """
    return under(desk, drafted(desk.catalogue, PACK, draft)) if draft.strip() else desk


def _tried(
    http: Request, session: Session, desk: DeskFacts, service: Service, asked: Question, now: datetime
) -> Response:
    try:
        at = asked_at(asked.on, desk, now)
        found = simulate(session, service, asked.answers, asked.requester, desk, at)
    except InvalidAnswers as fault:
        return _show(http, desk, service, asked, refused=Refusal("", fault.faults))
    except Invalid as fault:
        return _show(http, desk, service, asked, refused=Refusal(spoken(fault)))
    return _show(http, desk, service, asked, found)


def _all_forms(service: Service) -> frozenset[str]:
    """Whoever tries it may answer for those who are asked later, too."""
    return frozenset(service.asked_later.values())


def _default(service: Service, field: Field) -> JsonValue:
    """None of what somebody else is asked: an answer would mean that they gave theirs."""
    return None if field.key in service.asked_later else field.default


def _show(
    http: Request,
    desk: DeskFacts,
    service: Service,
    asked: Question,
    found: Simulation | None = None,
    refused: Refusal = NOTHING,
) -> Response:
    shown = visible_fields(service, asked.answers, _all_forms(service))
    return render(
        http,
        "catalogue/simulate.html",
        200 if found else 422,
        service=service,
        run=dry_run(found, view_of(http.state.visit, http.app.state.runtime.clock())) if found else None,
        sections=sections(shown),
        values={one.key: asked.answers.get(one.key, _default(service, one)) for one in shown},
        rows=rows_shown(shown, asked.answers, asked.sent),
        faults={fault.field: said(fault) for fault in refused.answers},
        summary=fault_lines(service, shown, refused.answers),
        refused=refused,
        asked=asked,
        locations=[Choice(key, title) for key, title in desk.locations.items()],
    )
