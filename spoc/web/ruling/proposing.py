"""Accepting and dismissing proposals to change the rules, by page and by program."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from routing.visibility import Actor
from spoc.intake.ruling.proposals import Way, accept_proposal, dismiss_proposal, proposals
from spoc.intake.ruling.stored import version_of
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect
from spoc.web.permissions import Permission
from spoc.web.shapes import instant
from spoc.words import marked

router = APIRouter()
Editor = Annotated[Actor, require(Permission.OWNER_OR_ADMINISTRATOR)]
Name = Annotated[str, Field(max_length=80)]

ACCEPTED = notice("routing.accepted", marked("The rules are changed as proposed, for what is asked from now on."))
DISMISSED = notice("routing.dismissed", marked("The rules stay as they are."))


class WayBody(BaseModel):
    """Which proposal: `rule` is the id of the rule that would change, empty where one would be added."""

    model_config = ConfigDict(extra="forbid")

    version: int
    service: Name
    step: Name
    before: Name
    after: Name
    rule: Name = ""
    why: Annotated[str, Field(max_length=2000)] = ""

    def way(self) -> Way:
        return Way(self.service, self.step, self.rule, self.before, self.after)


@router.post("/routing/proposals/accept", include_in_schema=False)
def accept(http: Request, session: Database, now: Now, actor: Editor, form: Annotated[WayBody, Form()]) -> Response:
    accept_proposal(session, actor, form.version, form.way(), now, why=form.why)
    return redirect(http, "/routing", told=ACCEPTED)


@router.post("/routing/proposals/dismiss", include_in_schema=False)
def dismiss(http: Request, session: Database, now: Now, actor: Editor, form: Annotated[WayBody, Form()]) -> Response:
    dismiss_proposal(session, actor, form.version, form.way(), now, why=form.why)
    return redirect(http, "/routing", told=DISMISSED)


@router.get("/api/routing/proposals")
def read_proposals(session: Database, actor: Editor) -> dict[str, Any]:
    """What teams handed on as placed wrongly, the most frequent first, with tickets that the reader may open."""
    found = [
        {**vars(one.way), "count": one.count, "latest_at": instant(one.latest_at), "examples": dict(one.examples)}
        for one in proposals(session, actor)
    ]
    return {"version": version_of(session), "proposals": found}


@router.post("/api/routing/proposals/accept")
def accept_by_program(session: Database, now: Now, actor: Editor, body: WayBody) -> dict[str, Any]:
    """Change the rule, or add one; its id."""
    rule = accept_proposal(session, actor, body.version, body.way(), now, why=body.why)
    return {"rule": str(rule), "version": version_of(session)}


@router.post("/api/routing/proposals/dismiss")
def dismiss_by_program(session: Database, now: Now, actor: Editor, body: WayBody) -> dict[str, Any]:
    """Leave the rules as they are."""
    dismiss_proposal(session, actor, body.version, body.way(), now, why=body.why)
    return {"version": version_of(session)}
