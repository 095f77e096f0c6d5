"""A ticket's page, for who asked and for who works on it, the list of one's own requests, and words on a ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor
from routing.work import Channel, ContactKind, RepeatCause
from spoc.desk.actions.finishing import reopen_ticket
from spoc.desk.actions.proving import note_proof
from spoc.desk.contacts import ask_for_news
from spoc.desk.corrections import correct_kind
from spoc.desk.errors import NotProven
from spoc.desk.found import take_task
from spoc.desk.messages import MOST_FILES, send_message
from spoc.desk.queues.lists import badges
from spoc.desk.requests import page_of_requests
from spoc.desk.tickets import read_ticket
from spoc.errors import SpocError
from spoc.intake.catalogue import service_at
from spoc.register.errors import AlreadyTaken, InvalidRegister, NotHeld
from spoc.web.deps import Database, Now, Seen, Visitor, require
from spoc.web.errors import spoken
from spoc.web.once import Key, PageKey, answer_once, fingerprint_of, lead_once
from spoc.web.pages import notice, redirect, render, view_of
from spoc.web.permissions import Permission
from spoc.web.ticket.api_shape import ticket_json
from spoc.web.ticket.lending import finish_and_lend, shelf_of
from spoc.web.ticket.proof import Given, Labels, Sent, sent_again
from spoc.web.ticket.times import offers_of
from spoc.web.ticket.view import agent_values, request_lines, status_values
from spoc.web.upload.kept import REFUSED, SentEvidence, keep_sent, marks_of
from spoc.web.upload.route import FilesRoute
from spoc.words import marked

router = APIRouter(route_class=FilesRoute)
SignedIn = Annotated[Actor, require(Permission.SIGNED_IN)]
Agent = Annotated[Actor, require(Permission.AGENT)]
Long = Annotated[str, Form(max_length=4000)]

SENT = notice("ticket.sent", marked("Your message is sent."))
NOTED = notice("ticket.noted", marked("The note is kept. The requester does not see it."))
REOPENED = notice("ticket.reopened", marked("{about} is open again. We look at it."), "info")
ASKED = notice("ticket.news", marked("We have told everybody who works on {about} that you wait for news."), "info")
PROOF_NOTED = notice("step.noted", marked("It is written down. Nothing is finished yet."), "info")
STEP_DONE = notice("ticket.step_done", marked("Thank you, that is done."))
CORRECTED = notice("ticket.kind_corrected", marked("The contact is corrected."), "info")


class Words(BaseModel):
    """A reply that the requester reads, or a note among agents; `only_own_queue` keeps a note within the queue."""

    model_config = ConfigDict(extra="forbid")

    body: Annotated[str, Field(max_length=4000)] = ""
    internal: bool = False
    only_own_queue: bool = False


class MessageBody(Words):
    """`files` are ids of files that the sender has uploaded."""

    files: Annotated[list[UUID], Field(max_length=MOST_FILES)] = []


class MessageForm(Words):
    """The same from a page, with files beside it; its `once` makes a double click harmless."""

    once: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True)
class Unsent:
    """Words whose files are not taken; they are not lost."""

    body: str
    internal: bool
    sentence: str


@router.get("/requests", include_in_schema=False)
def show_requests(
    http: Request,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: SignedIn,
    before: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The newest requests, or with `before` (a reference) those that are older than it."""
    found = page_of_requests(session, actor, now, before=before.upper() or None)
    lines = request_lines(found.requests, view_of(visit, now))
    still_open = [line for line in lines if not line.is_over]
    over = [line for line in lines if line.is_over]
    older = f"?before={found.older}" if found.older else None
    return render(
        http, "ticket/requests.html", still_open=still_open, over=over, older=older, first="?" if before else None
    )


