"""Tasks that were placed wrongly: kept, for whoever keeps the rules to make something of."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from spoc.db.catalog import BounceRow
from spoc.db.tickets import AskRow
from spoc.desk.ticket_rows import Task, Ticket


def note_bounce(session: Session, ticket: Ticket, task: Task, to: str, why: str, actor_id: int, now: datetime) -> None:
    """Keep it, unless it is confidential: those who keep the rules are not told of such work."""
    if task.queue is None or task.secret or task.confidential_to or ticket.secret or ticket.confidential_to:
        return
    rule = next((str(one.given["rule"]) for one in task.why if "rule" in one.given), "")
    values = {"step_key": task.key, "rule": rule, "from_queue": task.queue, "to_queue": to, "why": why}
    service = select(AskRow.service_key).where(AskRow.id == task.ask_id).scalar_subquery()
    session.execute(
        insert(BounceRow).values(**values, ticket_id=ticket.id, service_key=service, by_id=actor_id, at=now)
    )
