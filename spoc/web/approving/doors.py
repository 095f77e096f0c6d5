"""Approving: the list of what one is asked, each approval, the link of a mail, and the same for programs."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.approval import Verdict
from routing.visibility import Actor
from spoc.approvals.deciding import Decision, decide
from spoc.approvals.links import behind
from spoc.approvals.reading import list_approvals, read_approval
from spoc.desk.asks import Services
from spoc.desk.errors import NothingSaid
from spoc.intake.catalogue import service_at
from spoc.web.approving.words import approval_json, line_json, lines_of, values_of
from spoc.web.deps import Database, FoundVisit, Now, Seen, require
from spoc.web.pages import local_path, notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter()
SignedIn = Annotated[Actor, require(Permission.SIGNED_IN)]
Token = Annotated[str, Query(max_length=200)]
TokenField = Annotated[str, Form(max_length=200)]
Comment = Annotated[str, Form(max_length=4000)]
Said = Annotated[Verdict, Form()]

APPROVED = notice("approval.approved", marked("Thank you. You have approved it."))
REJECTED = notice("approval.rejected", marked("Thank you. You have rejected it, and whoever asked is told."), "info")


class DecisionBody(BaseModel):
    """Approved or rejected; a rejection needs a comment, which whoever asked reads."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    comment: Annotated[str, Field(max_length=4000)] = ""


def services_of(session: Session) -> Services:
    return partial(service_at, session)


@router.get("/approvals", include_in_schema=False)
def show_approvals(http: Request, session: Database, actor: SignedIn) -> Response:
    return render(http, "approvals/list.html", **lines_of(list_approvals(session, actor)))


@router.get("/approvals/{task_id}", include_in_schema=False)
def show_approval(http: Request, task_id: UUID, session: Database, now: Now, actor: SignedIn, seen: Seen) -> Response:
    page = read_approval(session, actor, task_id, now, services_of(session))
    return render(http, "approvals/one.html", **values_of(page, seen), fault="", comment="")


@router.post("/approvals/{task_id}", include_in_schema=False)
def decide_on_page(
    http: Request,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: SignedIn,
    seen: Seen,
    verdict: Said,
    comment: Comment = "",
    address: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """From the approver's page, or at the desk from the ticket's, which it then goes back to."""
    try:
        decide(session, actor, task_id, Decision(verdict, comment), now, services_of(session))
    except NothingSaid as refused:
        if address:
            raise
        page = read_approval(session, actor, task_id, now, services_of(session))
        return render(http, "approvals/one.html", 422, **values_of(page, seen), fault=refused, comment=comment)
    told = APPROVED if verdict is Verdict.APPROVED else REJECTED
    return redirect(http, local_path(address, "/approvals"), told=told)


@router.get("/approve", include_in_schema=False)
def show_link(http: Request, session: Database, now: Now, visit: FoundVisit, seen: Seen, token: Token = "") -> Response:
    """Only shows it, as scanners of mail follow links; the button decides."""
    found = behind(session, token, now, visit.actor if visit else None)
    page = read_approval(session, found.actor, found.task_id, now, services_of(session))
    values = values_of(page, seen)
    return render(http, "approvals/by_mail.html", **values, token=token, fault="", comment="", decided=None)


@router.post("/approve", include_in_schema=False)
def decide_by_link(
    http: Request,
    session: Database,
    now: Now,
    visit: FoundVisit,
    seen: Seen,
    verdict: Said,
    token: TokenField = "",
    comment: Comment = "",
) -> Response:
    found = behind(session, token, now, visit.actor if visit else None)
    services, fault, decided = services_of(session), None, None
    try:
        decide(session, found.actor, found.task_id, Decision(verdict, comment), now, services)
        decided = verdict
    except NothingSaid as refused:
        fault = refused
    values = values_of(read_approval(session, found.actor, found.task_id, now, services), seen)
    shown = {**values, "token": token, "fault": fault or "", "comment": comment, "decided": decided}
    return render(http, "approvals/by_mail.html", 422 if fault else 200, **shown)


@router.get("/api/approvals")
def approvals(session: Database, actor: SignedIn) -> dict[str, Any]:
    """What you are asked to approve, the most urgent first, and what you were asked before."""
    return {"approvals": [line_json(line) for line in list_approvals(session, actor)]}


@router.get("/api/approvals/{task_id}")
def approval(task_id: UUID, session: Database, now: Now, actor: SignedIn) -> dict[str, Any]:
    """One approval, with what you decide by; its id is that of the task."""
    return approval_json(read_approval(session, actor, task_id, now, services_of(session)))


@router.post("/api/approvals/{task_id}")
def decide_by_program(
    task_id: UUID, body: DecisionBody, session: Database, now: Now, actor: SignedIn
) -> dict[str, Any]:
    """Approve or reject it; decided twice, the second answer is 409."""
    reference = decide(session, actor, task_id, Decision(body.verdict, body.comment), now, services_of(session))
    return {"reference": reference, "verdict": body.verdict.value}
