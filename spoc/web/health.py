"""Whether this process lives, and whether it is ready to be asked: for load balancers, not for people."""

from fastapi import APIRouter, Request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse

from spoc.db import migrate
from spoc.db.queueing import enqueue, is_done
from spoc.db.session import transaction
from spoc.web.deps import Running

router = APIRouter(include_in_schema=False)

UNREADY = 503


@router.get("/health/live")
async def live() -> JSONResponse:
    """The process answers. Nothing else is looked at: a restart would not mend a database."""
    return JSONResponse({"live": True})


@router.get("/health/ready")
def ready(http: Request, runtime: Running) -> JSONResponse:
    """200 when the database answers at this program's version and this process's canary job came back, else 503.

    The canary flies once a process: what happens to the worker later holds up mails, not the taking in of asks.
    """
    found = {"database": False, "migrations": False, "canary": False}
    try:
        with transaction(runtime.sessions) as session:
            found["database"] = True
            found["migrations"] = migrate.revision_of(session.connection()) == migrate.head()
            found["canary"] = found["migrations"] and _canary_is_back(http, session)
    except OperationalError:
        found["database"] = False
    return JSONResponse(found, 200 if all(found.values()) else UNREADY)


def _canary_is_back(http: Request, session: Session) -> bool:
    """Let the process's canary fly at the first call; two first calls at once let two fly, which does no harm."""
    state = http.app.state
    if getattr(state, "canary_id", None) is None:
        state.canary_id = enqueue(session, "canary", {})
        return False
    state.canary_back = getattr(state, "canary_back", False) or is_done(session, state.canary_id)
    return bool(state.canary_back)
