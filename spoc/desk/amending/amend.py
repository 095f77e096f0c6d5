"""A change of mind: the difference first, and then the ask, its tasks and its log as the new answers want them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.answers import merge, named_files
from catalog.service import Field, Service
from routing.phrase import marked
from routing.redraw import Redrawn
from routing.visibility import Actor
from routing.work import Channel, ContactKind, RepeatCause, TicketState
from spoc.db.tickets import AskRow
from spoc.desk.amending.difference import Difference, answer_changes, shown
from spoc.desk.amending.lines import Amended, lines_of
from spoc.desk.amending.writing import write_amendment
from spoc.desk.asks import Services, may_amend, sees_ask, sees_field
from spoc.desk.contacts import Touch, end_waiting, write_contact
from spoc.desk.errors import DifferenceMoved
from spoc.desk.found import find_ticket, take_ticket, ticket_by_id
from spoc.desk.reader import Reader, reader_of
from spoc.desk.ticket_rows import Task, Ticket
from spoc.errors import NotAllowed, NotFound
from spoc.files.keeping import known_files

Replan = Callable[..., Redrawn]
"""`spoc.intake.replan.replan` with its session, desk facts and time given."""


@dataclass(frozen=True)
class Planner:
    """What intake knows how to do: plan an ask anew, and find the service it was opened under."""

    replan: Replan
    services: Services


@dataclass(frozen=True)
class Amendable:
    """An ask that the reader may change; `fields` are the questions of its form that are theirs to answer."""

    reader: Reader
    ask: AskRow
    service: Service

    @property
    def fields(self) -> tuple[Field, ...]:
        later = self.service.later(self.ask.filled)
        return tuple(field for field in self.service.form if field.key not in later and self.may_answer(field))

    def may_answer(self, field: Field) -> bool:
        return self.reader.is_requester or sees_field(self.reader, field)

    def readable(self) -> dict[str, Any]:
        """The answers that the reader may read, as they are now."""
        seen = {field.key for field in self.service.form if sees_field(self.reader, field)}
        return {key: value for key, value in self.ask.answers.items() if key in seen}


@dataclass(frozen=True)
class Wish:
    """Raw new answers by field: null clears one, those that are not named stay. `cancels`: it is taken back.

    `seen` is the fingerprint of the difference that was shown; None asks for none.
    """

    answers: Mapping[str, object]
    cancels: bool = False
    seen: str | None = None


def amendable(session: Session, actor: Actor, reference: str, ask_id: UUID, services: Services) -> Amendable:
    """The ask as it stands, to be changed.

    Raises:
        NotFound: there is no such ticket or ask, or it is not the actor's to see.
        NotAllowed: the actor neither asked for it nor works on all of it, or it is closed.
    """
    return _amendable(session, actor, find_ticket(session, actor, reference), ask_id, services)


def preview(session: Session, actor: Actor, reference: str, ask_id: UUID, wish: Wish, planner: Planner) -> Difference:
    """What the wish would change, as the actor may see it; nothing is written. Errors as `amend`."""
    found = amendable(session, actor, reference, ask_id, planner.services)
    return _difference(session, found, wish, _redrawn(session, found, wish, planner.replan))


def amend(
    session: Session,
    actor: Actor,
    reference: str,
    ask_id: UUID,
    wish: Wish,
    now: datetime,
    *,
    planner: Planner,
    channel: Channel,
) -> Difference:
    """Change the answers and what follows from them; returns what has changed, as the actor may see it.

    The requester's change is a repeat contact, or the answer that was waited for; taking back is neither. Others'
    change is told to the requester by mail. Wished again, nothing happens.

    Raises:
        NotFound, NotAllowed: as `amendable`; or a new answer is to a question whose answer the actor may not read.
        InvalidAnswers: the new answers cannot be accepted.
        DifferenceMoved: it is not the difference that was shown any more.
        TicketBusy: others were changing the ticket for as long as this one could wait.
    """
    ticket = take_ticket(session, actor, reference)
    found = _amendable(session, actor, ticket, ask_id, planner.services)
    redrawn = _redrawn(session, found, wish, planner.replan)
    difference = _difference(session, found, wish, redrawn)
    if difference.is_none:
        return difference
    if wish.seen not in (None, difference.seen):
        raise DifferenceMoved(ticket.reference)
    reader = found.reader
    if reader.is_requester and not wish.cancels and _count(session, ticket, actor, found.ask.id, channel, now):
        reader = replace(reader, ticket=ticket_by_id(session, ticket.id))  # a hold that ended may have moved due times
    lines = lines_of(found.service, found.ask, _tasks(reader.ticket, found.ask), redrawn)
    write_amendment(session, reader, Amended(found.ask, found.service, redrawn, lines, wish.cancels), now)
    return difference


def _amendable(session: Session, actor: Actor, ticket: Ticket, ask_id: UUID, services: Services) -> Amendable:
    wanted = select(AskRow).where(AskRow.public_id == ask_id, AskRow.ticket_id == ticket.id)
    ask = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    reader = reader_of(session, actor, ticket)
    service = services(ask.catalogue_version_id, ask.service_key) if ask else None
    if ask is None or service is None or not sees_ask(reader, ask, service):
        raise NotFound(marked("There is no such request."))
    if not may_amend(reader):
        raise NotAllowed(marked("Only whoever asked for this, and those who work on all of it, can change it."))
    if ticket.state is TicketState.CLOSED:
        raise NotAllowed(marked("This request is closed. Ask anew for what is needed now."))
    return Amendable(reader, ask, service)


def _tasks(ticket: Ticket, ask: AskRow) -> list[Task]:
    return [task for task in ticket.tasks if task.ask_id == ask.id]


def _redrawn(session: Session, found: Amendable, wish: Wish, replan: Replan) -> Redrawn:
    if wish.cancels:
        return replan(found.service, found.ask, None, complete=False)
    fields = found.service.fields
    if any(key in fields and not found.may_answer(fields[key]) for key in wish.answers):
        raise NotAllowed(marked("Only those who may read an answer can change it."))
    raw = merge(found.service, found.ask.answers, wish.answers, found.ask.past_answers, found.ask.filled)
    files = known_files(session, found.reader.actor, named_files(found.service, raw), ask_id=found.ask.id)
    return replan(found.service, found.ask, raw, complete=found.reader.is_requester, files=files)


def _difference(session: Session, found: Amendable, wish: Wish, redrawn: Redrawn) -> Difference:
    is_none = _is_so(found.ask, wish, redrawn)
    lines = () if is_none else lines_of(found.service, found.ask, _tasks(found.reader.ticket, found.ask), redrawn)
    given = (redrawn.before.answers, redrawn.after.answers)
    answers = answer_changes(session, found.reader, found.service, *given)
    return shown(session, found.reader, lines, answers, cancels=wish.cancels, is_none=is_none)


def _is_so(ask: AskRow, wish: Wish, redrawn: Redrawn) -> bool:
    """Whether the ask is already as it is wished."""
    if wish.cancels:
        return ask.cancelled_at is not None
    return ask.cancelled_at is None and dict(redrawn.after.answers) == ask.answers


def _count(session: Session, ticket: Ticket, actor: Actor, ask_id: int, channel: Channel, now: datetime) -> bool:
    """The requester came back by themselves, or gave the answer that somebody waited for: whether that was so."""
    waited_for = any(task.waits_for_requester for task in ticket.tasks)
    kind, cause = (None, None) if waited_for else (ContactKind.REPEAT, RepeatCause.CORRECTED)
    touch = Touch(channel, kind, cause, started_at=now, ended_at=now)
    write_contact(session, ticket, actor, touch, now, ask_id=ask_id)
    if waited_for:
        end_waiting(session, ticket, actor.person_id, now)
    return waited_for
