"""Signing in and out, and setting a password by a one-time link."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from spoc.people.accounts import prove, set_password_by_link
from spoc.people.directory import organisation_of
from spoc.people.errors import InvalidAccount, TooManyAttempts
from spoc.people.links import mail_behind
from spoc.people.sessions import end_session, start_session
from spoc.web.deps import Database, Now, Running, cookie_name, limits_of, session_secret
from spoc.web.pages import local_path, notice, redirect, render
from spoc.web.runtime import Runtime
from spoc.web.security import is_https
from spoc.words import gettext, marked, said

router = APIRouter(include_in_schema=False)

SIGNED_OUT = notice("signed_out", marked("You are signed out."))
PASSWORD_SET = notice("password_set", marked("Your password is set, and you are signed in."))
WRONG_PAIR = marked("This mail address and password do not belong together.")

Text = Annotated[str, Form(max_length=2000)]
Again = Annotated[str | None, Form(max_length=2000)]


@router.get("/sign-in")
def show_sign_in(http: Request, session: Database, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:  # noqa: A002 - the name in the address
    return _sign_in_page(http, session, next)


@router.post("/sign-in")
def sign_in(
    http: Request,
    session: Database,
    runtime: Running,
    now: Now,
    mail: Text,
    password: Text,
    next: Text = "/",  # noqa: A002 - the name of the field
) -> Response:
    """A wrong pair is answered, not raised: raising would roll back the count of it."""
    try:
        person_id = prove(session, mail, password, address_of(http))
    except TooManyAttempts as held_back:
        page = _sign_in_page(http, session, next, mail, said(held_back), 429)
        page.headers["retry-after"] = str(held_back.retry_after_seconds)
        return page
    if person_id is None:
        return _sign_in_page(http, session, next, mail, gettext(WRONG_PAIR), 401)
    end_session(session, session_secret(http))
    return give_session(
        redirect(http, local_path(next)),
        http,
        runtime,
        start_session(session, person_id, limits_of(runtime.settings), now),
    )


def _sign_in_page(
    http: Request, session: Session, next_path: str, mail: str = "", fault: str | None = None, status: int = 200
) -> Response:
    http.state.organisation = organisation_of(session)
    return render(http, "sign_in.html", status, next=local_path(next_path), mail=mail, fault=fault)


def give_session(answer: Response, http: Request, runtime: Runtime, secret: str) -> Response:
    """Give the browser its session.

    `strict` would greet people who come by a link in a mail as strangers; changes are guarded by their origin.
    """
    answer.set_cookie(
        cookie_name(http),
        secret,
        max_age=runtime.settings.session_days * 86_400,
        httponly=True,
        samesite="lax",
        secure=is_https(http.scope, runtime.settings),
    )
    return answer


def address_of(http: Request) -> str:
    """Where the request comes from; a proxy's word counts only if it is a trusted one (see `spoc.app`)."""
    return http.client.host if http.client else ""


@router.post("/sign-out")
def sign_out(http: Request, session: Database, runtime: Running) -> Response:
    end_session(session, session_secret(http))
    answer = redirect(http, "/sign-in", told=SIGNED_OUT)
    answer.delete_cookie(
        cookie_name(http), secure=is_https(http.scope, runtime.settings), httponly=True, samesite="lax"
    )
    answer.headers["clear-site-data"] = '"cache"'
    return answer


@router.get("/set-password")
def show_set_password(
    http: Request, session: Database, now: Now, token: Annotated[str, Query(max_length=200)]
) -> Response:
    """Shows whose password it is and changes nothing: mail scanners follow links."""
    return _password_page(http, token, mail_behind(session, token, now))


@router.post("/set-password")
def set_password(
    http: Request, session: Database, runtime: Running, now: Now, token: Text, password: Text, again: Again = None
) -> Response:
    mail = mail_behind(session, token, now)
    if again is not None and again != password:
        return _password_page(http, token, mail, gettext("The two passwords differ."), 422)
    try:
        with session.begin_nested():
            person_id = set_password_by_link(session, token, password, now)
    except InvalidAccount as invalid:
        return _password_page(http, token, mail, " ".join(said(fault) for fault in invalid.faults), 422)
    secret = start_session(session, person_id, limits_of(runtime.settings), now)
    return give_session(redirect(http, "/", told=PASSWORD_SET), http, runtime, secret)


def _password_page(http: Request, token: str, mail: str, fault: str | None = None, status: int = 200) -> Response:
    return render(http, "set_password.html", status, token=token, mail=mail, fault=fault)
