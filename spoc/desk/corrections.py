"""Saying what kind of contact it really was, and with it that a new request was not the old one again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.phrase import marked
from routing.visibility import Actor
from routing.work import ContactKind, RepeatCause
from spoc.db.contacts import ContactRow
from spoc.db.events import Happening, record
from spoc.db.tickets import AskRow
from spoc.desk.closed import check_may_change, touched_by_kind
from spoc.desk.errors import NotAFirst
from spoc.desk.found import take_ticket, works_on
from spoc.errors import NotFound


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
        NotAllowed: a week whose figures it changes is closed and the actor leads no queue of the ticket.
    """
    ticket = take_ticket(session, actor, reference)
    found = select(ContactRow).where(ContactRow.public_id == contact_id, ContactRow.ticket_id == ticket.id)
    contact = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if contact is None or not works_on(actor, ticket):
        raise NotFound(marked("There is no such contact."))
    if kind is ContactKind.FIRST and contact.about_ask_id is None:
        raise NotAFirst
    check_may_change(session, actor, ticket, touched_by_kind(session, contact.id), now)
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
