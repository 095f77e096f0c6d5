"""Saying no to a task that one is offered, as a form on its ticket."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from routing.visibility import Actor
from spoc.desk.queues.declining import decline
from spoc.intake.catalogue import service_at
from spoc.web.deps import Database, Now, require
from spoc.web.pages import local_path, notice, redirect
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter(include_in_schema=False)
DECLINED = notice("desk.declined", marked("{about}: the task moves on to the next, with your reason."), "info")


@router.post("/desk/tasks/{task_id}/decline")
def decline_task(
    http: Request,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: Annotated[Actor, require(Permission.AGENT)],
    why: Annotated[str, Form(max_length=4000)] = "",
    address: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    reference = decline(session, actor, task_id, partial(service_at, session), now, why=why)
    return redirect(http, local_path(address, f"/tickets/{reference}"), told=DECLINED, about=reference)
