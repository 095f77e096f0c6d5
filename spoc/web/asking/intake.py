"""The one intake endpoint, and what can be asked for. It answers in kind: JSON with JSON, a form with a redirect."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, Response

from catalog.errors import InvalidAnswers
from routing.visibility import Actor
from routing.work import Channel
from spoc.errors import Fault, Invalid
from spoc.intake.accept import accept
from spoc.intake.catalogue import current
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.submission import Repeatable, Submission
from spoc.web.asking.front import Draft, read_draft, show_draft
from spoc.web.asking.parcel import LONGEST_KEY, Parcel, Unreadable, check_key
from spoc.web.deps import Database, Now, Running, Seen, require
from spoc.web.pages import notice, redirect
from spoc.web.permissions import Permission
from spoc.web.plain import sentence
from spoc.web.shapes import accepted_json, service_json, whole_service_json
from spoc.web.upload.kept import Arrived, arrived
from spoc.web.upload.route import FilesRoute
from spoc.words import marked

router = APIRouter(route_class=FilesRoute)
ROUTE = "POST /intake"
Asker = Annotated[Actor, require(Permission.SIGNED_IN)]
SENT = notice("ask.sent", marked("We have it. {about} is your reference; this page shows what happens."))


class IntakeBody(BaseModel):
    """What `POST /intake` takes as JSON."""

    model_config = ConfigDict(extra="forbid", strict=True)

    service: Annotated[str, Field(max_length=100)] | None = None
    answers: dict[str, JsonValue] = Field(default_factory=dict)
    text: Annotated[str, Field(max_length=20_000)] = ""
    requester: Annotated[str, Field(max_length=320)] | None = None
    channel: Literal["web", "api", "phone", "chat", "walk_in"] | None = None


@router.post("/intake", status_code=201)
def intake(
    http: Request,
    sent: Annotated[Arrived, Depends(arrived)],
    session: Database,
    now: Now,
    runtime: Running,
    actor: Asker,
    seen: Seen,
    idempotency_key: Annotated[str | None, Header(max_length=LONGEST_KEY)] = None,
) -> Response:
    """Open a ticket for what is asked. All that follows is committed before this answers."""
    desk, parcel = read_desk_facts(session), sent.parcel
    poke = BackgroundTask(runtime.poke)
    if parcel.is_json:
        outcome = accept(session, _from_json(http, parcel, idempotency_key), actor, desk, now)
        document = accepted_json(outcome.accepted, actor, seen)
        headers = {"Location": document["url"]} | ({"Idempotency-Replayed": "true"} if outcome.replayed else {})
        return JSONResponse(document, 201, headers=headers, background=poke)
    draft = read_draft(desk.catalogue, parcel.items)
    try:
        with session.begin_nested():  # what was refused is undone, and the form's page can still be read for
            reference = accept(session, _from_form(draft, parcel), actor, desk, now).accepted.reference
            sent.hold_taken()
    except (InvalidAnswers, Invalid) as refused:
        return show_draft(http, session, desk, draft, refused, sent.all_faults(refused), now)
    answer = redirect(http, f"/tickets/{reference}", told=SENT, about=reference)
    answer.background = poke
    return answer


def _from_form(draft: Draft, parcel: Parcel) -> Submission:
    """A page's form. Its `once` was made with the page, so that a double click opens one ticket."""
    return Submission(
        service=draft.service.key if draft.service else None,
        answers=draft.answers,
        text=draft.text,
        requester_mail=draft.requester or None,
        channel=Channel.WEB,
        repeatable=_repeatable(draft.once or None, parcel),
    )


def _from_json(http: Request, parcel: Parcel, key: str | None) -> Submission:
    try:
        body = IntakeBody.model_validate(parcel.document)
    except ValidationError as error:
        faults = [
            Fault(".".join(map(str, one["loc"])) or "body", one["type"], sentence(one["type"], one.get("ctx", {})))
            for one in error.errors()
        ]
        raise Unreadable(faults=faults) from error
    usual = Channel.API if "authorization" in http.headers else Channel.WEB
    channel = Channel(body.channel) if body.channel else usual
    return Submission(
        service=body.service,
        answers=body.answers,
        text=body.text,
        requester_mail=body.requester,
        channel=channel,
        repeatable=_repeatable(key, parcel),
    )


def _repeatable(key: str | None, parcel: Parcel) -> Repeatable | None:
    if key is None:
        return None
    check_key(key)
    return Repeatable(ROUTE, key, parcel.fingerprint)


@router.get("/api/services", dependencies=[require(Permission.SIGNED_IN)])
def list_services(session: Database) -> dict[str, Any]:
    """What can be asked for, in the catalogue's order."""
    version, catalogue = current(session)
    return {"version": version, "services": [service_json(service) for service in catalogue.services]}


@router.get("/api/services/{key}")
def show_service(session: Database, now: Now, key: str, actor: Asker) -> dict[str, Any]:
    """One service with the JSON Schema of its answers and a set of answers that is valid as it stands."""
    desk = read_desk_facts(session)
    today = now.astimezone(desk.zone).date()
    return whole_service_json(desk.catalogue.service(key), actor.mail, desk.locations, today)
