"""What happens by itself when a task becomes ready, by its kind: whoever is to fill in a form is told of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from spoc.db.queueing import enqueue
from spoc.db.tickets import TicketRow
from spoc.db.turns import cause_of, job_of
from spoc.desk.ticket_rows import Task


def begin(session: Session, task: Task, person_id: int | None) -> None:
    """The task is ready, and `person_id` has it. The caller holds the ticket's lock and has written what happened.

    Ready again later, they are told again: the number of the ticket's last event makes another cause of it.
    """
    kind = job_of(task.kind, person_id)
    if kind is not None:
        number = session.scalar(select(TicketRow.event_count).where(TicketRow.id == task.ticket_id))
        about = {"ticket_id": task.ticket_id, "task_id": task.id}
        named = {"person_id": person_id} if person_id is not None else {}
        enqueue(session, kind, {**about, **named, "cause": f"{cause_of(task.id, person_id)}:{number}"})
