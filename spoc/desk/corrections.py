"""Saying what kind of contact it really was, and with it that a new request was not the old one again."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.visibility import Actor
from routing.work import DESK, ContactKind, RepeatCause
from spoc.db.contacts import ContactRow
from spoc.db.events import Happening, record
from spoc.db.people import OrganisationRow
from spoc.db.tickets import AskRow
from spoc.desk.errors import NotAFirst
from spoc.desk.found import take_ticket, works_on
from spoc.desk.ticket_rows import Ticket
from spoc.errors import NotAllowed, NotFound

GRACE = timedelta(days=3)
"""How long after the last window of a week its figures may still change without a lead."""


def correct_kind(
    session: Session,
    actor: Actor,
    reference: str,
    contact_id: UUID,
    now: datetime,
    *,
    kind: ContactKind,
    cause: RepeatCause | None = None,
) -> None:
    """Say what kind of contact it really was, as an event; a repeat without a cause counts as chased.

    If it opened a request that was taken for an earlier one again and is no repeat after all, the two are not linked
    any more; such a contact alone may become a first one.

    Raises:
        NotFound: the ticket has no such contact, or the actor does not work on it.
        NotAFirst: it did not open the request.
        NotAllowed: the figures of its week are closed and the actor leads no queue of the ticket.
    """
    ticket = take_ticket(session, actor, reference)
    found = select(ContactRow).where(ContactRow.public_id == contact_id, ContactRow.ticket_id == ticket.id)
    contact = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if contact is None or not works_on(actor, ticket):
        raise NotFound("There is no such contact.")
    if kind is ContactKind.FIRST and contact.about_ask_id is None:
        raise NotAFirst
    if _is_closed(session, contact.ask_id, now) and not _leads(actor, ticket):
        raise NotAllowed("The figures of that week are closed: only a lead of the queue corrects its contacts.")
    was = contact.kind
    contact.kind, contact.cause = kind, (cause or RepeatCause.CHASED) if kind is ContactKind.REPEAT else None
    unlinked = kind is not ContactKind.REPEAT and _unlink(session, contact)
    what = {"from": was, "to": kind, "cause": contact.cause} | ({"unlinked": True} if unlinked else {})
    corrected = Happening("kind_corrected", actor_id=actor.person_id, ask_id=contact.ask_id, what=what)
    record(session, ticket.id, [corrected], now)


def _unlink(session: Session, contact: ContactRow) -> bool:
    """Take back that the contact's opening repeats an earlier one; whether it did."""
    if contact.about_ask_id is None:
        return False
    contact.about_ask_id = None
    opened = update(AskRow).where(AskRow.id == contact.ask_id).values(same_issue_of_id=None, linked_by_id=None)
    session.execute(opened)
    return True


def _leads(actor: Actor, ticket: Ticket) -> bool:
    return bool(actor.leads & (ticket.view.queues | {DESK}))


def _is_closed(session: Session, ask_id: int, now: datetime) -> bool:
    """Whether the week in which it was opened can be reported for good: its window is over, and some days more."""
    wanted = select(AskRow.opened_at, AskRow.repeat_window_days).where(AskRow.id == ask_id)
    opened_at, window_days = session.execute(wanted).one()
    zone = ZoneInfo(session.scalar(select(OrganisationRow.time_zone)) or "UTC")
    opened_on = opened_at.astimezone(zone).date()
    week_ends_on = opened_on + timedelta(days=7 - opened_on.weekday())
    week_ends_at = datetime.combine(week_ends_on, time(), zone).astimezone(UTC)
    return now >= week_ends_at + timedelta(days=window_days) + GRACE
