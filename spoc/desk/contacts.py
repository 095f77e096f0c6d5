"""Contacts after the first: who came back, how and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from routing.phrase import marked
from routing.visibility import Actor
from routing.work import Channel, ContactKind, RepeatCause
from spoc.db.contacts import ContactRow
from spoc.db.events import Happening, record
from spoc.db.tickets import AskRow, TicketRow
from spoc.desk.errors import NotAFirst, NotLater
from spoc.desk.follow import OVER, follow
from spoc.desk.found import take_own_ticket, take_ticket, tier, works_on
from spoc.desk.pauses import end_hold
from spoc.desk.ticket_rows import Ticket
from spoc.errors import NotAllowed

LATE_AFTER = timedelta(minutes=15)
"""A contact written down longer than this after it ended is marked as logged late."""


@dataclass(frozen=True)
class Touch:
    """One contact as it took place. Without a `kind` it is taken from where the ticket stands."""

    channel: Channel
    kind: ContactKind | None = None
    cause: RepeatCause | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    minutes: float | None = None
    note: str = ""


def log_contact(session: Session, actor: Actor, reference: str, touch: Touch, now: datetime) -> UUID:
    """Write down that the requester came to an agent about their ticket; returns the contact's public id.

    Without a kind: an answer if the ticket waits for them, else a repeat. An answer ends the holds that waited for it.

    Raises:
        NotFound: there is no such ticket, or it is not the actor's to see.
        NotAllowed: the actor does not work on it.
        NotAFirst: it was to count as the contact that opened the ticket.
        NotLater: the contact lies in the future, before the ticket was opened, or ends before it begins.
    """
    if touch.kind is ContactKind.FIRST:
        raise NotAFirst
    ticket = take_ticket(session, actor, reference)
    if not works_on(actor, ticket):
        raise NotAllowed(marked("Only those who work on a request log contacts about it."))
    touch = _timed(touch, ticket.opened_at, now)
    kind, _ = kind_of(ticket, touch)
    public_id = write_contact(session, ticket, actor, touch, now, agent_id=actor.person_id)
    if kind is ContactKind.RESPONSE:
        end_waiting(session, ticket, actor.person_id, now, touch.ended_at)
    return public_id


def note_on_first(session: Session, reference: str, note: str) -> None:
    """Keep with the contact that opened a ticket what its agent wrote down; only those who work on it read that."""
    of_ticket = select(func.min(ContactRow.id)).join(TicketRow).where(TicketRow.reference == reference)
    session.execute(update(ContactRow).where(ContactRow.id == of_ticket.scalar_subquery()).values(note=note.strip()))


def ask_for_news(session: Session, actor: Actor, reference: str, now: datetime, *, channel: Channel) -> None:
    """The requester wants to know where it stands: a repeat contact, and desk and queues see it.

    Raises:
        NotFound, NotAllowed: as `take_own_ticket`.
    """
    ticket = take_own_ticket(session, actor, reference)
    touch = Touch(channel, ContactKind.REPEAT, RepeatCause.CHASED, started_at=now, ended_at=now)
    write_contact(session, ticket, actor, touch, now)


def end_waiting(
    session: Session, ticket: Ticket, actor_id: int, now: datetime, answered_at: datetime | None = None
) -> None:
    """The requester has answered: whatever waited for them goes on, from when they did."""
    for task in ticket.tasks:
        if task.waits_for_requester:
            end_hold(session, task, actor_id, now, answered_at)
    follow(session, ticket.id, actor_id, now)


def kind_of(ticket: Ticket, touch: Touch) -> tuple[ContactKind, RepeatCause | None]:
    """What the contact counts as, if nobody said: an answer where one was asked for, else a repeat."""
    if touch.kind is not None and touch.kind is not ContactKind.REPEAT:
        return touch.kind, None
    if touch.kind is None and any(task.waits_for_requester for task in ticket.tasks):
        return ContactKind.RESPONSE, None
    guess = RepeatCause.ASKED_AGAIN if ticket.state in OVER else RepeatCause.CHASED
    return ContactKind.REPEAT, touch.cause or guess


def write_contact(
    session: Session,
    ticket: Ticket,
    actor: Actor,
    touch: Touch,
    now: datetime,
    *,
    ask_id: int | None = None,
    agent_id: int | None = None,
) -> UUID:
    """Store the contact and its event. It is the requester's where an agent logs it, else the actor's own."""
    kind, cause = kind_of(ticket, touch)
    person_id = ticket.requester_id if agent_id else actor.person_id
    ask_id = ask_id or _ask_of(session, ticket)
    ended_at = touch.ended_at
    row = ContactRow(
        ticket_id=ticket.id,
        ask_id=ask_id,
        person_id=person_id,
        agent_id=agent_id,
        channel=touch.channel,
        kind=kind,
        cause=cause,
        tier=tier(actor) if agent_id else 1,
        started_at=touch.started_at or now,
        ended_at=ended_at,
        recorded_at=now,
        handling_minutes=touch.minutes,
        late_logged=ended_at is not None and now - ended_at > LATE_AFTER,
        note=touch.note.strip(),
    )
    session.add(row)
    session.flush()
    what = {"kind": kind, "channel": touch.channel, "minutes": touch.minutes, "cause": cause}
    happening = Happening("contact_logged", actor_id=actor.person_id, ask_id=ask_id, public=True, what=what)
    record(session, ticket.id, [happening], now)
    return row.public_id


def _ask_of(session: Session, ticket: Ticket) -> int:
    """The opening a contact is about, if it was not said: the first that is not resolved, else the first."""
    asks = select(AskRow.id).where(AskRow.ticket_id == ticket.id)
    return session.scalars(asks.order_by(AskRow.resolved_at.is_not(None), AskRow.position).limit(1)).one()


def _timed(touch: Touch, opened_at: datetime, now: datetime) -> Touch:
    """With both ends and minutes, as far as they follow from what is given. A contact that just ended ends now."""
    ended_at = touch.ended_at or now
    length = timedelta(minutes=touch.minutes or 0)
    started_at = touch.started_at or ended_at - length
    if ended_at > now or started_at > ended_at:
        raise NotLater(marked("A contact begins before it ends, and is not in the future."))
    if started_at < opened_at:
        raise NotLater(
            marked("A contact about a request begins after the request was opened: mend its times or its minutes.")
        )
    minutes = touch.minutes if touch.minutes is not None else round((ended_at - started_at) / timedelta(minutes=1), 1)
    return Touch(touch.channel, touch.kind, touch.cause, started_at, ended_at, minutes, touch.note)
