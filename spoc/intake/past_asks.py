"""What was really asked for: the latest asks of a service that somebody may open, with the answers they may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pydantic import JsonValue
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from catalog.answers import named_people
from catalog.errors import UnknownService
from catalog.service import Service
from routing.visibility import Actor, TicketView, sees_answer
from routing.work import SAID
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from spoc.db.visible import visible_tickets
from spoc.intake.catalogue import service_at
from spoc.intake.people import Somebody, people_once_named

MOST: Final = 200


@dataclass(frozen=True)
class PastAsk:
    """One ask under the service as it was then. `people` are those it names, by mail in lower case.

    Answers that the reader may not see are left out, as if they had not been given; so is a confidential text.
    """

    reference: str
    opened_at: datetime
    service: Service
    answers: Mapping[str, JsonValue]
    requester: Somebody
    people: Mapping[str, Somebody]
    view: TicketView
    text: str


def latest_asks(session: Session, service_key: str, actor: Actor, most: int) -> tuple[PastAsk, ...]:
    """Newest first, `most` and never more than `MOST`. Spam, tests and duplicates are no real asks.

    Asks on tickets that the actor may not open do not exist for them: they take up no place among the latest.
    """
    asked = select(AskRow, TicketRow).join(TicketRow, TicketRow.id == AskRow.ticket_id)
    real = asked.where(AskRow.service_key == service_key, _is_real(), visible_tickets(actor))
    rows = session.execute(real.order_by(AskRow.opened_at.desc(), AskRow.id.desc()).limit(min(most, MOST))).all()
    views = _views(session, [ticket for _, ticket in rows])
    told = [(ask, ticket, _told(session, ask, actor, views[ticket.id])) for ask, ticket in rows]
    known = [(ask, ticket, *found) for ask, ticket, found in told if found is not None]
    people = _people(session, [(ask, service, answers) for ask, _, service, answers in known])
    by_mail = {one.mail.lower(): one for one in people.values()}
    return tuple(
        PastAsk(
            ticket.reference,
            ask.opened_at,
            service,
            answers,
            replace(people[ask.requester_id], department=ask.department),
            {mail: by_mail[mail] for mail in named_people(service, answers) if mail in by_mail},
            views[ticket.id],
            "" if ticket.secret or ticket.confidential_to else ask.text,
        )
        for ask, ticket, service, answers in known
    )


def _is_real() -> ColumnElement[bool]:
    """What agents and programs ask for themselves is real work, although it counts in no figure."""
    return or_(AskRow.excluded.is_(None), AskRow.excluded.not_in(SAID))


def _told(
    session: Session, ask: AskRow, actor: Actor, view: TicketView
) -> tuple[Service, Mapping[str, JsonValue]] | None:
    """The service as it was, and the answers that are the actor's to read; None if it was none of the catalogue's."""
    try:
        service = service_at(session, ask.catalogue_version_id, ask.service_key)
    except UnknownService:
        return None
    readable = {
        field.key: ask.answers[field.key]
        for field in service.form
        if field.key in ask.answers
        and sees_answer(actor, view, frozenset(field.confidential_to), field_secret=field.secret)
    }
    return service, readable


def _people(session: Session, asks: Sequence[tuple[AskRow, Service, Mapping[str, JsonValue]]]) -> dict[int, Somebody]:
    """Who asked, and whom the answers name; by id."""
    mails = {mail for _, service, answers in asks for mail in named_people(service, answers)}
    return {one.id: one for one in people_once_named(session, {ask.requester_id for ask, _, _ in asks}, mails)}


def _views(session: Session, tickets: Sequence[TicketRow]) -> dict[int, TicketView]:
    """What decides about sight, by ticket."""
    ids = {ticket.id for ticket in tickets}
    columns = select(TaskRow.ticket_id, TaskRow.person_id, TaskRow.secret, QueueRow.key.label("queue"))
    tasks = session.execute(
        columns.outerjoin(QueueRow, QueueRow.id == TaskRow.queue_id).where(TaskRow.ticket_id.in_(ids))
    ).all()
    return {
        ticket.id: TicketView(
            requester_id=ticket.requester_id,
            subject_id=ticket.subject_id,
            secret=ticket.secret,
            confidential_to=frozenset(ticket.confidential_to),
            queues=frozenset(one.queue for one in tasks if one.ticket_id == ticket.id and one.queue and not one.secret),
            people=frozenset(one.person_id for one in tasks if one.ticket_id == ticket.id and one.person_id),
            secretly=frozenset(one.queue for one in tasks if one.ticket_id == ticket.id and one.queue and one.secret),
        )
        for ticket in tickets
    }
