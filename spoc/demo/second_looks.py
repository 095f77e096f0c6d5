"""What turns out weeks later: closed weeks are stated on Mondays, a call was never written down, a repeat was none."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from routing.work import Channel, ContactKind, RepeatCause
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.demo.stage import Stage
from spoc.desk.contacts import Touch, log_contact
from spoc.desk.corrections import correct_kind
from spoc.reports.restating.stating import state_weeks

LONG_AGO: Final = timedelta(days=24)
"""So long before that the week is closed and stated."""
FORGOTTEN: Final = "Called again the day after, it had not helped. Found on my notepad, never written down."


def expect_second_looks(stage: Stage) -> None:
    """Put them on the agenda; a short history has no closed week, and nothing turns out."""
    for weeks in range((stage.ends_at - stage.begins_at) // timedelta(weeks=1)):
        day = stage.ends_at.date() - timedelta(days=stage.ends_at.weekday(), weeks=weeks)
        stage.agenda.add(datetime.combine(day, time(5), stage.facts.zone), _state)
    stage.agenda.add(stage.on(-4, time(16, 10)), partial(_remember_call, stage))
    stage.agenda.add(stage.on(-3, time(10, 20)), partial(_correct_repeat, stage))
    stage.agenda.add(stage.on(-2, time(6, 30)), _state)


def _state(session: Session, at: datetime) -> None:
    state_weeks(session, at)


def _remember_call(stage: Stage, session: Session, at: datetime) -> None:
    """About something that had counted as settled in the first contact."""
    asks = select(TicketRow.reference, AskRow.first_resolved_at).join_from(AskRow, TicketRow, _OF_TICKET)
    settled = (AskRow.eligible, AskRow.first_resolved_at < AskRow.opened_at + timedelta(minutes=20))
    found = session.execute(asks.where(*_long_ago(at), *settled).order_by(AskRow.id).limit(1)).one_or_none()
    if found is not None and found.first_resolved_at is not None:
        begins_at = found.first_resolved_at + timedelta(days=1)
        ends_at = begins_at + timedelta(minutes=4)
        touch = Touch(Channel.PHONE, ContactKind.REPEAT, RepeatCause.CHASED, begins_at, ends_at, 4, FORGOTTEN)
        log_contact(session, stage.players["agent.desk"].actor, found.reference, touch, at)


def _correct_repeat(stage: Stage, session: Session, at: datetime) -> None:
    """The lead reads the week's repeats once more: one had asked for something new, of the same service."""
    contacts = select(TicketRow.reference, ContactRow.public_id).join_from(AskRow, TicketRow, _OF_TICKET)
    repeats = contacts.join(ContactRow, ContactRow.ask_id == AskRow.id).where(
        ContactRow.kind == ContactKind.REPEAT,
        ContactRow.about_ask_id.is_not(None),
    )
    found = session.execute(repeats.where(*_long_ago(at)).order_by(ContactRow.id).limit(1)).one_or_none()
    if found is not None:
        lead = stage.players["lead"].actor
        correct_kind(session, lead, found.reference, found.public_id, at, kind=ContactKind.FIRST)


_OF_TICKET: Final = AskRow.ticket_id == TicketRow.id


def _long_ago(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Plain requests of a week that was closed and stated by the Monday before."""
    then = AskRow.opened_at.between(at - LONG_AGO - timedelta(days=7), at - LONG_AGO)
    return then, ~TicketRow.secret, TicketRow.confidential_to == [], AskRow.excluded.is_(None)
