"""What is promised once a date is known that was still to come when the ask was opened."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.lifecycle import OPEN
from spoc.db.tickets import AskRow, TaskRow, TicketRow


def promise_dated(session: Session, ask: AskRow, task_ids: Sequence[int]) -> None:
    """The first due date of each of these tasks is its promise, and with the last of them the ask's end is promised.

    What was promised before stays.
    """
    if task_ids:
        unpromised = TaskRow.id.in_(task_ids), TaskRow.promised_at.is_(None)
        session.execute(update(TaskRow).where(*unpromised).values(promised_at=TaskRow.due_at))
    if ask.promised_at is None:
        _promise_end(session, ask)


def _promise_end(session: Session, ask: AskRow) -> None:
    """Secret tasks do not count, unless there are no others."""
    of_ask = select(TaskRow.secret, TaskRow.promised_at).where(TaskRow.ask_id == ask.id, TaskRow.state.in_(OPEN))
    rows = session.execute(of_ask.order_by(TaskRow.position)).all()
    ends = [row.promised_at for row in rows if not row.secret] or [row.promised_at for row in rows]
    dated = [end_at for end_at in ends if end_at is not None]
    if not dated or len(dated) < len(ends):
        return
    end_at = max(dated)
    # A clock for its end was not started; said outright, as it may have been timed since the row was read.
    session.execute(update(AskRow).where(AskRow.id == ask.id).values(promised_at=end_at, timed_at=None))
    ticket = update(TicketRow).where(TicketRow.id == ask.ticket_id, TicketRow.promised_at.is_(None))
    session.execute(ticket.values(promised_at=end_at))
