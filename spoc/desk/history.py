"""What happened on a ticket, as a reader may know it: messages, contacts, files, and the log."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.visibility import Part
from routing.why import stored
from spoc.db.contacts import ContactRow
from spoc.db.people import QueueRow
from spoc.db.tickets import AttachmentRow, EventRow, MessageRow
from spoc.desk.reader import Reader
from spoc.desk.ticket_page import ContactPart, EventPart, FilePart, MessagePart
from spoc.desk.ticket_rows import Task

TOLD: Mapping[str, frozenset[str]] = {
    "opened": frozenset({"service", "channel"}),
    "placed": frozenset({"title", "queue", "due_at"}),
    "claimed": frozenset({"title"}),
    "held": frozenset({"title", "reason"}),
    "finished": frozenset({"title", "result"}),
    "handed_off": frozenset({"title", "from", "to"}),
    "resolved": frozenset({"refused"}),
    "ticket_reopened": frozenset({"why"}),
    "message": frozenset(),
    "contact_logged": frozenset({"channel", "minutes"}),
    "amended": frozenset({"cancelled", "changes"}),
    "call_made": frozenset({"title"}),
    "call_done": frozenset({"title", "result"}),
    "appointment_offered": frozenset({"title", "until"}),
    "appointment_booked": frozenset({"title", "starts_at", "place"}),
    "appointment_moved": frozenset({"title", "starts_at", "was_at", "place"}),
    "appointment_called_off": frozenset({"title", "starts_at", "said"}),
    "appointment_lost": frozenset({"title", "starts_at", "why_lost"}),
    "appointment_missed": frozenset({"title", "starts_at"}),
    "appointment_by_phone": frozenset({"title"}),
    "message_sent": frozenset({"title", "to"}),
    "filled_in": frozenset({"title", "changes"}),
    "redated": frozenset({"title", "due_from", "due_to", "opens_from", "opens_to"}),
    "task_cancelled": frozenset({"title"}),
    "task_restored": frozenset({"title", "due_to"}),
    "approval_asked": frozenset({"title", "people"}),
    "approval_escalated": frozenset({"title", "people", "other"}),
    "approval_at_desk": frozenset({"title"}),
    "voice_approved": frozenset({"title", "why"}),
    "voice_rejected": frozenset({"title", "why"}),
    "approval_given": frozenset({"title", "why"}),
    "approval_refused": frozenset({"title", "why"}),
    "approval_refused_by_silence": frozenset({"title"}),
    "task_refused": frozenset({"title"}),
}
"""Kinds of events that those outside the desk are told of, and what of each."""


def messages_of(session: Session, reader: Reader) -> tuple[MessagePart, ...]:
    """Oldest first."""
    rows = session.execute(
        select(MessageRow, QueueRow.key, QueueRow.title)
        .outerjoin(QueueRow, QueueRow.id == MessageRow.queue_id)
        .where(MessageRow.ticket_id == reader.ticket.id)
        .order_by(MessageRow.created_at, MessageRow.id)
    )
    return tuple(_message(reader, row, title) for row, key, title in rows if _sees_message(reader, row, key))


def _sees_message(reader: Reader, row: MessageRow, queue: str | None) -> bool:
    step = next((task for task in reader.ticket.tasks if task.id == row.task_id), None)
    to_queue, to_person = (step.queue, step.person_id) if step and row.author_id is None else (queue, None)
    named, by = row.confidential_to, row.author_id
    return reader.sees(reader.said(named, internal=row.internal, author_id=by, queue=to_queue, person_id=to_person))


def _message(reader: Reader, row: MessageRow, queue_title: str | None) -> MessagePart:
    return MessagePart(
        id=row.public_id,
        at=row.created_at,
        author=reader.name(row.author_id) or "",
        own=row.author_id == reader.actor.person_id,
        automatic=row.author_id is None,
        from_requester=row.author_id == reader.ticket.requester_id,
        internal=row.internal,
        only=tuple(reader.queue_titles.get(key, key) for key in row.confidential_to),
        queue_title=queue_title,
        body=row.body,
    )


def contacts_of(session: Session, reader: Reader) -> tuple[ContactPart, ...]:
    """Oldest first. Agents' words about a contact are theirs; on a confidential ticket, those of its queues."""
    rows = session.scalars(
        select(ContactRow)
        .where(ContactRow.ticket_id == reader.ticket.id)
        .order_by(ContactRow.started_at, ContactRow.id)
    )
    return tuple(_contact(reader, row) for row in rows if reader.sees(Part(author_id=row.person_id)))


def _contact(reader: Reader, row: ContactRow) -> ContactPart:
    return ContactPart(
        id=row.public_id,
        at=row.started_at,
        person=reader.name(row.person_id) or "",
        own=row.person_id == reader.actor.person_id,
        agent=reader.name(row.agent_id),
        channel=row.channel,
        kind=row.kind,
        cause=row.cause,
        minutes=row.handling_minutes,
        late_logged=row.late_logged,
        linked=row.about_ask_id is not None and reader.as_agent,
        note=row.note if reader.as_agent else "",
    )


def events_of(session: Session, reader: Reader) -> tuple[EventPart, ...]:
    """In the order of the log, numbered 1..n for this reader: a gap would tell how much is kept from them."""
    tasks = {task.id: task for task in reader.ticket.tasks}
    seen = {task.id: reader.sees(task.part) for task in reader.ticket.tasks}
    queues = {task.id: task.queue for task in reader.ticket.tasks}
    rows = session.scalars(select(EventRow).where(EventRow.ticket_id == reader.ticket.id).order_by(EventRow.number))
    told = [
        row
        for row in rows
        if (row.task_id is None or seen.get(row.task_id)) and _sees_event(reader, row, queues.get(row.task_id or 0))
    ]
    return tuple(_event(reader, number, row, tasks.get(row.task_id or 0)) for number, row in enumerate(told, start=1))


def _sees_event(reader: Reader, row: EventRow, queue: str | None) -> bool:
    if not reader.as_agent and row.kind not in TOLD:
        return False
    return reader.sees(reader.said(row.confidential_to, internal=not row.public, author_id=row.actor_id, queue=queue))


def _event(reader: Reader, number: int, row: EventRow, task: Task | None) -> EventPart:
    what: dict[str, Any] = row.what
    if not reader.as_agent:
        what = {key: value for key, value in what.items() if key in TOLD[row.kind]}
    if task is not None and isinstance(what.get("why"), list):
        whys = [stored(why) for why in what["why"]]
        what = {**what, "why": task.told(whys, reader.ticket.tasks, reader.sight)}
    own = row.actor_id == reader.actor.person_id
    return EventPart(number, row.at, row.kind, reader.name(row.actor_id), own, what)


def files_of(session: Session, reader: Reader) -> tuple[FilePart, ...]:
    rows = session.scalars(
        select(AttachmentRow).where(AttachmentRow.ticket_id == reader.ticket.id).order_by(AttachmentRow.created_at)
    )
    seen = [row for row in rows if reader.sees(reader.said(row.confidential_to))]
    return tuple(FilePart(row.public_id, row.name, row.size_bytes, row.created_at) for row in seen)
