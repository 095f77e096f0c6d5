"""Whether this process lives, and whether it is ready to be asked: for load balancers, not for people."""

from fastapi import APIRouter, Request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session, sessionmaker
from starlette.datastructures import State
from starlette.responses import JSONResponse

from spoc.db import migrate
from spoc.db.jobs import JobState
from spoc.db.queueing import enqueue, state_of
from spoc.db.session import transaction
from spoc.web.deps import Running

router = APIRouter(include_in_schema=False)

UNREADY = 503
AWAY = (InterfaceError, NoConnectionFree, OperationalError)


@router.get("/health/live")
async def live() -> JSONResponse:
    """The process answers. Nothing else is looked at: a restart would not mend a database."""
    return JSONResponse({"live": True})


@router.get("/health/ready")
def ready(http: Request, runtime: Running) -> JSONResponse:
    """200 when the database answers at this program's version and this process's canary job came back, else 503.

    Once the canary is back it stays back: what happens to the worker later holds up mails, not the taking in of asks.
    """
    found = {"database": False, "migrations": False, "canary": False}
    try:
        with transaction(runtime.sessions) as session:
            found["database"] = True
            found["migrations"] = migrate.revision_of(session.connection()) == migrate.head()
        found["canary"] = found["migrations"] and _canary_is_back(http.app.state, runtime.sessions)
    except AWAY:
        found["database"] = False
    return JSONResponse(found, 200 if all(found.values()) else UNREADY)


def _canary_is_back(memory: State, sessions: sessionmaker[Session]) -> bool:
    """Look for the process's canary. One that never flew, is gone or was given up is followed by another.

    Two first calls at once let two fly, which does no harm.
    """
    if getattr(memory, "canary_back", False):
        return True
    with transaction(sessions) as session:
        canary_id = getattr(memory, "canary_id", None)
        state = state_of(session, canary_id) if canary_id is not None else None
        if state is None or state is JobState.PARKED:
            canary_id = enqueue(session, "canary", {})
    memory.canary_id = canary_id  # only now: before the commit there may never be such a job
    memory.canary_back = state is JobState.DONE
    return state is JobState.DONE
