"""What was asked, with the answers that a reader may see, in the words of the catalogue version it was asked under."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.answers import visible_fields
from catalog.service import Field, FieldKind, Service
from routing.visibility import Actor
from spoc.db.people import PersonRow
from spoc.db.tickets import AskRow
from spoc.desk.reader import Reader
from spoc.desk.ticket_page import Answer, AskPart

Services = Callable[[int, str], Service]
"""The service of a catalogue version: version id, service key."""


def ask_parts(reader: Reader, asks: Sequence[AskRow], services: Services, session: Session) -> tuple[AskPart, ...]:
    """The asks that the reader may know of, in the order they were asked."""
    found = [(ask, services(ask.catalogue_version_id, ask.service_key)) for ask in asks]
    seen = [(ask, service) for ask, service in found if sees_ask(reader, ask, service)]
    return tuple(_part(reader, ask, service, session) for ask, service in seen)


def sees_ask(reader: Reader, ask: AskRow, service: Service) -> bool:
    """Of a confidential service's ask: its requester, the service's queues, and who has a task of it."""
    if not service.confidential_to or reader.is_requester:
        return True
    if frozenset(service.confidential_to) & reader.actor.memberships:
        return True
    return any(task.ask_id == ask.id and reader.sees(task.part) for task in reader.ticket.tasks)


def _part(reader: Reader, ask: AskRow, service: Service, session: Session) -> AskPart:
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
    )


def knows_service(actor: Actor, service: Service) -> bool:
    """Whether the name of the service itself may be told: “Leaver” is not for everybody who has a task of it."""
    return not service.confidential_to or bool(frozenset(service.confidential_to) & actor.memberships)


def _answers(reader: Reader, ask: AskRow, service: Service, session: Session) -> tuple[Answer, ...]:
    given = [field for field in visible_fields(service, ask.answers) if ask.answers.get(field.key) is not None]
    seen = [field for field in given if reader.sees_answer(frozenset(field.confidential_to), secret=field.secret)]
    names = _names(session, [ask.answers[field.key] for field in seen if field.kind is FieldKind.PERSON])
    return tuple(_answer(field, ask.answers[field.key], names, reader.locations) for field in seen)


def _answer(field: Field, value: Any, names: Mapping[str, str], places: Mapping[str, str]) -> Answer:
    return Answer(field.key, field.label, field.kind, field.section, value, _shown(field, value, names, places))


def _shown(field: Field, value: Any, names: Mapping[str, str], places: Mapping[str, str]) -> Any:
    match field.kind:
        case FieldKind.CHOICE:
            return field.label_of(value)
        case FieldKind.CHOICES:
            return ", ".join(field.label_of(one) for one in value)
        case FieldKind.PERSON:
            return names.get(str(value).lower(), value)
        case FieldKind.LOCATION:
            return places.get(value, value)
        case _:
            return value


def _names(session: Session, mails: Sequence[Any]) -> dict[str, str]:
    if not mails:
        return {}
    lower = [str(mail).lower() for mail in mails]
    mail = func.lower(PersonRow.mail)
    return dict(session.execute(select(mail, PersonRow.name).where(mail.in_(lower))).all())
