"""Words on a ticket: replies that the requester reads, and notes among agents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.phrase import marked
from routing.visibility import Actor
from routing.work import Channel, ContactKind
from spoc.db.events import Happening, record
from spoc.db.people import QueueRow
from spoc.db.queueing import enqueue
from spoc.db.tickets import MessageRow
from spoc.desk.contacts import Touch, end_waiting, kind_of, write_contact
from spoc.desk.errors import NothingSaid
from spoc.desk.found import take_ticket, works_on
from spoc.desk.ticket_rows import Ticket
from spoc.errors import NotAllowed
from spoc.files.errors import TooManyFiles
from spoc.files.keeping import attach_to_message

MOST_FILES: Final = 10


def send_message(
    session: Session,
    actor: Actor,
    reference: str,
    now: datetime,
    *,
    body: str,
    channel: Channel,
    internal: bool = False,
    only_own_queue: bool = False,
    files: Sequence[UUID] = (),
) -> UUID:
    """Write on a ticket; returns the message's public id.

    The requester's words are a contact: the answer to a hold that waits for them (which goes on), else a repeat.
    An agent's public words go to the requester by mail; `files` are read by those who read the words. `only_own_queue`
    keeps a note from other queues' agents.

    Raises:
        NotFound: there is no such ticket, or it is not the actor's to see.
        NotAllowed: an internal note by somebody who does not work on the ticket.
        NothingSaid: without a word or a file.
        TooManyFiles: more than ten.
        NoSuchFile: one of them is not the actor's own, or belongs to something else already.
    """
    if len(files) > MOST_FILES:
        raise TooManyFiles(MOST_FILES)
    if not body.strip() and not files:
        raise NothingSaid(marked("Write a message first."))
    ticket = take_ticket(session, actor, reference)
    if internal and not works_on(actor, ticket):
        raise NotAllowed(marked("Internal notes are for those who work on the request."))
    message = _write(session, ticket, actor, now, body=body.strip(), internal=internal, only_own=only_own_queue)
    attach_to_message(session, actor, files, ticket.id, message.id)
    if actor.person_id == ticket.requester_id and not internal:
        _count(session, ticket, actor, channel, now)
    elif not internal:
        _tell_requester(session, ticket, actor, message.id, channel, now)
    return message.public_id


def ask_requester(
    session: Session, ticket: Ticket, actor: Actor, now: datetime, *, question: str, channel: Channel
) -> None:
    """Send a question about the ticket, for a use case that holds its lock and goes on only with the answer."""
    message = _write(session, ticket, actor, now, body=question, internal=False, only_own=False)
    _tell_requester(session, ticket, actor, message.id, channel, now)


def _write(
    session: Session, ticket: Ticket, actor: Actor, now: datetime, *, body: str, internal: bool, only_own: bool
) -> MessageRow:
    queue = own_queue(actor, ticket) if works_on(actor, ticket) else None
    narrowed = [queue] if queue and internal and only_own else []
    row = MessageRow(
        ticket_id=ticket.id,
        author_id=actor.person_id,
        queue_id=session.scalar(select(QueueRow.id).where(QueueRow.key == queue)) if queue else None,
        internal=internal,
        confidential_to=narrowed,
        body=body,
        created_at=now,
    )
    session.add(row)
    session.flush()
    written = Happening(
        "message",
        actor_id=actor.person_id,
        public=not internal,
        confidential_to=tuple(narrowed),
        what={"internal": internal},
    )
    record(session, ticket.id, [written], now)
    return row


def _count(session: Session, ticket: Ticket, actor: Actor, channel: Channel, now: datetime) -> None:
    touch = Touch(channel, started_at=now, ended_at=now)
    kind, _ = kind_of(ticket, touch)
    write_contact(session, ticket, actor, touch, now)
    if kind is ContactKind.RESPONSE:
        end_waiting(session, ticket, actor.person_id, now)


def _tell_requester(
    session: Session, ticket: Ticket, actor: Actor, message_id: int, channel: Channel, now: datetime
) -> None:
    enqueue(session, "mail.message", {"ticket_id": ticket.id, "cause": f"message:{message_id}"})
    if not works_on(actor, ticket):
        touch = Touch(channel, ContactKind.OTHER, started_at=now, ended_at=now)
        write_contact(session, ticket, actor, touch, now)


def own_queue(actor: Actor, ticket: Ticket) -> str:
    """The queue the actor writes for on this ticket: the first of theirs with a task on it, else any of theirs.

    A secret task comes last: words must not be signed with a queue that the others do not know to be here.
    """
    by_openness = sorted(ticket.tasks, key=lambda task: task.secret)
    on_ticket = [task.queue for task in by_openness if task.queue in actor.memberships]
    named = [key for key in ticket.confidential_to if key in actor.memberships]
    return next(iter([key for key in on_ticket if key] + named + sorted(actor.memberships)))
