"""Doing a thing once however often it is sent: an Idempotency-Key from a program, a hidden `once` from a page."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Form, Header, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from routing.visibility import Actor
from spoc.db.remembered import Once, begin, keep
from spoc.intake.errors import KeyReused
from spoc.web.asking.parcel import LONGEST_KEY, check_key
from spoc.web.pages import redirect

Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=LONGEST_KEY)]
"""As a parameter of a route for programs."""

PageKey = Annotated[str, Form(alias="once", max_length=100)]
"""As a parameter of a page's route; the page made it, so that a double click does one thing."""

Work = Callable[[], Mapping[str, Any]]


def once(
    session: Session, actor: Actor, route: str, key: str | None, fingerprint: bytes, status: int, work: Work
) -> tuple[Mapping[str, Any], bool]:
    """What `work` answers, and whether it was an earlier request that did it; without a key it is always done.

    Raises:
        Unreadable: the key is empty or cannot be printed.
        KeyReused: the key came before, with another body.
    """
    if key is None:
        return work(), False
    check_key(key)
    request = Once(actor.person_id, route, key, fingerprint)
    earlier = begin(session, request)
    if earlier is None:
        body = dict(work())
        keep(session, request, status, body)
        return body, False
    if earlier.fingerprint != fingerprint:
        raise KeyReused
    return earlier.body, True


def answer_once(session: Session, actor: Actor, route: str, key: str | None, given: BaseModel, work: Work) -> Response:
    """201 with what `work` answers, and the same again for a repeat."""
    body, replayed = once(session, actor, route, key, fingerprint_of(given), 201, work)
    return JSONResponse(body, 201, headers={"Idempotency-Replayed": "true"} if replayed else None)


def lead_once(
    http: Request, session: Session, actor: Actor, key: str, fingerprint: bytes, work: Callable[[], dict[str, str]]
) -> Response:
    """The page that `work` leads to: its path, and the notice that it tells, about what."""
    route = f"POST {http.scope['path']}"
    page, _ = once(session, actor, route, key or None, fingerprint, 303, work)
    return redirect(http, page["path"], told=page["told"], about=page.get("about", ""))


def fingerprint_of(given: BaseModel) -> bytes:
    return sha256(given.model_dump_json().encode()).digest()
