"""Deciding: the first voice that settles an approval ends it, and what follows from it is done with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.approval import Verdict, Voice, behind, outcome
from routing.lifecycle import OPEN, Act
from routing.phrase import marked
from routing.visibility import Actor
from routing.work import TaskKind
from spoc.approvals.asking import call_next
from spoc.approvals.errors import AlreadyDecided, NotNeeded, NotYourTurn, TooLate
from spoc.approvals.matter import Matter, company_around, read_matter
from spoc.db.approvals import ApproverRow, withdraw
from spoc.db.events import lock
from spoc.db.queueing import enqueue
from spoc.db.tickets import TaskRow
from spoc.desk.asks import Services
from spoc.desk.errors import NothingSaid
from spoc.desk.follow import follow
from spoc.desk.found import take_task
from spoc.desk.moves import NO_HOLD, move, tell
from spoc.errors import Conflict, NotAllowed, NotFound

VOICES = {Verdict.APPROVED: Voice.APPROVED, Verdict.REJECTED: Voice.REJECTED}


@dataclass(frozen=True)
class Decision:
    """A rejection says why; an approval may say something."""

    verdict: Verdict
    comment: str = ""


def decide(
    session: Session, actor: Actor, task_id: UUID, decision: Decision, now: datetime, service_at: Services
) -> str:
    """Give the actor's voice, as approver, as deputy, or for the desk where nobody else can. Returns the reference.

    Raises:
        NotFound: there is no such approval, or the actor is not asked for it.
        NotAllowed: it is the actor's own ask, or with a queue they do not work in.
        NothingSaid: a rejection without a reason.
        AlreadyDecided, TooLate, NotYourTurn, NotNeeded: their voice does not count, or not yet.
    """
    if decision.verdict is Verdict.REJECTED and not decision.comment.strip():
        raise NothingSaid(marked("Write why it is rejected first: whoever asked reads it."))
    matter = _take(session, task_id, service_at)
    mine = [row for row in matter.rows if actor.person_id in (row.person_id, row.asked_id)]
    if mine:
        _speak(session, matter, mine, actor, decision, now)
    else:
        _decide_for_queue(session, matter, actor, decision, now)
    settle(session, read_matter(session, matter.task.id, matter.ticket.id, service_at), actor.person_id, now)
    return matter.ticket.reference


def _take(session: Session, task_id: UUID, service_at: Services) -> Matter:
    """With the ticket's lock held: of all who decide at once, each finds what the one before has left."""
    wanted = select(TaskRow.id, TaskRow.ticket_id).where(
        TaskRow.public_id == task_id, TaskRow.kind == TaskKind.APPROVAL
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(marked("There is no such approval."))
    lock(session, row.ticket_id)
    return read_matter(session, row.id, row.ticket_id, service_at)


def _speak(
    session: Session, matter: Matter, mine: list[ApproverRow], actor: Actor, decision: Decision, now: datetime
) -> None:
    open_ = [row for row in mine if row.voice is Voice.ASKED and row.ends_at is not None and row.ends_at > now]
    if not open_:
        raise _refusal(matter, mine)
    for row in open_:
        row.voice, row.decided_at, row.decided_by_id = VOICES[decision.verdict], now, actor.person_id
        row.comment = decision.comment.strip()
    session.flush()


def _refusal(matter: Matter, mine: list[ApproverRow]) -> Conflict:
    """Why the voice does not count, by where the newest of them stands."""
    title, voices = matter.task.title, {row.voice for row in mine}
    if voices & {Voice.ASKED, Voice.EXPIRED} and matter.task.state in OPEN:
        return TooLate(title)
    if Voice.NEXT in voices:
        return NotYourTurn(title)
    if voices & {Voice.APPROVED, Voice.REJECTED} or matter.task.done_at is not None:
        return AlreadyDecided(title)
    return TooLate(title) if Voice.EXPIRED in voices else NotNeeded(title)


def _decide_for_queue(session: Session, matter: Matter, actor: Actor, decision: Decision, now: datetime) -> None:
    """The desk's decision is the only voice."""
    ticket, task = matter.ticket, matter.task
    if task.queue is None:
        raise NotFound(marked("There is no such approval."))
    take_task(session, actor, task.public_id)
    if actor.person_id in (ticket.requester_id, ticket.subject_id):
        raise NotAllowed(marked("Nobody decides about their own request."))
    if task.state not in OPEN:
        raise AlreadyDecided(task.title)
    session.add(
        ApproverRow(
            task_id=task.id,
            seat=0,
            needed=1,
            person_id=actor.person_id,
            asked_id=actor.person_id,
            expression="",
            voice=VOICES[decision.verdict],
            asked_at=now,
            ends_at=now,
            decided_at=now,
            decided_by_id=actor.person_id,
            comment=decision.comment.strip(),
            link_key=b"",
        )
    )
    session.flush()


def settle(session: Session, matter: Matter, actor_id: int | None, now: datetime) -> None:
    """End the approval if its voices decide it; else ask whose turn is next. The caller holds the ticket's lock."""
    seats = matter.seats
    if not seats or matter.task.state not in OPEN:
        return
    match outcome(matter.verdicts, seats[0][0].needed):
        case Verdict.APPROVED:
            _approve(session, matter, actor_id, now)
        case Verdict.REJECTED:
            _reject(session, matter, actor_id, now)
        case None:
            spoken = _last(matter)
            if spoken is not None and spoken.decided_at == now:
                tell(session, matter.task, f"voice_{spoken.voice}", actor_id, now, why=spoken.comment)
            call_next(session, matter, company_around(session, matter, (), now), now)


def _last(matter: Matter) -> ApproverRow | None:
    spoken = [row for seat in matter.seats for row in seat if row.decided_at is not None]
    return max(spoken, key=lambda row: (row.decided_at, row.id), default=None)


def _approve(session: Session, matter: Matter, actor_id: int | None, now: datetime) -> None:
    task, spoken = matter.task, _last(matter)
    move(session, task, Act.FINISH, **NO_HOLD, done_at=now, assignee_id=None)
    tell(session, task, "approval_given", actor_id, now, why=spoken.comment if spoken else "")
    withdraw(session, task.id)
    follow(session, matter.ticket.id, actor_id, now)


def _reject(session: Session, matter: Matter, actor_id: int | None, now: datetime) -> None:
    """What depends on it ends with it, and whoever asked is told; everything else goes on."""
    task, spoken = matter.task, _last(matter)
    move(session, task, Act.CANCEL, **NO_HOLD, done_at=now, refused=True)
    silent = spoken is None or spoken.decided_by_id is None
    kind = "approval_refused_by_silence" if silent else "approval_refused"
    tell(session, task, kind, actor_id, now, why=spoken.comment if spoken else "")
    withdraw(session, task.id)
    _end_what_depends(session, matter, now)
    if not task.confidential_to:
        cause = f"approval:{task.id}:{now.isoformat()}"
        enqueue(session, "mail.approval_rejected", {"ticket_id": matter.ticket.id, "cause": cause, "task_id": task.id})
    follow(session, matter.ticket.id, actor_id, now)


def _end_what_depends(session: Session, matter: Matter, now: datetime) -> None:
    tasks = [task for task in matter.ticket.tasks if task.ask_id == matter.task.ask_id]
    ended = behind({task.key: task.needs for task in tasks}, matter.task.key)
    for task in tasks:
        if task.key in ended and task.state in OPEN:
            move(session, task, Act.CANCEL, **NO_HOLD, refused=True)
            tell(session, task, "task_refused", None, now)
