"""Who may have a file: whoever uploaded it, and once it is attached whoever may read what it is attached to."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, AttachmentRow, MessageRow, TicketRow
from spoc.desk.asks import Services, sees_ask, sees_field
from spoc.desk.found import find_ticket
from spoc.desk.history import sees_message
from spoc.desk.reader import Reader, reader_of
from spoc.errors import NotFound


@dataclass(frozen=True)
class Readable:
    """A file that its reader may have; `stored_as` names its content in the store."""

    name: str
    content_type: str
    stored_as: str


def readable_file(session: Session, actor: Actor, file_id: UUID, services: Services) -> Readable:
    """Decided anew each time, by what it is attached to as that stands now.

    Raises:
        NotFound: there is no such file, or it is not the actor's to have: both look the same.
    """
    row = session.scalars(select(AttachmentRow).where(AttachmentRow.public_id == file_id)).one_or_none()
    if row is None or not _may_have(session, actor, row, services):
        raise NotFound
    return as_readable(row)


def as_readable(row: AttachmentRow) -> Readable:
    """For a caller who has decided that the reader may have it."""
    return Readable(row.name, row.content_type, row.stored_as)


def _may_have(session: Session, actor: Actor, row: AttachmentRow, services: Services) -> bool:
    if row.ticket_id is None:
        return row.uploader_id == actor.person_id
    reference = session.scalars(select(TicketRow.reference).where(TicketRow.id == row.ticket_id)).one()
    reader = reader_of(session, actor, find_ticket(session, actor, reference))
    if row.message_id is not None:
        return _sees_message(session, reader, row.message_id)
    if row.task_id is not None:
        return any(task.id == row.task_id and reader.sees(task.part) for task in reader.ticket.tasks)
    return _sees_answer(session, reader, row, services)


def _sees_message(session: Session, reader: Reader, message_id: int) -> bool:
    found = select(MessageRow, QueueRow.key).outerjoin(QueueRow, QueueRow.id == MessageRow.queue_id)
    message, queue = session.execute(found.where(MessageRow.id == message_id)).one()
    return sees_message(reader, message, queue)


def _sees_answer(session: Session, reader: Reader, row: AttachmentRow, services: Services) -> bool:
    ask = session.get_one(AskRow, row.ask_id)
    service = services(ask.catalogue_version_id, ask.service_key)
    field = service.fields.get(row.field_key or "")
    return field is not None and sees_ask(reader, ask, service) and sees_field(reader, field)
