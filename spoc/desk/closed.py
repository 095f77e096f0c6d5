"""Who may still change what figures are made of: in a closed week, only a lead."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from routing.phrase import marked
from routing.visibility import Actor
from routing.work import DESK, ContactKind
from spoc.db.closed import any_closed
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow
from spoc.desk.ticket_rows import Ticket
from spoc.errors import NotAllowed

_COUNTING = (ContactKind.FIRST, ContactKind.RESPONSE, ContactKind.REPEAT)


def check_may_change(
    session: Session, actor: Actor, ticket: Ticket, touched: Iterable[datetime], now: datetime
) -> None:
    """Hold that every week in which a figure would change is open, or that a lead changes it.

    Raises:
        NotAllowed: one is closed and the actor leads neither the desk nor a queue of the ticket.
    """
    if not may_change(session, actor, ticket, touched, now):
        raise NotAllowed(marked("The figures of that week are closed: only a lead of the queue changes what counts."))


def may_change(session: Session, actor: Actor, ticket: Ticket, touched: Iterable[datetime], now: datetime) -> bool:
    return leads(actor, ticket) or not any_closed(session, touched, now)


def leads(actor: Actor, ticket: Ticket) -> bool:
    return bool(actor.leads & (ticket.view.queues | {DESK}))


def touched_by_kind(session: Session, contact_id: int) -> set[datetime]:
    """Instants whose weeks change with the contact's kind: when it took place, and see `_touched`."""
    return _touched(session, ContactRow.id == contact_id)


def touched_by_ask(session: Session, ask: AskRow) -> set[datetime]:
    """Instants whose weeks change with whether the ask counts: its own, and those of its contacts and its repeats'."""
    again = select(AskRow.id).where(AskRow.same_issue_of_id == ask.id)
    about = or_(ContactRow.ask_id == ask.id, ContactRow.about_ask_id == ask.id, ContactRow.ask_id.in_(again))
    return {ask.opened_at} | _touched(session, and_(about, ContactRow.kind.in_(_COUNTING)))


def _touched(session: Session, which: ColumnElement[bool]) -> set[datetime]:
    """When the inbound ones of these contacts took place, and the openings were made whose verdict they can change."""
    earlier = aliased(AskRow)
    linked = case((ContactRow.kind == ContactKind.FIRST, AskRow.same_issue_of_id))
    rows = session.execute(
        select(
            ContactRow.started_at,
            *(AskRow.opened_at, AskRow.first_resolved_at, AskRow.repeat_window_days),
            earlier.opened_at.label("earlier_at"),
            earlier.first_resolved_at.label("earlier_resolved_at"),
            earlier.repeat_window_days.label("earlier_days"),
        )
        .join(AskRow, AskRow.id == ContactRow.ask_id)
        .outerjoin(earlier, earlier.id == func.coalesce(ContactRow.about_ask_id, linked))
        .where(which, ContactRow.direction == "in")
    )
    return {at for row in rows for at in _instants(row)}


def _instants(row: Row[*tuple[Any, ...]]) -> Iterator[datetime]:
    """A contact after the window is over spoils nothing, and leaves the opening's week as it is."""
    yield row.started_at
    if _is_watched(row.started_at, row.first_resolved_at, row.repeat_window_days):
        yield row.opened_at
    if row.earlier_at is not None and _is_watched(row.started_at, row.earlier_resolved_at, row.earlier_days):
        yield row.earlier_at


def _is_watched(at: datetime, resolved_at: datetime | None, window_days: int) -> bool:
    return resolved_at is None or at <= resolved_at + timedelta(days=window_days)
