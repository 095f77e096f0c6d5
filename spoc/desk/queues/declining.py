"""Saying no to a task that one was offered: it moves on to the next, and the reason stays on the ticket."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.offers import pass_on_declined
from routing.phrase import marked
from routing.visibility import Actor
from routing.work import TaskState
from spoc.db.absences import read_away
from spoc.db.tickets import TaskRow
from spoc.desk.asks import Services
from spoc.desk.errors import NothingSaid, NotOfferedToYou
from spoc.desk.found import take_task
from spoc.desk.moves import tell
from spoc.desk.queues.candidates import read_candidates
from spoc.desk.queues.offering import Offer, take_turn, write_choice
from spoc.desk.queues.wishes import read_wishes


def decline(session: Session, actor: Actor, task_id: UUID, service_at: Services, now: datetime, *, why: str) -> str:
    """Say no to a ready task that is meant for the actor; it is offered to the next, or is anybody's.

    Whoever said no is not offered it again while it stays ready. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NothingSaid: without a reason.
        NotOfferedToYou: it is not ready, or meant for somebody else or nobody.
    """
    if not why.strip():
        raise NothingSaid(marked("Write why it is not for you: whoever comes next reads it."))
    ticket, task = take_task(session, actor, task_id)
    row = select(TaskRow.assignee_id, TaskRow.offered_for_id).where(TaskRow.id == task.id)
    held = session.execute(row).one()
    if task.queue is None or task.state is not TaskState.READY or held.assignee_id != actor.person_id:
        raise NotOfferedToYou
    wished = read_wishes(session, [task.id], service_at)[task.id]
    candidates = read_candidates(session, ticket, task, wished.wish, now)
    offer = Offer(task, wished, actor.person_id, held.offered_for_id, candidates, read_away(session, now))
    me = offer.candidate(actor.person_id)
    choice = pass_on_declined(
        wished.wish, offer.team, offer.away, declined=me, place_id=held.offered_for_id or me.person_id
    )
    # First: whoever is chosen reads it above the offer.
    tell(session, task, "declined", actor.person_id, now, public=False, why=why.strip())
    write_choice(session, task, wished, choice, candidates, now)
    if not (task.secret or ticket.secret):
        take_turn(session, task, choice, now)
    return ticket.reference
