"""What other systems answer to a call of ours. Whoever it is from is proved by the signature, not by a sign-in."""

import hmac
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from sqlalchemy.orm import Session

from spoc.desk.amending.amend import Planner
from spoc.desk.steps.calls import Callback, take_callback, waiting_call
from spoc.errors import Fault, NotFound
from spoc.intake.catalogue import service_at
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.replan import replan
from spoc.web.asking.parcel import Unreadable
from spoc.web.deps import Database, Now
from spoc.web.plain import sentence

router = APIRouter()
TOLERANCE_SECONDS: Final = 300
"""A request that is older, or that far in the future, is a repeat by somebody who listened."""


class CallbackBody(BaseModel):
    """`answers` are to the questions that the step takes; `result` is for people."""

    model_config = ConfigDict(extra="forbid", strict=True)

    state: Literal["done", "failed"] = "done"
    result: Annotated[str, Field(max_length=4000)] = ""
    answers: dict[str, JsonValue] = Field(default_factory=dict)


async def raw_body(http: Request) -> bytes:
    """As it was signed."""
    return await http.body()


Raw = Annotated[bytes, Depends(raw_body)]
Signed = Annotated[str, Header(alias="Spoc-Signature", max_length=100)]
Stamp = Annotated[str, Header(alias="Spoc-Timestamp", max_length=20)]


@router.post("/api/calls/{call_id}/callback")
def take(
    call_id: UUID, body: Raw, session: Database, now: Now, signed: Signed = "", timestamp: Stamp = ""
) -> dict[str, Any]:
    """The answer to a call; sent again, it is answered the same. A wrong signature is answered as no such call."""
    row = waiting_call(session, call_id)
    if not _is_signed(row.secret, call_id, body, signed, timestamp, now):
        raise NotFound
    said = _read(body)
    callback = Callback(said.state == "done", said.result.strip(), said.answers)
    state = take_callback(session, row, callback, now, planner=_planner(session, now))
    return {"id": str(call_id), "state": state.value}


def _is_signed(secret: str, call_id: UUID, body: bytes, signed: str, timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE_SECONDS:
        return False
    text = f"{timestamp}.{call_id}.".encode() + body
    right = "sha256=" + hmac.new(secret.encode(), text, sha256).hexdigest()
    return hmac.compare_digest(right.encode(), signed.encode("utf-8", "replace"))


def _read(body: bytes) -> CallbackBody:
    try:
        return CallbackBody.model_validate_json(body)
    except ValidationError as error:
        faults = [
            Fault(".".join(map(str, one["loc"])) or "body", one["type"], sentence(one["type"], one.get("ctx", {})))
            for one in error.errors()
        ]
        raise Unreadable(faults=faults) from error


def _planner(session: Session, now: datetime) -> Planner:
    return Planner(partial(replan, session, read_desk_facts(session), now), partial(service_at, session))
