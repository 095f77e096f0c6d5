"""What events say happened to openings after they were made: moves between queues, and reopenings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from spoc.db.tickets import EventRow
from spoc.reports.opening import Handoff, Reopening
from spoc.reports.scope import any_of, of_what_counts

_KINDS = ("placed", "handed_off", "reopened", "ticket_reopened")


@dataclass(frozen=True)
class Happened:
    """One event as reports read it. `ask_id` is None for what happened to the ticket as a whole."""

    kind: str
    at: datetime
    ask_id: int | None
    task_id: int | None
    actor_id: int | None
    what: Mapping[str, Any]


def read_happened(session: Session, ticket_ids: Iterable[int], now: datetime) -> Mapping[int, tuple[Happened, ...]]:
    """The events of each ticket that reports look at, in order, up to `now`."""
    rows = session.execute(
        select(
            EventRow.ticket_id,
            EventRow.kind,
            EventRow.at,
            EventRow.ask_id,
            EventRow.task_id,
            EventRow.actor_id,
            EventRow.what,
        )
        .where(EventRow.ticket_id == any_of(ticket_ids), EventRow.kind.in_(_KINDS), EventRow.at <= now)
        .where(of_what_counts())
        .order_by(EventRow.ticket_id, EventRow.number)
    )
    tickets: defaultdict[int, list[Happened]] = defaultdict(list)
    for row in rows:
        tickets[row.ticket_id].append(_happened(row))
    return {ticket_id: tuple(events) for ticket_id, events in tickets.items()}


def _happened(row: Row[Any]) -> Happened:
    return Happened(row.kind, row.at, row.ask_id, row.task_id, row.actor_id, row.what)


def handoffs(events: Sequence[Happened], ask_id: int) -> tuple[Handoff, ...]:
    """Moves of the ask's tasks to another queue, and tasks added in a queue that had none of it at opening.

    What was placed with the first placement is the plan; whatever is placed later was added.
    """
    own = [event for event in events if event.ask_id == ask_id]
    moved = _moved([event for event in own if event.kind == "handed_off"])
    return tuple(
        sorted([*moved, *_added([event for event in own if event.kind == "placed"])], key=lambda move: move.at)
    )


def _moved(events: Iterable[Happened]) -> list[Handoff]:
    had: defaultdict[int | None, set[object]] = defaultdict(set)
    moves = []
    for event in events:
        source, target = event.what.get("from"), event.what.get("to")
        had[event.task_id].add(source)
        if source != target:
            back = target in had[event.task_id]
            moves.append(Handoff(event.at, warm=event.what.get("warm") is True, back=back))
    return moves


def _added(placed: Sequence[Happened]) -> list[Handoff]:
    at_first = min((event.at for event in placed), default=None)
    planned = {event.what.get("queue") for event in placed if event.at == at_first}
    later = (event for event in placed if event.at != at_first and event.what.get("queue"))
    return [Handoff(event.at) for event in later if event.what["queue"] not in planned]


def reopenings(events: Sequence[Happened], ask_id: int, resolved_at: datetime | None) -> tuple[Reopening, ...]:
    """When the ask was taken up again after it was first resolved.

    A task that is taken up again names its ask; a ticket that is reopened without one opens all of them.
    """
    if resolved_at is None:
        return ()
    named = {event.at for event in events if event.kind == "reopened"}
    whole = [
        event for event in events if event.kind == "ticket_reopened" and event.ask_id is None and event.at not in named
    ]
    own = [event for event in events if event.ask_id == ask_id and event.kind in ("reopened", "ticket_reopened")]
    return tuple(Reopening(event.at, _is_automatic(event)) for event in (*own, *whole) if event.at >= resolved_at)


def _is_automatic(event: Happened) -> bool:
    """A machine did it, such as an auto-reply: no person stands behind it, or the event says so."""
    return event.actor_id is None or event.what.get("automatic") is True
