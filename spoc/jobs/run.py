"""Running one job by its id: lease it, do it, and write down how it ended. Safe to be told the same id twice."""

from collections.abc import Callable, Mapping

import structlog

from routing.phrase import marked
from spoc.db.cycles import RAISE
from spoc.db.queueing import Leased, LeaseLost, fail, lease
from spoc.db.session import transaction
from spoc.db.turns import CALL_OUT, FORM_READY, MESSAGE_MAIL, OFFER_TIMES, SEND_MESSAGE
from spoc.desk.appointments.telling import BOOKED, BY_PHONE, CALLED_OFF, LOST, MOVED, OFFERED
from spoc.errors import SpocError
from spoc.failure import kept
from spoc.jobs import (
    appointment_mail,
    appointments,
    approvals,
    approver_mail,
    assign,
    calling,
    canary,
    clocks,
    cycles,
    figures,
    files,
    mail,
    schedule,
    sweep,
    turns,
)
from spoc.jobs.tools import Hopeless, Tools, Work
from spoc.log import told

Handler = Callable[[Work], None]

HANDLERS: Mapping[str, Handler] = {
    "canary": canary.sing,
    "mail.ticket_opened": mail.tell_requester,
    "mail.ticket_resolved": mail.tell_requester,
    "mail.ticket_reopened": mail.tell_requester,
    "mail.ticket_amended": mail.tell_requester,
    "mail.message": mail.tell_requester,
    "mail.approval_rejected": approver_mail.tell_rejection,
    "mail.approval_asked": approver_mail.tell_approver,
    "mail.approval_reminder": approver_mail.tell_approver,
    "mail.approval_withdrawn": approver_mail.tell_approver,
    "mail.escalated": mail.tell_requester,
    FORM_READY: mail.tell_requester,
    MESSAGE_MAIL: mail.tell_requester,
    SEND_MESSAGE: turns.send_message,
    CALL_OUT: calling.call,
    OFFER_TIMES: appointments.offer,
    **dict.fromkeys((OFFERED, BOOKED, MOVED, CALLED_OFF, LOST, BY_PHONE), appointment_mail.tell),
    "mail.again": mail.send_again,
    schedule.OPEN_DUE: sweep.open_due,
    schedule.ASSIGN: assign.assign,
    schedule.APPROVALS: approvals.follow,
    schedule.CLOCKS: clocks.tick,
    schedule.CALLS: calling.expire,
    schedule.APPOINTMENTS: appointments.watch,
    schedule.CYCLES: cycles.find,
    RAISE: cycles.raise_,
    schedule.FORGET: sweep.forget,
    schedule.FILES: files.sweep,
    schedule.FIGURES: figures.find,
    figures.WEEK: figures.state,
}

log = structlog.get_logger()


class UnknownKind(Hopeless):
    """No handler of this version takes the job. Parked, so that a later version's worker can be given it."""

    code = "unknown_kind"
    template = marked("This version knows no job of kind %(kind)s.")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)


def run(job_id: int, tools: Tools, handlers: Mapping[str, Handler] = HANDLERS) -> None:
    """Do the job if it is free and due; otherwise nothing."""
    with transaction(tools.sessions) as session:
        job = lease(session, job_id)
    if job is not None:
        _attempt(job, tools, handlers)


def _attempt(job: Leased, tools: Tools, handlers: Mapping[str, Handler]) -> None:
    try:
        _handler(job.kind, handlers)(Work(job, tools, tools.clock()))
    except LeaseLost:
        log.warning("job.lease_lost", job_id=job.id, kind=job.kind)
    except Exception as error:
        trace = None if isinstance(error, SpocError) else error
        log.warning("job.failed", job_id=job.id, kind=job.kind, attempt=job.attempt, error=told(error), exc_info=trace)
        _write_down(job, tools, error)


def _handler(kind: str, handlers: Mapping[str, Handler]) -> Handler:
    if kind not in handlers:
        raise UnknownKind(kind)
    return handlers[kind]


def _write_down(job: Leased, tools: Tools, error: Exception) -> None:
    try:
        with transaction(tools.sessions) as session:
            fail(session, job, kept(error), for_good=isinstance(error, Hopeless))
    except LeaseLost:
        log.warning("job.lease_lost", job_id=job.id, kind=job.kind)
