"""Recording what happened. Whoever records holds the ticket's lock until the transaction ends."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from routing.phrase import marked
from spoc.db.tickets import EventRow, TicketRow
from spoc.errors import Unavailable


@dataclass(frozen=True)
class Happening:
    """One event to be recorded. `public`: the requester may be told; `what`: JSON, never a secret answer."""

    kind: str
    actor_id: int | None = None
    ask_id: int | None = None
    task_id: int | None = None
    public: bool = False
    confidential_to: tuple[str, ...] = ()
    what: dict[str, Any] = field(default_factory=dict)


class TicketBusy(Unavailable):
    """Others were changing the ticket for as long as somebody waited to."""

    code = "ticket_busy"
    template = marked(
        "Others are changing this request at the moment, so nothing was changed for you. Try again in a few seconds."
    )


def lock(session: Session, ticket_id: int) -> None:
    """Wait for the ticket. Every use case that changes one takes this lock first, so none can deadlock.

    Rows that only refer to the ticket can be written meanwhile: the clocks' job holds tasks while it does.

    Raises:
        TicketBusy: it took too long; the transaction can only be rolled back.
    """
    try:
        session.execute(select(TicketRow.id).where(TicketRow.id == ticket_id).with_for_update(key_share=True))
    except OperationalError as waited:
        # `lock_timeout` counts each wait of the statement anew, `statement_timeout` all of them together.
        if isinstance(waited.orig, LockNotAvailable | QueryCanceled):
            raise TicketBusy from waited
        raise


def lock_if_free(session: Session, ticket: str | int) -> bool:
    """As `lock`, by reference or id, without waiting; False if somebody has the ticket, or there is none."""
    which = TicketRow.id == ticket if isinstance(ticket, int) else TicketRow.reference == ticket
    free = select(TicketRow.id).where(which).with_for_update(key_share=True, skip_locked=True)
    return session.scalar(free) is not None


def record(session: Session, ticket_id: int, happenings: list[Happening], now: datetime) -> None:
    """Append events to the ticket's log, numbered on without a gap, in the order given."""
    if not happenings:
        return
    last = session.scalar(
        update(TicketRow)
        .where(TicketRow.id == ticket_id)
        .values(event_count=TicketRow.event_count + len(happenings))
        .returning(TicketRow.event_count)
    )
    if last is None:
        raise LookupError(f"ticket row {ticket_id}")
    first = last - len(happenings) + 1
    session.execute(
        insert(EventRow),
        [
            {
                "ticket_id": ticket_id,
                "number": first + place,
                "kind": one.kind,
                "at": now,
                "actor_id": one.actor_id,
                "ask_id": one.ask_id,
                "task_id": one.task_id,
                "public": one.public,
                "confidential_to": list(one.confidential_to),
                "what": one.what,
            }
            for place, one in enumerate(happenings)
        ],
    )
