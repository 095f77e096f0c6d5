"""The employee's way in: one question, what can be asked for, and a service's form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.answers import read_form, visible_fields
from catalog.errors import AnswerFault
from catalog.groups import by_need, departments_of, sections
from catalog.match import Match, find_answers, match
from catalog.service import Catalogue, Service
from routing.visibility import Actor
from spoc.desk.requests import list_requests
from spoc.intake.asked import often_asked
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.people.directory import suggest
from spoc.people.roster import has_agents
from spoc.web.asking.faults import fault_lines
from spoc.web.asking.stock import stock_notes
from spoc.web.asking.tables import rows_shown
from spoc.web.deps import Database, Now, require
from spoc.web.errors import spoken
from spoc.web.pages import render, view_of
from spoc.web.permissions import Permission, permits
from spoc.web.ticket.view import request_lines
from spoc.web.upload.kept import Arrived, arrived, has_files, with_files
from spoc.web.upload.route import FilesRoute
from spoc.words import said

router = APIRouter(route_class=FilesRoute)
SIGNED_IN = require(Permission.SIGNED_IN)
Asker = Annotated[Actor, SIGNED_IN]
Words = Annotated[str, Query(max_length=2_000)]
MOST_MATCHES = 4
MOST_OPEN = 5
OFTEN = 6


@dataclass(frozen=True)
class Draft:
    """A form as it was sent: `service` None is a plain text for the desk; `once` makes a repeat harmless.

    `sent` are all its fields.
    """

    service: Service | None
    answers: Mapping[str, object]
    text: str
    requester: str
    once: str
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Hit:
    """A service that fits what is being typed, with the words that told and who works on it."""

    service: Service
    words: tuple[str, ...]
    departments: tuple[str, ...]
    certain: bool


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


def read_draft(catalogue: Catalogue, items: Sequence[tuple[str, str]]) -> Draft:
    """What a page's form sent.

    Raises:
        UnknownService: it names a service that is not in the catalogue.
    """
    sent = dict(items)
    service = catalogue.service(sent["service"]) if sent.get("service") else None
    answers = read_form(service, items) if service else {}
    text, requester, once = sent.get("text", ""), sent.get("requester", "").strip(), sent.get("once", "")[:100]
    return Draft(service, answers, text, requester, once, tuple(items))


@router.get("/")
def front(http: Request, session: Database, now: Now, actor: Asker, text: Words = "") -> Response:
    """The one question, with the reader's open requests and the catalogue below it."""
    return show_front(http, session, read_desk_facts(session), actor, text, now)


def show_front(http: Request, session: Session, desk: DeskFacts, actor: Actor, text: str, now: datetime) -> Response:
    open_requests = list_requests(session, actor, now, only_open=True)
    often = often_asked(session, desk.catalogue, OFTEN)
    return render(
        http,
        "ask/front.html",
        text=text,
        hits=find_hits(text, desk, now),
        requests=request_lines(open_requests[:MOST_OPEN], view_of(http.state.visit, now)),
        more_requests=len(open_requests) > MOST_OPEN,
        often=often,
        needs=by_need(desk.catalogue),
        to_set_up=permits(Permission.ADMINISTRATOR, actor) and not has_agents(session),
        once=str(uuid4()),
    )


@router.get("/ask")
def hits(http: Request, session: Database, now: Now, actor: Asker, text: Words = "") -> Response:
    """The services that fit a text: a part of the front page when a script asks, else the whole page."""
    desk = read_desk_facts(session)
    if http.headers.get("hx-request") != "true":
        return show_front(http, session, desk, actor, text, now)
    return render(http, "ask/_hits.html", text=text, hits=find_hits(text, desk, now), once=str(uuid4()))


def find_hits(text: str, desk: DeskFacts, now: datetime) -> tuple[Hit, ...]:
    """Best first; the certain one alone stands out."""
    if not text.strip():
        return ()
    found = match(text, desk.catalogue, now.astimezone(desk.zone).date())
    shown = found[:1] if found and found[0].certain else found[:MOST_MATCHES]
    return tuple(_hit(one, desk.catalogue) for one in shown)


def _hit(found: Match, catalogue: Catalogue) -> Hit:
    service = catalogue.service(found.service_key)
    return Hit(service, found.words, departments_of(service, catalogue), found.certain)


@router.get("/ask/people", dependencies=[SIGNED_IN])
def people(session: Database, text: Words = "") -> list[dict[str, str]]:
    """Colleagues whose name or mail begins so, for the fields that name a person."""
    return [{"mail": one.mail, "name": one.name} for one in suggest(session, text)]


@router.get("/ask/{key}", dependencies=[SIGNED_IN])
def form(http: Request, session: Database, now: Now, key: str, text: Words = "") -> Response:
    """A service's form, filled with what the text already says."""
    desk = read_desk_facts(session)
    service = desk.catalogue.service(key)
    today = now.astimezone(desk.zone).date()
    said = find_answers(service, text, today, desk.locations) if text.strip() else {}
    return show_form(http, session, desk, Draft(service, said, text, "", str(uuid4())), now)


@router.post("/ask/{key}", dependencies=[SIGNED_IN])
def refill(
    http: Request, session: Database, now: Now, key: str, sent: Annotated[Arrived, Depends(arrived)]
) -> Response:
    """The same form with the questions that the answers so far lead to; nothing is sent, and only files are kept."""
    desk = read_desk_facts(session)
    draft = replace(read_draft(desk.catalogue, sent.items), service=desk.catalogue.service(key))
    return show_form(http, session, desk, draft, now, sent.faults)


def show_draft(
    http: Request,
    session: Session,
    desk: DeskFacts,
    draft: Draft,
    refused: Exception,
    faults: Sequence[AnswerFault],
    now: datetime,
) -> Response:
    """The form again with its faults, nothing lost; a refused free text goes back to the front page's field."""
    if draft.service is None:
        raise refused
    return show_form(http, session, desk, draft, now, faults, spoken(refused), 422)


def show_form(
    http: Request,
    session: Session,
    desk: DeskFacts,
    draft: Draft,
    now: datetime,
    faults: Sequence[AnswerFault] = (),
    refusal: str = "",
    status: int = 200,
) -> Response:
    assert draft.service is not None
    shown = visible_fields(draft.service, draft.answers)
    notes = stock_notes(session, draft.service, draft.answers, http.state.visit, desk, now)
    values = {field.key: draft.answers.get(field.key, field.default) for field in shown}
    by_field = {fault.field: said(fault) for fault in faults}
    return render(
        http,
        "ask/form.html",
        status,
        service=draft.service,
        departments=departments_of(draft.service, desk.catalogue),
        sections=sections(shown),
        values=with_files(session, http.state.visit.actor, shown, values),
        faults=by_field,
        with_files=has_files(draft.service),
        rows=rows_shown(shown, draft.answers, draft.sent),
        summary=fault_lines(draft.service, shown, faults),
        refusal=refusal,
        notes=notes,
        changes=bool(notes) or draft.service.form_changes,
        people=(),
        locations=[Choice(key, title) for key, title in desk.locations.items()],
        text=draft.text,
        requester=draft.requester,
        once=draft.once or str(uuid4()),
    )
