"""What routes are given: the runtime, one database session, the time, and who is asking."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.db.session import transaction
from spoc.errors import NotFound, NotSignedIn
from spoc.people.directory import Visit
from spoc.people.sessions import Limits, visit_by_session
from spoc.people.tokens import visit_by_token
from spoc.settings import Settings
from spoc.web.formats import View
from spoc.web.pages import view_of
from spoc.web.permissions import Permission, permits
from spoc.web.runtime import Runtime
from spoc.web.security import is_https
from spoc.web.waiting import room

COOKIE = "spoc_session"


async def get_runtime(http: Request) -> Runtime:
    runtime: Runtime = http.app.state.runtime
    return runtime


Running = Annotated[Runtime, Depends(get_runtime)]


async def get_session(runtime: Running) -> AsyncIterator[Session]:
    """One transaction for the request: committed before the answer is sent, so that no 201 precedes a failed commit.

    That holds only with `scope="function"`; `Database` says so for everybody. No more of them at once than there are
    connections to keep: with one in hand and all threads waiting for others, nobody would come to an end.
    """
    async with room(runtime.settings.pool_size), contextmanager_in_threadpool(transaction(runtime.sessions)) as session:
        yield session


async def get_now(runtime: Running) -> datetime:
    return runtime.clock()


Database = Annotated[Session, Depends(get_session, scope="function")]
Now = Annotated[datetime, Depends(get_now)]


def limits_of(settings: Settings) -> Limits:
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(days=settings.session_days))


def cookie_name(http: Request) -> str:
    """`__Host-` binds the cookie to this host over TLS; browsers refuse the prefix on plain loopback."""
    return f"__Host-{COOKIE}" if is_https(http.scope, http.app.state.runtime.settings) else COOKIE


def session_secret(http: Request) -> str:
    """The secret that the browser sent, or an empty text."""
    return http.cookies.get(cookie_name(http), "")


def find_visit(http: Request, session: Database, runtime: Running, now: Now) -> Visit | None:
    """Who is asking, by token or by session; never by the second if the first was tried.

    A token beside a cookie decides alone: requests with a token are not checked for where they came from.
    """
    proof = http.headers.get("authorization")
    if proof is not None:
        visit = visit_by_token(session, bearer(proof), now)
    else:
        visit = visit_by_session(session, session_secret(http), limits_of(runtime.settings), now)
    http.state.visit = visit
    return visit


def recognise(http: Request) -> Visit | None:
    """Who is asking, before a route is called."""
    runtime = http.app.state.runtime
    with transaction(runtime.sessions) as session:
        return find_visit(http, session, runtime, runtime.clock())


def recognised(http: Request) -> Visit | None:
    """Who asks for an address without a route: that page must look like one that is not theirs to see."""
    try:
        return recognise(http)
    except SQLAlchemyError:
        return None


def bearer(header: str) -> str:
    """The token of an Authorization header; empty if it is of another kind."""
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


FoundVisit = Annotated[Visit | None, Depends(find_visit)]


async def current_visit(visit: FoundVisit) -> Visit:
    """Who is asking.

    Raises:
        NotSignedIn: nobody, as far as can be proved.
    """
    if visit is None:
        raise NotSignedIn
    return visit


Visitor = Annotated[Visit, Depends(current_visit)]


async def seen_view(visit: FoundVisit, now: Now) -> View:
    return view_of(visit, now)


Seen = Annotated[View, Depends(seen_view)]
"""How who is asking sees dates and numbers, where an answer has them in sentences."""


async def current_actor(visit: Visitor) -> Actor:
    return visit.actor


CurrentActor = Annotated[Actor, Depends(current_actor)]


@dataclass(frozen=True)
class Gate:
    """Lets those with the permission pass and gives their Actor; to others the page does not exist."""

    permission: Permission

    async def __call__(self, visit: Visitor) -> Actor:
        if not permits(self.permission, visit.actor):
            raise NotFound
        return visit.actor


def require(permission: Permission) -> Any:
    """Declare once who may use a route.

    As a parameter it gives who that is: `actor: Annotated[Actor, require(Permission.AGENT)]`.
    """
    return Depends(Gate(permission))
