"""Asking approvers: who has a voice is found when the approval's turn comes, and each is asked when theirs does."""

from collections.abc import Collection, Sequence
from datetime import datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.approval import Order
from routing.approval import COUNTED, LIVE, Chosen, Company, Quorum, Seats, Voice, speaker, take_seats, turns
from routing.why import Given, Kind, Why, about_approvers, document
from routing.work import DESK, TaskKind, TaskState
from spoc.approvals.matter import Matter, after, company_around, joined, names_of, read_matter
from spoc.db.approvals import ApproverRow, withdraw
from spoc.db.events import lock
from spoc.db.people import QueueRow
from spoc.db.queueing import enqueue
from spoc.db.tickets import TaskRow
from spoc.desk.asks import Services
from spoc.desk.moves import tell
from spoc.desk.sweeps import BATCH
from spoc.intake.approvers import people_named


def ask_ready(session: Session, service_at: Services, now: datetime, *, limit: int = BATCH) -> int:
    """Ask the approvers of what is ready and asks nobody yet; returns how many. Safe to run twice, also at once."""
    live = select(ApproverRow.id).where(ApproverRow.task_id == TaskRow.id, ApproverRow.voice.in_(LIVE))
    to_ask = (
        TaskRow.kind == TaskKind.APPROVAL,
        TaskRow.state == TaskState.READY,
        TaskRow.queue_id.is_(None),
        ~live.exists(),
    )
    columns = select(TaskRow.id, TaskRow.ticket_id).where(*to_ask).order_by(TaskRow.ticket_id, TaskRow.id)
    found = session.execute(columns.limit(limit)).all()
    for task_id, ticket_id in found:
        lock(session, ticket_id)
        if session.scalar(select(TaskRow.id).where(TaskRow.id == task_id, *to_ask)) is not None:
            _seat(session, read_matter(session, task_id, ticket_id, service_at), service_at, now)
    return len(found)


def _seat(session: Session, matter: Matter, service_at: Services, now: datetime) -> None:
    """Write down who has a voice, or give it to the desk where too few are known."""
    ticket, quorum = matter.ticket, matter.approval.quorum
    named = people_named(session, matter.approval, matter.service, ticket.requester_id, ticket.subject_id)
    company = company_around(session, matter, [one for people in named.values() for one in people], now)
    seats = take_seats(named, company)
    needed = seats.needed(Quorum(quorum.count, quorum.percent))
    if needed is None:
        unknown: dict[str, Given] = {"approvers": seats.unknown}
        give_to_desk(session, matter, Kind.APPROVER_UNKNOWN, unknown, now)
        return
    _write(session, matter, seats, named, needed)
    call_next(session, read_matter(session, matter.task.id, ticket.id, service_at), company, now)


def _write(session: Session, matter: Matter, seats: Seats, named: Any, needed: int) -> None:
    expressions = {one: expression for expression, people in named.items() for one in people}
    for place, seat in enumerate(seats.seats):
        for chosen in seat:
            session.add(row_of(matter, place, needed, chosen, expressions.get(chosen.instead_of or chosen.person_id)))
    session.flush()


def row_of(matter: Matter, place: int, needed: int, chosen: Chosen, expression: str | None) -> ApproverRow:
    return ApproverRow(
        task_id=matter.task.id,
        seat=place,
        needed=needed,
        person_id=chosen.person_id,
        instead_of_id=chosen.instead_of,
        expression=expression or "",
        voice=Voice.NEXT,
        link_key=token_bytes(32),
    )


def call_next(session: Session, matter: Matter, company: Company, now: datetime) -> None:
    """Ask those whose turn has come and who were not asked yet."""
    places = turns(matter.verdicts, in_turn=matter.approval.order is Order.IN_TURN)
    rows = [row for place in places for row in matter.seats[place] if row.voice is Voice.NEXT]
    call(session, matter, rows, company, now)


def call(session: Session, matter: Matter, rows: Sequence[ApproverRow], company: Company, now: datetime) -> None:
    """Ask them, each or their deputy, by mail, and have everybody on the ticket see who is asked."""
    if not rows:
        return
    for row in rows:
        row.voice, row.asked_id = Voice.ASKED, speaker(row.person_id, company)
        row.asked_at, row.remind_at = now, after(session, matter.approval.remind, now)
        row.ends_at = after(session, matter.approval.expires, now)
    session.flush()
    for row in rows:
        enqueue(
            session,
            "mail.approval_asked",
            {"approver_id": row.id, "ticket_id": matter.ticket.id, "cause": now.isoformat()},
        )
    names = names_of(session, [one for row in rows for one in (row.asked_id, row.person_id, row.instead_of_id)])
    whys = [_why(row, names) for row in rows]
    say_why(session, matter, whys, keep=True)
    people = joined([names[row.asked_id] for row in rows if row.asked_id])
    tell(session, matter.task, "approval_asked", None, now, people=people)


def _why(row: ApproverRow, names: dict[int, str]) -> Why:
    asked = names.get(row.asked_id or 0, "")
    if row.asked_id != row.person_id:
        return Why(Kind.ASSIGN_STANDS_IN, {"person": asked, "away": names[row.person_id]})
    if row.instead_of_id is not None:
        return Why(Kind.APPROVER_UP, {"person": asked, "instead": names.get(row.instead_of_id, "")})
    return Why(Kind.APPROVER, {"person": asked})


def say_why(session: Session, matter: Matter, whys: Collection[Why], *, keep: bool) -> None:
    task_whys = session.scalar(select(TaskRow.why).where(TaskRow.id == matter.task.id)) or []
    kept = [one for one in task_whys if keep or not about_approvers(Why(str(one.get("kind"))))]
    told = [document(why) for why in whys]
    session.execute(update(TaskRow).where(TaskRow.id == matter.task.id).values(why=[*kept, *told]))


def give_to_desk(session: Session, matter: Matter, kind: Kind, given: dict[str, Given], now: datetime) -> None:
    """The desk decides where nobody else can, and everybody sees why."""
    withdraw(session, matter.task.id, also=COUNTED)
    desk_id, title = session.execute(select(QueueRow.id, QueueRow.title).where(QueueRow.key == DESK)).one()
    session.execute(update(TaskRow).where(TaskRow.id == matter.task.id).values(queue_id=desk_id))
    say_why(session, matter, [Why(kind, {"queue": title, **given})], keep=False)
    tell(session, matter.task, "approval_at_desk", None, now, queue=DESK)
