"""Changing how pressing a ticket is, by its page and by program."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from routing.visibility import Actor
from spoc.desk.actions.priority import LONGEST, set_priority
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter()
Agent = Annotated[Actor, require(Permission.AGENT)]

CHANGED = notice("ticket.priority", marked("The priority is changed."), "info")


class PriorityBody(BaseModel):
    """One of low, normal, high and urgent, with the reason."""

    model_config = ConfigDict(extra="forbid")

    priority: Annotated[str, Field(max_length=20)]
    why: Annotated[str, Field(max_length=LONGEST)]


@router.post("/tickets/{reference}/priority", include_in_schema=False)
def change(
    http: Request, reference: str, session: Database, now: Now, actor: Agent, form: Annotated[PriorityBody, Form()]
) -> Response:
    set_priority(session, actor, reference.upper(), now, priority=form.priority, why=form.why)
    return redirect(http, f"/tickets/{reference}", told=CHANGED)


@router.post("/api/tickets/{reference}/priority")
def change_by_program(reference: str, session: Database, now: Now, actor: Agent, body: PriorityBody) -> dict[str, Any]:
    """Give the ticket another priority; for those who work on it."""
    set_priority(session, actor, reference.upper(), now, priority=body.priority, why=body.why)
    return {"reference": reference.upper(), "priority": body.priority}
