"""When one is away and who stands in: on the profile, and by program for oneself and the people one leads."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from routing.visibility import Actor
from spoc.db.absences import today_of
from spoc.people.absences import Away, Leave, absences_of, add_absence, end_absence
from spoc.people.errors import InvalidAbsence
from spoc.web.account.history import faults_by_field
from spoc.web.account.profile import show
from spoc.web.deps import Database, Now, Running, require
from spoc.web.once import Key, answer_once
from spoc.web.pages import local_path, notice, redirect
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter()

Signed = Annotated[Actor, require(Permission.SIGNED_IN)]
Text = Annotated[str, Form(max_length=320)]
Address = Annotated[str, Form(max_length=500)]

ADDED = notice("absences.added", marked("The absence is written down."))
ENDED = notice("absences.ended", marked("The absence is over."), "info")


class AbsenceBody(BaseModel):
    """Without a `person` it is the caller's own; both days are part of it. `person` and `deputy` are mail addresses."""

    model_config = ConfigDict(extra="forbid")

    from_on: date
    until_on: date
    person: Annotated[str, Field(max_length=320)] = ""
    deputy: Annotated[str, Field(max_length=320)] = ""


def day_of(text: str) -> date | None:
    """What a form's date field sends; None for nothing, or for what is no date."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


@router.post("/profile/absences", include_in_schema=False)
def add(
    http: Request,
    session: Database,
    runtime: Running,
    now: Now,
    actor: Signed,
    from_on: Text = "",
    until_on: Text = "",
    deputy: Text = "",
) -> Response:
    given = Leave(day_of(from_on), day_of(until_on), deputy)
    try:
        add_absence(session, actor, actor.mail, given, today_of(session, now))
    except InvalidAbsence as refused:
        return show(http, session, runtime, now, actor, 422, leave=given, leave_faults=faults_by_field(refused))
    return redirect(http, "/profile#absences", told=ADDED)


@router.post("/absences/{absence_id}/end", include_in_schema=False)
def end(http: Request, session: Database, now: Now, actor: Signed, absence_id: UUID, address: Address = "") -> Response:
    end_absence(session, actor, absence_id, today_of(session, now))
    return redirect(http, local_path(address, "/profile#absences"), told=ENDED)


@router.get("/api/absences")
def list_own(session: Database, now: Now, actor: Signed) -> dict[str, Any]:
    """The caller's absences that are not over."""
    return {"absences": [_json(one) for one in absences_of(session, [actor.person_id], today_of(session, now))]}


@router.post("/api/absences", status_code=201)
def add_by_program(body: AbsenceBody, session: Database, now: Now, actor: Signed, key: Key = None) -> Response:
    """Write down an absence: one's own, of somebody whom one leads, or as an administrator of anybody."""

    def write() -> dict[str, str]:
        leave = Leave(body.from_on, body.until_on, body.deputy)
        added = add_absence(session, actor, body.person or actor.mail, leave, today_of(session, now))
        return {"id": str(added)}

    return answer_once(session, actor, "POST /api/absences", key, body, write)


@router.post("/api/absences/{absence_id}/end")
def end_by_program(absence_id: UUID, session: Database, now: Now, actor: Signed) -> dict[str, str]:
    """Whoever was away is there from today on."""
    end_absence(session, actor, absence_id, today_of(session, now))
    return {"id": str(absence_id)}


def _json(one: Away) -> dict[str, Any]:
    days = {"from_on": one.from_on.isoformat(), "until_on": one.until_on.isoformat()}
    return {"id": str(one.public_id), **days, "deputy": one.deputy}
