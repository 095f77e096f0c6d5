"""Contacts by program: about a ticket that is there. A new ask with its first contact goes to `POST /intake`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from routing.visibility import Actor
from routing.work import ContactChannel, ContactKind, RepeatCause
from spoc.desk.contacts import Touch, log_contact
from spoc.web.deps import Database, Now, require
from spoc.web.once import Key, answer_once
from spoc.web.permissions import Permission

router = APIRouter()


class ContactBody(BaseModel):
    """Without a kind it is taken from where the ticket stands: an answer if it waits for one, else a repeat."""

    model_config = ConfigDict(extra="forbid")

    reference: Annotated[str, Field(max_length=20)]
    channel: ContactChannel
    kind: ContactKind | None = None
    cause: RepeatCause | None = None
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    minutes: Annotated[float, Field(ge=0, le=600)] | None = None
    note: Annotated[str, Field(max_length=4000)] = ""


@router.post("/api/contacts", status_code=201)
def log_by_program(
    body: ContactBody,
    session: Database,
    now: Now,
    actor: Annotated[Actor, require(Permission.AGENT)],
    key: Key = None,
) -> Response:
    """Write down a contact that an agent had with the requester of a ticket."""

    def write() -> dict[str, str]:
        given = body.model_dump(exclude={"reference"})
        public_id = log_contact(session, actor, body.reference.upper(), Touch(**given), now)
        return {"id": str(public_id), "reference": body.reference.upper()}

    return answer_once(session, actor, "POST /api/contacts", key, body, write)
