"""Calling other systems: the request outside of any transaction, tried again with pauses, and people in the end."""

import json
from functools import partial

from routing.phrase import marked
from routing.why import Kind, Why
from spoc.db.queueing import MOST_ATTEMPTS
from spoc.db.session import transaction
from spoc.desk.steps.calls import Outgoing, begin_call, call_failed, call_sent, expire_calls
from spoc.desk.sweeps import BATCH
from spoc.errors import SpocError
from spoc.intake.catalogue import service_at
from spoc.jobs.mail import base
from spoc.jobs.outside import AddressNotAllowed, Letter, Unreachable, post
from spoc.jobs.tools import Work

SLOW_DOWN = frozenset({408, 425, 429})
OK, REDIRECT, BROKEN = 200, 300, 500


class NotTaken(SpocError):
    """The other system does not take the call now; the job is tried again."""

    code = "not_taken"
    template = marked("The other system does not take it now: %(why)s")


def call(work: Work) -> None:
    """Send the call of the step, unless it is sent; what is refused for good, or too often, people do."""
    payload = work.job.payload
    with transaction(work.tools.sessions) as session:
        services = partial(service_at, session)
        due = begin_call(session, payload["task_id"], payload["cause"], services, work.now)
    why = _send(work, due) if due is not None else None
    with work.last_transaction() as session:
        if due is not None and why is None:
            call_sent(session, due.call_id, work.tools.clock())
        elif due is not None and why is not None:
            call_failed(session, due.call_id, why, partial(service_at, session), work.tools.clock())


def _send(work: Work, due: Outgoing) -> Why | None:
    """Why it failed for good; None if it was taken.

    Raises:
        NotTaken: it may work later.
    """
    letter = Letter(due.url, _document(work, due), str(due.delivery), due.secret, due.networks)
    endpoint = due.endpoint
    try:
        status = post(letter, int(work.now.timestamp()), work.tools.settings.calls_ca)
    except AddressNotAllowed:
        return Why(Kind.CALL_NOT_ALLOWED, {"endpoint": endpoint})
    except Unreachable as error:
        return _later(work, Why(Kind.CALL_UNREACHABLE, {"endpoint": endpoint}), error)
    if OK <= status < REDIRECT:
        return None
    why = Why(Kind.CALL_REFUSED, {"endpoint": endpoint, "status": status})
    return _later(work, why, None) if status >= BROKEN or status in SLOW_DOWN else why


def _later(work: Work, why: Why, error: Exception | None) -> Why:
    """The reason, if this was the last attempt."""
    if work.job.attempt >= MOST_ATTEMPTS:
        return why
    raise NotTaken(why=why.given.get("status", error)) from error


def _document(work: Work, due: Outgoing) -> bytes:
    callback = {
        "url": f"{base(work)}/api/calls/{due.delivery}/callback",
        "secret": due.callback_secret,
        "until": due.due_at.isoformat().replace("+00:00", "Z"),
    }
    return json.dumps({"delivery": str(due.delivery), **due.body, "callback": callback}).encode()


def expire(work: Work) -> None:
    """Give people what other systems did not answer in time, a batch a transaction."""
    expired = BATCH
    while expired == BATCH:
        with transaction(work.tools.sessions) as session:
            expired = expire_calls(session, partial(service_at, session), work.now, limit=BATCH)
    with work.last_transaction():
        pass