@router.get("/tickets/{reference}", include_in_schema=False)
def show_ticket(
    http: Request,
    reference: str,
    session: Database,
    now: Now,
    actor: SignedIn,
    view: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The desk's page for those who work on it; who asked for it sees theirs, unless `view` says otherwise."""
    return ticket_page(http, session, actor, reference.upper(), now, for_desk=view == "desk")


def ticket_page(
    http: Request,
    session: Session,
    actor: Actor,
    reference: str,
    now: datetime,
    *,
    for_desk: bool,
    sent: Sent | None = None,
    unsent: Unsent | None = None,
) -> Response:
    """The ticket as the reader sees it; with `sent` or `unsent`, a form that was refused, as it was sent."""
    page = read_ticket(session, actor, reference, now, partial(service_at, session))
    seen = view_of(http.state.visit, now)
    status = 422 if sent or unsent else 200
    again: dict[str, Any] = {"once": str(uuid4()), "unsent": unsent}
    if page.as_agent and (not page.is_requester or for_desk):
        counts = {badge.key: badge.open_count for badge in badges(session, actor, now)}
        values = agent_values(page, actor, seen, sent)
        shelf = shelf_of(session, actor, page)
        return render(http, "ticket/agent.html", status, counts=counts, shelf=shelf, **again, **values)
    offers = offers_of(session, actor, page, seen)
    return render(http, "ticket/status.html", status, offers=offers, **again, **status_values(page, seen, sent))


@router.get("/api/tickets/{reference}")
def ticket_document(reference: str, session: Database, now: Now, actor: SignedIn, seen: Seen) -> dict[str, Any]:
    """The whole ticket as the reader may see it."""
    return ticket_json(read_ticket(session, actor, reference.upper(), now, partial(service_at, session)), seen)


@router.post("/tickets/{reference}/messages", include_in_schema=False)
def write(
    http: Request,
    reference: str,
    session: Database,
    now: Now,
    actor: SignedIn,
    message: Annotated[MessageForm, Form()],
) -> Response:
    """A reply or an internal note."""

    def send() -> dict[str, str]:
        given = message.model_dump(exclude={"once"})
        files = keep_sent(http, session, actor, now, "files")
        send_message(session, actor, reference, now, channel=Channel.WEB, files=files, **given)
        return {"path": f"/tickets/{reference}", "told": NOTED if message.internal else SENT}

    try:
        with session.begin_nested():  # its key is free again for what is sent instead
            return lead_once(http, session, actor, message.once, fingerprint_of(message) + marks_of(http), send)
    except REFUSED as refused:
        unsent = Unsent(message.body, message.internal, spoken(refused))
        return ticket_page(http, session, actor, reference.upper(), now, for_desk=True, unsent=unsent)


@router.post("/api/tickets/{reference}/messages", status_code=201)
def write_by_program(
    reference: str, message: MessageBody, session: Database, now: Now, actor: SignedIn, key: Key = None
) -> Response:
    """A reply or an internal note."""

    def send() -> dict[str, str]:
        public_id = send_message(session, actor, reference, now, channel=Channel.API, **message.model_dump())
        return {"id": str(public_id)}

    return answer_once(session, actor, f"POST /api/tickets/{reference}/messages", key, message, send)


@router.post("/tickets/{reference}/reopen", include_in_schema=False)
def reopen(http: Request, reference: str, session: Database, now: Now, actor: SignedIn, why: Long) -> Response:
    reopen_ticket(session, actor, reference, now, why=why, channel=Channel.WEB)
    return redirect(http, f"/tickets/{reference}", told=REOPENED, about=reference)


@router.post("/tickets/{reference}/news", include_in_schema=False)
def ask_news(
    http: Request, reference: str, session: Database, now: Now, actor: SignedIn, key: PageKey = ""
) -> Response:
    def ask() -> dict[str, str]:
        ask_for_news(session, actor, reference, now, channel=Channel.WEB)
        return {"path": f"/tickets/{reference}", "told": ASKED, "about": reference}

    return lead_once(http, session, actor, key, b"", ask)


@router.post("/tickets/{reference}/steps/{task_id}/finish", include_in_schema=False)
def finish_step(
    http: Request,
    reference: str,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: SignedIn,
    evidence: SentEvidence,
    result: Long = "",
    ticked: Labels = (),  # type: ignore[assignment]  # no list is shared
) -> Response:
    """A person's own step, from their page."""
    given = Given(result, ticked, evidence)
    return prove_on_page(
        http, session, actor, task_id, now, given, lambda _: redirect(http, f"/tickets/{reference}", told=STEP_DONE)
    )


def prove_on_page(
    http: Request,
    session: Session,
    actor: Actor,
    task_id: UUID,
    now: datetime,
    given: Given,
    then: Callable[[str], Response],
    *,
    only_notes: bool = False,
) -> Response:
    """Finish, or only note what is done so far, and go on.

    Where something is missing or not taken: the ticket's page again with what was written.
    """
    if given.evidence.refused is not None:
        return _again(http, session, actor, task_id, now, given, given.evidence.refused)
    if only_notes:
        return then(note_proof(session, actor, task_id, now, given.proof))
    try:
        with session.begin_nested():  # ticks that came with a refused form are undone with it
            reference = finish_and_lend(session, actor, task_id, now, given.result, given.proof, given.lent)
    except (NotProven, InvalidRegister, AlreadyTaken, NotHeld) as refused:
        return _again(http, session, actor, task_id, now, given, refused)
    return then(reference)


def _again(
    http: Request, session: Session, actor: Actor, task_id: UUID, now: datetime, given: Given, refused: SpocError
) -> Response:
    reference = take_task(session, actor, task_id)[0].reference
    sent = sent_again(task_id, given, refused)
    return ticket_page(http, session, actor, reference, now, for_desk=True, sent=sent)


@router.post("/tickets/{reference}/steps/{task_id}/proof", include_in_schema=False)
def note_on_step(
    http: Request,
    reference: str,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: SignedIn,
    evidence: SentEvidence,
    result: Long = "",
    ticked: Labels = (),  # type: ignore[assignment]  # no list is shared
) -> Response:
    """What is done so far of a person's own step."""
    given, there = Given(result, ticked, evidence), f"/tickets/{reference}"
    return prove_on_page(
        http, session, actor, task_id, now, given, lambda _: redirect(http, there, told=PROOF_NOTED), only_notes=True
    )


@router.post("/tickets/{reference}/contacts/{contact_id}/kind", include_in_schema=False)
def correct(
    http: Request,
    reference: str,
    contact_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    kind: Annotated[ContactKind, Form()],
    cause: Annotated[RepeatCause | None, Form()] = None,
) -> Response:
    correct_kind(session, actor, reference.upper(), contact_id, now, kind=kind, cause=cause)
    return redirect(http, f"/tickets/{reference}", told=CORRECTED)
