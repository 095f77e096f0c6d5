"""Finding tickets and tasks for a use case: within the actor's sight, and locked where they will change."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.phrase import Phrase, marked
from routing.visibility import Actor, Part, Sight, may_open, may_work, sight
from routing.work import BY_ITSELF, DESK
from spoc.db.events import lock, lock_if_free
from spoc.db.tickets import TaskRow, TicketRow
from spoc.desk.ticket_rows import Task, Ticket, read_tickets
from spoc.errors import NotAllowed, NotFound


def ticket_by_id(session: Session, ticket_id: int) -> Ticket:
    """The ticket as it is now, whoever asks; for what follows from a change."""
    return read_tickets(session, [ticket_id])[0]


def find_ticket(session: Session, actor: Actor, reference: str) -> Ticket:
    """The ticket, if the actor may open it.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    ticket_id = session.scalar(select(TicketRow.id).where(TicketRow.reference == reference))
    ticket = ticket_by_id(session, ticket_id) if ticket_id is not None else None
    if ticket is None or not may_open(actor, ticket.view):
        raise NotFound(marked("There is no such request."))
    return ticket


def take_ticket(session: Session, actor: Actor, reference: str) -> Ticket:
    """As `find_ticket`, with the ticket's lock held and its tasks as they stand behind it.

    Only who sees it waits for it: to others it is not there, and not busy either.
    """
    if not lock_if_free(session, reference):
        lock(session, find_ticket(session, actor, reference).id)
    return find_ticket(session, actor, reference)


def take_own_ticket(session: Session, actor: Actor, reference: str) -> Ticket:
    """As `take_ticket`, for what only the requester may do.

    Raises:
        NotAllowed: they see it, but somebody else asked for it.
    """
    ticket = take_ticket(session, actor, reference)
    if ticket.requester_id != actor.person_id:
        raise NotAllowed(marked("Only whoever asked for this can do that."))
    return ticket


def take_task(session: Session, actor: Actor, task_id: UUID) -> tuple[Ticket, Task]:
    """A task the actor may work on, with its ticket's lock held; only who sees it waits for that.

    Raises:
        NotFound: there is none, or it is not theirs to see.
        NotAllowed: they see it, but it is in a queue they do not work in, or another person's step; or
            nobody works on it.
    """
    ticket_id = session.scalar(select(TaskRow.ticket_id).where(TaskRow.public_id == task_id))
    if ticket_id is None:
        raise NotFound(marked("There is no such task."))
    if not lock_if_free(session, ticket_id):
        _seen_task(session, actor, ticket_id, task_id)
        lock(session, ticket_id)
    ticket, task = _seen_task(session, actor, ticket_id, task_id)
    if not may_act(actor, task):
        holder = task.queue_title or Phrase("somebody else")
        raise NotAllowed(marked("“%(task)s” is with %(holder)s, not with you."), task=task.title, holder=holder)
    if task.kind in BY_ITSELF:
        raise NotAllowed(marked("“%(task)s” is done without people."), task=task.title)
    return ticket, task


def _seen_task(session: Session, actor: Actor, ticket_id: int, task_id: UUID) -> tuple[Ticket, Task]:
    ticket = ticket_by_id(session, ticket_id)
    task = next(one for one in ticket.tasks if one.public_id == task_id)
    if sight(actor, ticket.view, task.part) is not Sight.FULL:
        raise NotFound(marked("There is no such task."))
    return ticket, task


def may_act(actor: Actor, task: Task) -> bool:
    """Whether the task is one of the actor's queue, or their own step."""
    if task.queue is None:
        return task.person_id == actor.person_id
    return may_work(actor, task.queue)


def works_on(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor sees the ticket as an agent, not only as somebody who asked or has a step."""
    return sight(actor, ticket.view, Part(internal=True)) is not Sight.NONE


def tier(actor: Actor) -> int:
    """1 at the desk, 2 in any other queue."""
    return 1 if may_work(actor, DESK) else 2
