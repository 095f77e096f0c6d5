"""An ask that counts in no figure, and one that counts again: the page's small forms, and the same for programs."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor
from routing.work import Said
from spoc.desk.leaving_out import count_again, leave_out
from spoc.desk.tickets import read_ticket
from spoc.intake.catalogue import service_at
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect
from spoc.web.permissions import Permission
from spoc.web.ticket.api_shape import ask_json
from spoc.words import marked

router = APIRouter()
Agent = Annotated[Actor, require(Permission.AGENT)]
Words = Annotated[str, Field(max_length=400)]

LEFT_OUT = notice("ask.left_out", marked("It counts in no figure. Its tasks are as they were."), "info")
COUNTED = notice("ask.counted_again", marked("It counts in the figures again."), "info")


class WordsBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: Words = ""


class LeaveOutBody(WordsBody):
    """For a duplicate, `of` is the reference of the request that it repeats; otherwise it is not looked at."""

    reason: Said
    of: Annotated[str, Field(max_length=20)] = ""


@router.post("/tickets/{reference}/asks/{ask_id}/leave-out", include_in_schema=False)
def leave_out_on_page(
    http: Request,
    reference: str,
    ask_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    given: Annotated[LeaveOutBody, Form()],
) -> Response:
    leave_out(session, actor, reference.upper(), ask_id, now, **given.model_dump())
    return redirect(http, f"/tickets/{reference}", told=LEFT_OUT)


@router.post("/tickets/{reference}/asks/{ask_id}/count-again", include_in_schema=False)
def count_again_on_page(
    http: Request,
    reference: str,
    ask_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    given: Annotated[WordsBody, Form()],
) -> Response:
    count_again(session, actor, reference.upper(), ask_id, now, words=given.words)
    return redirect(http, f"/tickets/{reference}", told=COUNTED)


@router.post("/api/tickets/{reference}/asks/{ask_id}/leave-out")
def leave_out_by_program(
    reference: str, ask_id: UUID, body: LeaveOutBody, session: Database, now: Now, actor: Agent
) -> dict[str, Any]:
    """Say that an ask is spam, a test or a duplicate, so that it counts in no figure; its tasks stay as they are."""
    leave_out(session, actor, reference.upper(), ask_id, now, **body.model_dump())
    return _answer(session, actor, reference, ask_id, now)


@router.post("/api/tickets/{reference}/asks/{ask_id}/count-again")
def count_again_by_program(
    reference: str, ask_id: UUID, session: Database, now: Now, actor: Agent, body: WordsBody | None = None
) -> dict[str, Any]:
    """Take back that an ask was left out."""
    count_again(session, actor, reference.upper(), ask_id, now, words=body.words if body else "")
    return _answer(session, actor, reference, ask_id, now)


def _answer(session: Session, actor: Actor, reference: str, ask_id: UUID, now: Now) -> dict[str, Any]:
    """The ask as it stands now."""
    page = read_ticket(session, actor, reference.upper(), now, partial(service_at, session))
    (ask,) = (one for one in page.asks if one.public_id == ask_id)
    return {**ask_json(ask), "reference": page.reference}
