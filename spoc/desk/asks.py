"""What was asked, with the answers that a reader may see, in the words of the catalogue version it was asked under."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.answers import visible_fields
from catalog.service import Field, FieldKind, Service
from routing.visibility import Actor
from spoc.db.people import PersonRow
from spoc.db.tickets import AskRow
from spoc.desk.closed import may_change, touched_by_ask
from spoc.desk.leaving_out import is_by_rule, may_leave_out, said_of
from spoc.desk.reader import Reader
from spoc.desk.ticket_page import Answer, AskPart, LeftOut
from spoc.files.keeping import FileFacts, facts_by_id

Services = Callable[[int, str], Service]
"""The service of a catalogue version: version id, service key."""


def ask_parts(
    reader: Reader, asks: Sequence[AskRow], services: Services, session: Session, now: datetime
) -> tuple[AskPart, ...]:
    """The asks that the reader may know of, in the order they were asked."""
    found = [(ask, services(ask.catalogue_version_id, ask.service_key)) for ask in asks]
    seen = [(ask, service) for ask, service in found if sees_ask(reader, ask, service)]
    return tuple(_part(reader, ask, service, session, now) for ask, service in seen)


def sees_ask(reader: Reader, ask: AskRow, service: Service) -> bool:
    """Of a confidential service's ask: its requester, the service's queues, and who has a task of it."""
    if not service.confidential_to or reader.is_requester:
        return True
    if frozenset(service.confidential_to) & reader.actor.memberships:
        return True
    return any(task.ask_id == ask.id and reader.sees(task.part) for task in reader.ticket.tasks)


def _part(reader: Reader, ask: AskRow, service: Service, session: Session, now: datetime) -> AskPart:
    inside = knows_service(reader.actor, service) or reader.is_requester
    return AskPart(
        public_id=ask.public_id,
        service_key=ask.service_key if inside else "",
        service_title=ask.service_title if inside else "",
        text=ask.text if inside and (reader.is_requester or (reader.as_agent and reader.in_circle)) else "",
        answers=_answers(reader, ask, service, session),
        opened_at=ask.opened_at,
        promised_at=ask.promised_at,
        resolved_at=ask.resolved_at,
        cancelled_at=ask.cancelled_at,
        may_amend=may_amend(reader),
        left_out=_left_out(reader, ask, session),
        may_leave_out=_may_leave_out(reader, ask, session, now),
    )


def _may_leave_out(reader: Reader, ask: AskRow, session: Session, now: datetime) -> bool:
    """Whether the form that says so, or takes it back, would be taken."""
    if is_by_rule(ask.excluded) or not may_leave_out(reader.actor, reader.ticket):
        return False
    return may_change(session, reader.actor, reader.ticket, touched_by_ask(session, ask), now)


def may_amend(reader: Reader) -> bool:
    """Whoever asked, and those who work on it and see all of it."""
    return reader.is_requester or (reader.as_agent and reader.in_circle)


def _left_out(reader: Reader, ask: AskRow, session: Session) -> LeftOut | None:
    """Never told to whoever asked."""
    if ask.excluded is None or not (reader.as_agent and reader.in_circle):
        return None
    by_rule = is_by_rule(ask.excluded)
    said = {} if by_rule else said_of(session, ask.id)
    return LeftOut(ask.excluded, said.get("of") or "", said.get("words", ""), by_rule)


def knows_service(actor: Actor, service: Service) -> bool:
    """Whether the name of the service itself may be told: “Leaver” is not for everybody who has a task of it."""
    return not service.confidential_to or bool(frozenset(service.confidential_to) & actor.memberships)


def _answers(reader: Reader, ask: AskRow, service: Service, session: Session) -> tuple[Answer, ...]:
    seen = [field for field in visible_fields(service, ask.answers, ask.filled) if sees_field(reader, field)]
    return answers_to(reader, seen, ask.answers, session)


def sees_field(reader: Reader, field: Field) -> bool:
    return reader.sees_answer(frozenset(field.confidential_to), secret=field.secret)


def answers_to(
    reader: Reader, fields: Sequence[Field], answers: Mapping[str, Any], session: Session
) -> tuple[Answer, ...]:
    """The answers that there are to these fields, with what catalogue and directory call them."""
    given = [field for field in fields if answers.get(field.key) is not None]
    cells = list(_cells(given, answers))
    names = _names(session, [value for field, value in cells if field.kind is FieldKind.PERSON])
    files = facts_by_id(session, [id_ for field, value in cells if field.kind is FieldKind.FILE for id_ in value])
    known = _Named(names, reader.locations, files)
    return tuple(_answer(field, answers[field.key], known) for field in given)


@dataclass(frozen=True)
class _Named:
    """What answers name: people by mail in lower case, places by key, files by id."""

    people: Mapping[str, str]
    places: Mapping[str, str]
    files: Mapping[str, FileFacts]


def _answer(field: Field, value: Any, named: _Named) -> Answer:
    return Answer(field.key, field.label, field.kind, field.section, value, _shown(field, value, named))


def _shown(field: Field, value: Any, named: _Named) -> Any:
    match field.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            return ", ".join(map(field.label_of, [value] if isinstance(value, str) else value))
        case FieldKind.PERSON:
            return named.people.get(str(value).lower(), value)
        case FieldKind.LOCATION:
            return named.places.get(value, value)
        case FieldKind.TABLE:
            return [[_answer(*cell, named) for cell in _row(field, row)] for row in value]
        case FieldKind.FILE:
            return tuple(named.files[id_] for id_ in value if id_ in named.files)
    return value


def _cells(fields: Sequence[Field], answers: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
    for field in fields:
        if field.kind is FieldKind.TABLE:
            yield from (cell for row in answers[field.key] for cell in _row(field, row))
        else:
            yield field, answers[field.key]


def _row(table: Field, row: Mapping[str, Any]) -> list[tuple[Field, Any]]:
    """The cells that are answered, with their columns."""
    return [(column, row[column.key]) for column in table.columns if column.key in row]


def _names(session: Session, mails: Sequence[Any]) -> dict[str, str]:
    if not mails:
        return {}
    lower = [str(mail).lower() for mail in mails]
    mail = func.lower(PersonRow.mail)
    return dict(session.execute(select(mail, PersonRow.name).where(mail.in_(lower))).all())
