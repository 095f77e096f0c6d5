"""From rows to the values that measures take: the openings and contacts of a period, in four set-based queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from routing.calendars import Calendar
from routing.work import DESK, ContactKind
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.reports.history import Happened, handoffs, read_happened, reopenings
from spoc.reports.opening import SPOILING, Contact, Opening
from spoc.reports.question import Question
from spoc.reports.scope import any_of, covered, first_queue, is_confidential
from spoc.reports.touches import Line, Touch, lines_about, read_touches


@dataclass(frozen=True)
class Facts:
    """Openings made in the period, excluded ones too, oldest first; and counting contacts that took place in it.

    `others` are openings outside the period or the channel asked for that were taken back: contacts of theirs may
    lie within, and count only if the opening does.
    """

    openings: tuple[Opening, ...]
    touches: tuple[Touch, ...]
    others: tuple[Opening, ...]


def read_facts(session: Session, question: Question, calendar: Calendar, now: datetime) -> Facts:
    """All that the question covers and its actor's figures may count, as far as it had happened by `now`."""
    asks = session.execute(_asks(question, now).where(AskRow.opened_at >= question.start_at)).all()
    openings = _openings(session, question, asks, calendar, now)
    touches = read_touches(session, question, now)
    channel = question.only.channel
    wanted = tuple(one for one in openings if channel in (None, one.first.channel))
    elsewhere = {touch.ask_id for touch in touches} - {one.id for one in wanted}
    return Facts(wanted, touches, _taken_back(session, question, elsewhere, calendar, now))


def _taken_back(
    session: Session, question: Question, ask_ids: Iterable[int], calendar: Calendar, now: datetime
) -> tuple[Opening, ...]:
    which = [AskRow.id == any_of(ask_ids), AskRow.cancelled_at.is_not(None)]
    return _openings(session, question, session.execute(_asks(question, now).where(*which)).all(), calendar, now)


def _asks(question: Question, now: datetime) -> Select[*tuple[Any, ...]]:
    resolver = aliased(QueueRow)
    return (
        select(
            AskRow.id,
            AskRow.ticket_id,
            AskRow.service_key,
            AskRow.service_title,
            AskRow.eligible,
            AskRow.repeat_window_days,
            AskRow.opened_at,
            AskRow.first_resolved_at.label("resolved_at"),
            AskRow.cancelled_at,
            AskRow.refused,
            AskRow.excluded,
            TicketRow.reference,
            TicketRow.channel,
            is_confidential().label("confidential"),
            first_queue(question.actor).label("queue_key"),
            resolver.key.label("resolver_key"),
        )
        .join(TicketRow, TicketRow.id == AskRow.ticket_id)
        .outerjoin(resolver, resolver.id == AskRow.first_resolved_by_queue_id)
        .where(AskRow.opened_at < question.end_at, AskRow.opened_at <= now)
        .where(*covered(question))
        .order_by(AskRow.opened_at, AskRow.id)
    )


def _openings(
    session: Session, question: Question, asks: Sequence[Row[Any]], calendar: Calendar, now: datetime
) -> tuple[Opening, ...]:
    tickets = {ask.ticket_id for ask in asks}
    lines = lines_about(session, question, (ask.id for ask in asks), tickets, now)
    about, on = _by(lines, "about_id"), _by(lines, "ticket_id")
    events = read_happened(session, tickets, now)
    return tuple(
        _opening(ask, on[ask.ticket_id], about[ask.id], events.get(ask.ticket_id, ()), question, calendar)
        for ask in asks
    )


def _by(lines: Iterable[Line], name: str) -> defaultdict[int, list[Line]]:
    groups: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        groups[getattr(line, name)].append(line)
    return groups


def _opening(
    ask: Row[Any],
    on_ticket: Sequence[Line],
    about: Sequence[Line],
    events: Sequence[Happened],
    question: Question,
    calendar: Calendar,
) -> Opening:
    made_by = _made_by(ask, on_ticket)
    first = made_by.contact if made_by else Contact(ContactKind.FIRST, ask.channel, ask.opened_at)
    further = [line.contact for line in about if line != made_by and line.contact.kind in SPOILING]
    return Opening(
        id=ask.id,
        ticket_id=ask.ticket_id,
        reference=ask.reference,
        service_key=ask.service_key,
        service_title=ask.service_title,
        first=first,
        opened_at=ask.opened_at,
        calendar=calendar,
        window_days=question.window_days or ask.repeat_window_days,
        eligible=ask.eligible,
        queue_key=ask.queue_key,
        resolved_at=ask.resolved_at,
        resolved_by_desk=ask.resolver_key == DESK,
        contacts=tuple(further),
        handoffs=handoffs(events, ask.id),
        reopenings=reopenings(events, ask.id, ask.resolved_at),
        cancelled_at=ask.cancelled_at,
        refused=ask.refused,
        excluded=ask.excluded,
        confidential=ask.confidential,
    )


def _made_by(ask: Row[Any], on_ticket: Sequence[Line]) -> Line | None:
    """The contact that made the opening: its own first one, else the one that opened the ticket with all its asks."""
    able = [line for line in on_ticket if line.may_open]
    own = (line for line in able if line.ask_id == ask.id)
    return next(own, None) or next(iter(able), None)
