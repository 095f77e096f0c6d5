"""Late facts: what was recorded about a week's openings and contacts after its figures had been stated."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow, EventRow, TicketRow
from spoc.reports.definitions import VERSION
from spoc.reports.opening import COUNTING
from spoc.reports.question import Question
from spoc.reports.restating.measured_by import read_settings, read_working_time
from spoc.reports.restating.statement import Late, LateKind, Measure, Stated
from spoc.reports.scope import counted_for

OVERLAP: Final = timedelta(minutes=1)
"""A request that began before the statement may have been committed after it was made."""
MOST: Final = 200
EVENTS: Final = (LateKind.KIND_CORRECTED, LateKind.LEFT_OUT, LateKind.COUNTED_AGAIN)


def late_facts(
    session: Session, week: Question, before: Stated, measures: Iterable[Measure], now: datetime
) -> tuple[Late, ...]:
    """What can have changed these measures of the week since the statement `before`, oldest first, `MOST` at most."""
    since = before.at - OVERLAP
    found = [
        *_events(session, week, since),
        *_contacts(session, week, before.at),
        *read_settings(session, week, since, MOST, costs=Measure.REPEAT_COST in set(measures)),
        *read_working_time(session, since, MOST),
    ]
    new = [late for late in found if late not in before.because]
    if before.version != VERSION:
        new.append(Late(LateKind.DEFINITION, now))
    return tuple(sorted(new, key=lambda late: late.at)[:MOST])


def _within(week: Question) -> ColumnElement[bool]:
    return and_(AskRow.opened_at >= week.start_at, AskRow.opened_at < week.end_at)


def _openings(week: Question) -> Select[int]:
    """Ids of the openings of the week."""
    return select(AskRow.id).where(_within(week)).correlate(None)


def _took_place(week: Question) -> ColumnElement[bool]:
    return and_(ContactRow.started_at >= week.start_at, ContactRow.started_at < week.end_at)


def _events(session: Session, week: Question, since: datetime) -> list[Late]:
    touching = union(
        _openings(week),
        select(AskRow.id).where(AskRow.same_issue_of_id.in_(_openings(week))),
        select(ContactRow.ask_id).where(_took_place(week)),
    )
    rows = session.execute(
        select(EventRow.kind, EventRow.at, EventRow.actor_id, EventRow.ticket_id)
        .join(TicketRow, TicketRow.id == EventRow.ticket_id)
        .where(EventRow.kind.in_(EVENTS), EventRow.at > since, counted_for(week.actor))
        .where(or_(EventRow.ask_id.in_(touching), _unlinked_from(week)))
        .order_by(EventRow.at, EventRow.id)
        .limit(MOST)
    )
    return [Late(LateKind(row.kind), row.at, row.actor_id, row.ticket_id) for row in rows]


def _unlinked_from(week: Question) -> ColumnElement[bool]:
    """The correction took a link back, which had led to an opening of the same person and service."""
    later, earlier = aliased(AskRow), aliased(AskRow)
    same = and_(
        earlier.requester_id == later.requester_id,
        earlier.service_key == later.service_key,
        earlier.opened_at >= week.start_at,
        earlier.opened_at < week.end_at,
    )
    pair = select(later.id).join(earlier, same).where(later.id == EventRow.ask_id)
    return and_(EventRow.what.has_key("unlinked"), exists(pair.correlate(EventRow)))


def _contacts(session: Session, week: Question, since: datetime) -> list[Late]:
    """Contacts that had taken place before the statement and were written down after it, with who wrote them down.

    What a requester did by themselves around the statement is no late fact: it would name them to managers.
    """
    openings = _openings(week)
    wanted = union(
        select(ContactRow.id).where(_took_place(week)),
        select(ContactRow.id).where(ContactRow.ask_id.in_(openings)),
        select(ContactRow.id).where(ContactRow.about_ask_id.in_(openings)),
        select(ContactRow.id).join(AskRow, AskRow.id == ContactRow.ask_id).where(AskRow.same_issue_of_id.in_(openings)),
    )
    rows = session.execute(
        select(ContactRow.recorded_at, ContactRow.agent_id, ContactRow.ticket_id)
        .join(TicketRow, TicketRow.id == ContactRow.ticket_id)
        .where(ContactRow.recorded_at > since - OVERLAP, ContactRow.started_at <= since)
        .where(or_(ContactRow.late_logged, ContactRow.agent_id.is_not(None)))
        .where(ContactRow.direction == "in", ContactRow.kind.in_(COUNTING), counted_for(week.actor))
        .where(ContactRow.id.in_(wanted))
        .order_by(ContactRow.recorded_at, ContactRow.id)
        .limit(MOST)
    )
    return [Late(LateKind.CONTACT_LOGGED, row.recorded_at, row.agent_id, row.ticket_id) for row in rows]
