"""The outbox: every mail with its state, and the jobs that were given up, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from routing.visibility import Actor
from spoc.db import outbox
from spoc.db.jobs import MailState
from spoc.errors import NotFound
from spoc.failure import read
from spoc.web.deps import Database, Running, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import marked, said

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Actor, require(Permission.ADMINISTRATOR)]

AGAIN = notice("outbox.again", marked("It is tried again now."), kind="good")

STATES = {
    MailState.QUEUED: marked("Waiting"),
    MailState.SENDING: marked("Being sent"),
    MailState.SENT: marked("Sent"),
    MailState.FAILED: marked("Not sent"),
    MailState.KEPT: marked("Kept here"),
}
"""In words. `sending` for long means that the sender was lost: it may have arrived."""

CHIPS = {MailState.FAILED: "late", MailState.KEPT: "soon"}


@router.get("/outbox")
def show(
    http: Request, session: Database, runtime: Running, actor: Administrator, before: UUID | None = None
) -> Response:
    found = outbox.mails(session, actor, before)
    older = f"/outbox?before={found[-1].public_id}" if len(found) == outbox.PAGE else None
    return render(
        http,
        "outbox.html",
        mails=found,
        parked=outbox.parked(session, actor),
        states=STATES,
        chips=CHIPS,
        older=older,
        went_wrong=lambda text: said(read(text)),
        has_server=runtime.settings.smtp_url is not None,
    )


@router.post("/outbox/mails/{mail_id}/again")
def send_again(http: Request, mail_id: UUID, session: Database, actor: Administrator) -> Response:
    if not outbox.send_again(session, actor, mail_id):
        raise NotFound
    return redirect(http, "/outbox", told=AGAIN)


@router.post("/outbox/jobs/{job_id}/again")
def run_again(http: Request, job_id: UUID, session: Database, actor: Administrator) -> Response:
    if not outbox.run_again(session, actor, job_id):
        raise NotFound
    return redirect(http, "/outbox", told=AGAIN)


@router.post("/outbox/jobs/again")
def run_all_again(http: Request, session: Database, _actor: Administrator) -> Response:
    outbox.try_all_again(session)
    return redirect(http, "/outbox", told=AGAIN)
