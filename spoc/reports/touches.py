"""Contacts as reports read them: what each is about, and of which kind it is once openings have been linked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, union
from sqlalchemy.orm import Session, aliased

from routing.work import ContactKind, RepeatCause
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.reports.opening import COUNTING, Contact
from spoc.reports.question import Question
from spoc.reports.scope import any_of, counted_for, covered, first_queue, is_confidential


@dataclass(frozen=True)
class Line:
    """One inbound contact, made for the opening `ask_id` and about `about_id`, which may be an earlier one."""

    id: int
    ticket_id: int
    ask_id: int
    about_id: int
    contact: Contact

    @property
    def may_open(self) -> bool:
        """Whether it can be the contact that made its opening: a first one, or a repeat of an earlier opening."""
        return self.contact.kind is ContactKind.FIRST or self.about_id != self.ask_id


@dataclass(frozen=True)
class Touch:
    """One counting contact of a period with the opening it was made for; `confidential` as that opening's ticket."""

    contact: Contact
    ask_id: int
    about_id: int
    ticket_id: int
    reference: str
    service_key: str
    service_title: str
    queue_key: str | None
    confidential: bool


_Earlier = aliased(AskRow, name="earlier")
"""The opening that a contact, or the ask it opened, repeats."""

_COLUMNS = (
    ContactRow.id,
    ContactRow.ticket_id,
    ContactRow.ask_id,
    ContactRow.about_ask_id,
    ContactRow.kind,
    ContactRow.cause,
    ContactRow.channel,
    ContactRow.tier,
    ContactRow.started_at,
    ContactRow.ended_at,
    ContactRow.late_logged,
    AskRow.same_issue_of_id,
    _Earlier.excluded.is_not(None).label("of_none"),
)


def _counting(question: Question, now: datetime) -> list[ColumnElement[bool]]:
    """Inbound contacts from the requester's side, of real openings, as far as the reader's figures count them."""
    real = AskRow.excluded.is_(None)
    happened = ContactRow.started_at <= now
    return [ContactRow.direction == "in", ContactRow.kind.in_(COUNTING), happened, real, counted_for(question.actor)]


def _joined(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS, *columns)
        .join(AskRow, AskRow.id == ContactRow.ask_id)
        .join(TicketRow, TicketRow.id == ContactRow.ticket_id)
        .outerjoin(_Earlier, _Earlier.id == func.coalesce(ContactRow.about_ask_id, AskRow.same_issue_of_id))
    )


def lines_about(
    session: Session, question: Question, ask_ids: Iterable[int], ticket_ids: Iterable[int], now: datetime
) -> tuple[Line, ...]:
    """Every counting contact on the tickets, and on any other ticket about the openings, in order of time."""
    ids, tickets = any_of(ask_ids), any_of(ticket_ids)
    wanted = union(
        select(ContactRow.id).where(ContactRow.ticket_id == tickets),
        select(ContactRow.id).where(ContactRow.about_ask_id == ids),
        select(ContactRow.id).join(AskRow, AskRow.id == ContactRow.ask_id).where(AskRow.same_issue_of_id == ids),
    )
    which = [ContactRow.id.in_(wanted), *_counting(question, now)]
    rows = session.execute(_joined().where(*which).order_by(ContactRow.started_at, ContactRow.id))
    return tuple(_line(row) for row in rows)


def read_touches(session: Session, question: Question, now: datetime) -> tuple[Touch, ...]:
    """Counting contacts that took place in the period, whenever their opening was made, in order of time."""
    opening = (
        TicketRow.reference,
        AskRow.service_key,
        AskRow.service_title,
        first_queue(question.actor).label("queue_key"),
        is_confidential().label("confidential"),
    )
    period = [ContactRow.started_at >= question.start_at, ContactRow.started_at < question.end_at]
    which = [*period, *_counting(question, now), *covered(question)]
    if question.only.channel is not None:
        which.append(ContactRow.channel == question.only.channel)
    return tuple(
        _touch(row)
        for row in session.execute(_joined(*opening).where(*which).order_by(ContactRow.started_at, ContactRow.id))
    )


def _line(row: Row[Any]) -> Line:
    kind, cause, about_id = _meant(row)
    contact = Contact(
        kind=kind,
        channel=row.channel,
        at=row.started_at,
        ended_at=row.ended_at,
        tier=row.tier,
        cause=cause,
        late_logged=row.late_logged,
    )
    return Line(row.id, row.ticket_id, row.ask_id, about_id, contact)


def _meant(row: Row[Any]) -> tuple[ContactKind, RepeatCause | None, int]:
    """Kind, cause and which opening it is about. What repeats an opening that counts nowhere was asked first."""
    linked = row.kind is ContactKind.FIRST and row.same_issue_of_id is not None
    if row.of_none and (linked or row.about_ask_id is not None):
        return ContactKind.FIRST, None, row.ask_id
    if linked:
        return ContactKind.REPEAT, RepeatCause.ASKED_AGAIN, row.same_issue_of_id
    return row.kind, row.cause, row.about_ask_id or row.ask_id


def _touch(row: Row[Any]) -> Touch:
    line = _line(row)
    return Touch(
        contact=line.contact,
        ask_id=line.ask_id,
        about_id=line.about_id,
        ticket_id=line.ticket_id,
        reference=row.reference,
        service_key=row.service_key,
        service_title=row.service_title,
        queue_key=row.queue_key,
        confidential=row.confidential,
    )
