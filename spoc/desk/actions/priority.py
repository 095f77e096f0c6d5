"""How pressing a ticket is, where somebody who works on it knows better than the form did."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from routing.phrase import marked
from routing.visibility import Actor
from routing.work import PRIORITIES
from spoc.db.events import Happening, record
from spoc.db.tickets import TicketRow
from spoc.desk.errors import NothingSaid, UnknownPriority
from spoc.desk.found import take_ticket, works_on
from spoc.desk.reader import in_circle
from spoc.errors import NotAllowed

LONGEST: Final = 2000


def set_priority(session: Session, actor: Actor, reference: str, now: datetime, *, priority: str, why: str) -> None:
    """Give the ticket another priority; its agents read why, the requester does not.

    What is placed stays where it is, and due dates stay as promised. The same priority changes nothing.

    Raises:
        NotFound: there is no such ticket, or it is not the actor's to see.
        NotAllowed: they see it, but do not work on it.
        UnknownPriority, NothingSaid: there is no such priority, or no reason.
    """
    ticket = take_ticket(session, actor, reference)
    if not works_on(actor, ticket) or not in_circle(actor, ticket):
        raise NotAllowed(marked("Only those who work on the request change its priority."))
    if priority not in PRIORITIES:
        raise UnknownPriority
    if not why.strip():
        raise NothingSaid(marked("Write why the priority changes first."))
    if priority == ticket.priority:
        return
    session.execute(update(TicketRow).where(TicketRow.id == ticket.id).values(priority=priority))
    what = {"before": ticket.priority, "after": priority, "why": why.strip()[:LONGEST]}
    record(session, ticket.id, [Happening("priority_changed", actor_id=actor.person_id, what=what)], now)
