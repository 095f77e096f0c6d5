"""One's own account: who I am to the desk, my password, my sessions, my tokens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor, Role
from spoc.db.absences import today_of
from spoc.errors import NotAllowed
from spoc.people.absences import Leave, absences_of
from spoc.people.accounts import change_password
from spoc.people.errors import InvalidAccount, TooManyAttempts, WrongPassword
from spoc.people.sessions import end_other_sessions, open_sessions, start_session
from spoc.people.tokens import create_token, revoke_token, tokens_of
from spoc.web.account.sign_in import address_of, give_session
from spoc.web.deps import Database, Now, Running, Visitor, limits_of, require, session_secret
from spoc.web.errors import status_of
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.runtime import Runtime
from spoc.words import gettext, marked, said

router = APIRouter()

Signed = Annotated[Actor, require(Permission.SIGNED_IN)]
Secret = Annotated[str, Form(max_length=2000)]
TOKEN_DAYS = (30, 90, 365)  # every token ends: one that is forgotten must not live for ever

REVOKED = notice("profile.token_revoked", marked("The token does not work any more."))
ENDED = notice("profile.sessions_ended", marked("You are signed out everywhere else."))
CHANGED = notice(
    "profile.password_changed", marked("Your password is changed, and you are signed out everywhere else.")
)


ROLE_WORDS: dict[Role, str] = {
    Role.EMPLOYEE: marked("Employee"),
    Role.AGENT: marked("Agent"),
    Role.LEAD: marked("Lead"),
    Role.MANAGER: marked("Manager"),
    Role.OWNER: marked("Service owner"),
    Role.ADMINISTRATOR: marked("Administrator"),
}


async def only_by_session(http: Request) -> None:
    """A token must not make tokens: whoever finds one would keep what its owner takes away.

    Raises:
        NotAllowed: this request shows a token.
    """
    if "authorization" in http.headers:
        raise NotAllowed(marked("This takes a browser that is signed in, not a token."))


class Me(BaseModel):
    """Who a token or session belongs to, and what it may do."""

    mail: str
    name: str
    roles: list[str]
    queues: list[str]
    may_raise_for_others: bool


@router.get("/api/me")
def read_me(visit: Visitor, actor: Signed) -> Me:
    return Me(
        mail=actor.mail,
        name=visit.name,
        roles=sorted(actor.roles),
        queues=sorted(actor.memberships),
        may_raise_for_others=actor.may_raise_for_others,
    )


@router.get("/profile", include_in_schema=False)
def show_profile(http: Request, session: Database, runtime: Running, now: Now, actor: Signed) -> Response:
    return show(http, session, runtime, now, actor)


def show(
    http: Request,
    session: Session,
    runtime: Runtime,
    now: datetime,
    actor: Actor,
    status: int = 200,
    *,
    leave: Leave | None = None,
    leave_faults: Mapping[str, str] | None = None,
    **shown: str,
) -> Response:
    """`shown`: `secret`, a token just made, which is on this page and never again; or `fault` of the password.

    `leave` is an absence that was refused, with what is wrong in each of its fields.
    """
    sessions = open_sessions(session, actor.person_id, session_secret(http), limits_of(runtime.settings), now)
    return render(
        http,
        "profile.html",
        status,
        roles=[gettext(ROLE_WORDS[role]) for role in Role if role in actor.roles],
        tokens=tokens_of(session, actor.person_id),
        sessions=sessions,
        has_other_sessions=any(not one.is_this for one in sessions),
        token_days=TOKEN_DAYS,
        path="/profile",
        away=absences_of(session, [actor.person_id], today_of(session, now)),
        leave=leave or Leave(None, None),
        leave_faults=leave_faults or {},
        secret=shown.get("secret"),
        fault=shown.get("fault", ""),
    )


@router.post("/profile/tokens", include_in_schema=False, dependencies=[Depends(only_by_session)])
def make_token(
    http: Request,
    session: Database,
    runtime: Running,
    now: Now,
    actor: Signed,
    name: Annotated[str, Form(min_length=1, max_length=80)],
    days: Annotated[Literal["30", "90", "365"], Form()] = "90",
) -> Response:
    """Answers with the page itself: a redirect would have to carry the secret somewhere."""
    ends_at = now + timedelta(days=int(days))
    secret = create_token(session, actor.person_id, name, now, ends_at=ends_at)
    return show(http, session, runtime, now, actor, secret=secret)


@router.post("/profile/tokens/{token_id}/revoke", include_in_schema=False)
def end_token(http: Request, session: Database, now: Now, actor: Signed, token_id: UUID) -> Response:
    revoke_token(session, actor.person_id, token_id, now)
    return redirect(http, "/profile", told=REVOKED)


@router.post("/profile/sessions/end-others", include_in_schema=False)
def end_others(http: Request, session: Database, actor: Signed) -> Response:
    end_other_sessions(session, actor.person_id, session_secret(http))
    return redirect(http, "/profile", told=ENDED)


@router.post("/profile/password", include_in_schema=False, dependencies=[Depends(only_by_session)])
def replace_password(
    http: Request, session: Database, runtime: Running, now: Now, actor: Signed, current: Secret, password: Secret
) -> Response:
    """A wrong current password is answered, not raised: raising would roll back the count of it."""
    try:
        change_password(session, actor.person_id, current, password, address_of(http), now)
    except (WrongPassword, InvalidAccount, TooManyAttempts) as refused:
        status = status_of(type(refused))
        return show(http, session, runtime, now, actor, status, fault=_sentence(refused))
    secret = start_session(session, actor.person_id, limits_of(runtime.settings), now)
    return give_session(redirect(http, "/profile", told=CHANGED), http, runtime, secret)


def _sentence(refused: WrongPassword | InvalidAccount | TooManyAttempts) -> str:
    faults = refused.faults if isinstance(refused, InvalidAccount) else ()
    return " ".join(said(fault) for fault in faults) or said(refused)
