"""Stopping work on a task until something happens, and going on with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing.lifecycle import Act
from routing.phrase import marked
from routing.visibility import Actor
from routing.work import Channel, HoldReason, TaskKind
from spoc.desk.appointments.errors import AppointmentFirst
from spoc.desk.errors import NothingSaid, NotLater
from spoc.desk.follow import follow
from spoc.desk.found import take_task
from spoc.desk.messages import ask_requester
from spoc.desk.moves import move, tell
from spoc.desk.pauses import end_hold
from spoc.errors import NotAllowed


def hold(
    session: Session,
    actor: Actor,
    task_id: UUID,
    now: datetime,
    *,
    reason: HoldReason,
    note: str = "",
    until: datetime | None = None,
    channel: Channel = Channel.WEB,
) -> str:
    """Stop work for a reason. A hold for the requester stops the clock, so it sends them its note as the question.

    Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`; also a secret task for the requester, who may not know of it.
        NotPossible: the task is not being worked on.
        NothingSaid: for the requester, without a question.
        NotLater: `until` is not in the future.
        AppointmentFirst: it is an appointment, which waits for its time and not for anybody.
    """
    note = note.strip()
    if reason is HoldReason.REQUESTER and not note:
        raise NothingSaid(marked("Write the question that the requester is to answer first."), field="note")
    ticket, task = take_task(session, actor, task_id)
    if task.kind is TaskKind.APPOINTMENT:
        raise AppointmentFirst(task.title)
    if task.secret and reason is HoldReason.REQUESTER:
        raise NotAllowed(marked("This is secret: the requester cannot be asked about it. Hold it for another reason."))
    if until is not None and until <= now:
        raise NotLater(marked("A hold ends in the future."))
    move(session, task, Act.HOLD, hold_reason=reason, hold_note=note, hold_until=until, held_at=now)
    ends = until.isoformat() if until else None
    tell(session, task, "held", actor.person_id, now, reason=reason, note=note, until=ends)
    if reason is HoldReason.REQUESTER:
        ask_requester(session, ticket, actor, now, question=note, channel=channel)
    follow(session, ticket.id, actor.person_id, now)
    return ticket.reference


def resume(session: Session, actor: Actor, task_id: UUID, now: datetime) -> str:
    """Go on with a task on hold; its due time moves by the pause, if it was one. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NotPossible: the task is not on hold.
    """
    ticket, task = take_task(session, actor, task_id)
    end_hold(session, task, actor.person_id, now)
    follow(session, ticket.id, actor.person_id, now)
    return ticket.reference
