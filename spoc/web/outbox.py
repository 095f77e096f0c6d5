"""The outbox: every mail with its state, and the jobs that were given up, for administrators."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from spoc.db import outbox
from spoc.db.jobs import MailState
from spoc.db.queueing import retry_parked
from spoc.errors import NotFound
from spoc.web.deps import Database, Running, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.words import marked

router = APIRouter(include_in_schema=False, dependencies=[require(Permission.ADMINISTRATOR)])

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
def show(http: Request, session: Database, runtime: Running, before: UUID | None = None) -> Response:
    found = outbox.mails(session, before)
    older = f"/outbox?before={found[-1].public_id}" if len(found) == outbox.PAGE else None
    return render(
        http,
        "outbox.html",
        mails=found,
        parked=outbox.parked(session),
        states=STATES,
        chips=CHIPS,
        older=older,
        has_server=runtime.settings.smtp_url is not None,
    )


@router.post("/outbox/mails/{mail_id}/again")
def send_again(http: Request, mail_id: UUID, session: Database) -> Response:
    if not outbox.send_again(session, mail_id):
        raise NotFound
    return redirect(http, "/outbox", told=AGAIN)


@router.post("/outbox/jobs/{job_id}/again")
def run_again(http: Request, job_id: UUID, session: Database) -> Response:
    if not retry_parked(session, job_id):
        raise NotFound
    return redirect(http, "/outbox", told=AGAIN)
