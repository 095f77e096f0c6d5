"""Leaving an ask out of every figure, because nobody really asked; and counting it again. Its work goes on as it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from routing.phrase import marked
from routing.visibility import Actor
from routing.work import DESK, SAID, LeftOutAs, Said
from spoc.db.events import Happening, lock, record
from spoc.db.tickets import AskRow, EventRow, TicketRow
from spoc.db.visible import works_on as sees_as_agent
from spoc.desk.closed import check_may_change, leads, touched_by_ask
from spoc.desk.errors import NotTheSame
from spoc.desk.found import find_ticket, works_on
from spoc.desk.reader import in_circle
from spoc.desk.ticket_page import Twin
from spoc.desk.ticket_rows import Ticket
from spoc.errors import NotAllowed, NotFound

NEARBY = timedelta(days=2)
"""How far apart two asks may lie that a page offers as the same one."""
MOST_OFFERED = 8


def leave_out(
    session: Session,
    actor: Actor,
    reference: str,
    ask_id: UUID,
    now: datetime,
    *,
    reason: Said,
    of: str = "",
    words: str = "",
) -> None:
    """Say that the ask is spam, a test, or the same as the ticket `of`. Said the same again, nothing happens.

    Raises:
        NotFound: there is no such ticket or ask, or it is not the actor's to see.
        NotAllowed: the actor is neither of the desk nor a lead on the ticket, agents' own asks never count, or a week
            whose figures it changes is closed and the actor leads no queue of the ticket.
        NotTheSame: a duplicate names no other ticket of its requester that the actor sees and that counts.
    """
    ticket, twin = _taken(session, actor, reference, of if reason is LeftOutAs.DUPLICATE else None)
    ask = _ask(session, ticket, ask_id)
    what = {"reason": reason, "of": twin.reference if twin else None, "words": words.strip()}
    if ask.excluded is not None and said_of(session, ask.id) == what:
        return
    if twin is not None and not _counts(session, twin.id):
        raise NotTheSame
    check_may_change(session, actor, ticket, touched_by_ask(session, ask), now)
    session.execute(update(AskRow).where(AskRow.id == ask.id).values(excluded=reason))
    record(session, ticket.id, [Happening("left_out", actor_id=actor.person_id, ask_id=ask.id, what=what)], now)


def count_again(
    session: Session, actor: Actor, reference: str, ask_id: UUID, now: datetime, *, words: str = ""
) -> None:
    """Take back that the ask was left out; nothing happens to one that counts. Errors as `leave_out`."""
    ticket, _ = _taken(session, actor, reference, None)
    ask = _ask(session, ticket, ask_id)
    if ask.excluded is None:
        return
    check_may_change(session, actor, ticket, touched_by_ask(session, ask), now)
    what = {"reason": ask.excluded, "words": words.strip()}
    session.execute(update(AskRow).where(AskRow.id == ask.id).values(excluded=None))
    record(session, ticket.id, [Happening("counted_again", actor_id=actor.person_id, ask_id=ask.id, what=what)], now)


def may_leave_out(actor: Actor, ticket: Ticket) -> bool:
    """Of those who work on the ticket and see all of it: the desk, and leads."""
    entitled = DESK in actor.memberships or leads(actor, ticket)
    return entitled and works_on(actor, ticket) and in_circle(actor, ticket)


def is_by_rule(excluded: str | None) -> bool:
    """Whether the ask counts nowhere since it was made, which nobody takes back."""
    return excluded is not None and excluded not in SAID


def said_of(session: Session, ask_id: int) -> Mapping[str, Any]:
    """Reason, other reference and words with which the ask was last left out; empty if it never was."""
    said = select(EventRow.what).where(EventRow.ask_id == ask_id, EventRow.kind == "left_out")
    here = EventRow.ticket_id == select(AskRow.ticket_id).where(AskRow.id == ask_id).scalar_subquery()
    return session.scalar(said.where(here).order_by(EventRow.number.desc()).limit(1)) or {}


def twins_of(session: Session, actor: Actor, ticket: Ticket) -> tuple[Twin, ...]:
    """What the ask of this ticket may be the same as: asked at nearly the same time, nearest first."""
    near = TicketRow.opened_at.between(ticket.opened_at - NEARBY, ticket.opened_at + NEARBY)
    apart = func.abs(func.extract("epoch", TicketRow.opened_at) - ticket.opened_at.timestamp())
    wanted = select(TicketRow.reference, TicketRow.title).where(_like(ticket), near, sees_as_agent(actor))
    rows = session.execute(wanted.where(_has_counting()).order_by(apart).limit(MOST_OFFERED))
    return tuple(Twin(row.reference, row.title) for row in rows)


def _taken(session: Session, actor: Actor, reference: str, of: str | None) -> tuple[Ticket, Ticket | None]:
    """The ticket, and the other that it is said to be the same as, as they stand behind their locks.

    They are taken in the order of ids: two that are said to be each other at once would wait for each other for ever.
    """
    for ticket_id in sorted(one.id for one in _found(session, actor, reference, of) if one):
        lock(session, ticket_id)
    return _found(session, actor, reference, of)


def _found(session: Session, actor: Actor, reference: str, of: str | None) -> tuple[Ticket, Ticket | None]:
    ticket = _own_work(session, actor, reference)
    return ticket, _twin(session, actor, ticket, of) if of is not None else None


def _own_work(session: Session, actor: Actor, reference: str) -> Ticket:
    ticket = find_ticket(session, actor, reference)
    if not may_leave_out(actor, ticket):
        raise NotAllowed(marked("Only the desk, and leads who work on a request, say that it counts in no figure."))
    return ticket


def _ask(session: Session, ticket: Ticket, ask_id: UUID) -> AskRow:
    """The ask as it stands behind the lock, if people say of it what it counts as."""
    wanted = select(AskRow).where(AskRow.public_id == ask_id, AskRow.ticket_id == ticket.id)
    ask = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if ask is None:
        raise NotFound(marked("There is no such request."))
    if is_by_rule(ask.excluded):
        raise NotAllowed(marked("What agents ask for themselves counts in no figure, whatever it is."))
    return ask


def _twin(session: Session, actor: Actor, ticket: Ticket, reference: str) -> Ticket:
    try:
        twin = find_ticket(session, actor, reference.strip().upper())
    except NotFound:
        raise NotTheSame from None
    same = session.scalar(select(TicketRow.id).where(TicketRow.id == twin.id, _like(ticket)))
    if same is None or not works_on(actor, twin):
        raise NotTheSame
    return twin


def _like(ticket: Ticket) -> ColumnElement[bool]:
    """Another ticket of the same person in the same circle, so that whoever reads of one may know of the other."""
    return (
        (TicketRow.id != ticket.id)
        & (TicketRow.requester_id == ticket.requester_id)
        & (TicketRow.secret == ticket.secret)
        & (TicketRow.confidential_to == list(ticket.confidential_to))
    )


def _has_counting() -> ColumnElement[bool]:
    return exists(select(AskRow.id).where(AskRow.ticket_id == TicketRow.id, AskRow.excluded.is_(None)))


def _counts(session: Session, ticket_id: int) -> bool:
    """Whether an ask of it still counts: of two that name each other, both would vanish."""
    return session.scalar(select(TicketRow.id).where(TicketRow.id == ticket_id, _has_counting())) is not None
