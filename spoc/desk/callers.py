"""What somebody who calls may be calling about: their open and recent tickets, as far as the agent sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from routing.visibility import Actor, may_open
from routing.work import TicketState
from spoc.db.people import PersonRow
from spoc.db.tickets import TicketRow
from spoc.db.visible import visible_tickets, works_on
from spoc.desk.follow import OVER
from spoc.desk.reader import title_for
from spoc.desk.ticket_rows import read_tickets

RECENT = timedelta(days=30)
MOST = 8


@dataclass(frozen=True)
class Recent:
    reference: str
    title: str
    state: TicketState
    opened_at: datetime


def recent_tickets(session: Session, actor: Actor, mail: str, now: datetime) -> tuple[Recent, ...]:
    """The person's tickets that are open or were resolved lately, newest first, `MOST` at most."""
    wanted = (
        select(TicketRow.id)
        .join(PersonRow, PersonRow.id == TicketRow.requester_id)
        .where(func.lower(PersonRow.mail) == mail.strip().lower(), works_on(actor))
        .where(or_(TicketRow.state.not_in(OVER), TicketRow.resolved_at > now - RECENT))
    )
    ids = session.scalars(wanted.order_by(TicketRow.opened_at.desc()).limit(MOST)).all()
    found = {ticket.id: ticket for ticket in read_tickets(session, ids)}
    seen = [found[id_] for id_ in ids if may_open(actor, found[id_].view)]
    return tuple(Recent(one.reference, title_for(actor, one), one.state, one.opened_at) for one in seen)


def can_open(session: Session, actor: Actor, reference: str) -> bool:
    """Whether the actor may open it: an agent may log a call that then is only HR's."""
    return (
        session.scalar(select(TicketRow.id).where(TicketRow.reference == reference, visible_tickets(actor))) is not None
    )
