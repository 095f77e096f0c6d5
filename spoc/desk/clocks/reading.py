"""The clocks of a ticket and of a queue's tasks, as one reader may see them."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from spoc.db.clocks import ClockRow
from spoc.desk.clocks.values import Clock, Deadline
from spoc.desk.reader import Reader


def clocks_of(session: Session, reader: Reader) -> tuple[Clock, ...]:
    """Oldest first; for agents. Those of the whole ask are for who reads all of it, a task's for who sees the task."""
    if not reader.as_agent:
        return ()
    tasks = {task.id: task for task in reader.ticket.tasks if reader.sees(task.part)}
    rows = session.scalars(
        select(ClockRow).where(ClockRow.ticket_id == reader.ticket.id).order_by(ClockRow.started_at, ClockRow.id)
    )
    queues = {task.queue_id: task.queue_title or "" for task in reader.ticket.tasks}
    return tuple(
        Clock(
            row.kind,
            queues.get(row.queue_id, "") if row.task_id else "",
            tasks[row.task_id].title if row.task_id else "",
            row.started_at,
            row.due_at,
            row.paused_at is not None,
            row.ended_at,
            row.met,
            row.missed_at,
        )
        for row in rows
        if (row.task_id in tasks if row.task_id else reader.in_circle)
    )


def deadlines_of(session: Session, task_ids: Collection[int]) -> dict[int, Deadline]:
    """Of each task that has one in its queue now. Nobody's sight is asked: that is for whoever passes them on."""
    running = ClockRow.task_id.in_(task_ids), ClockRow.ended_at.is_(None)
    rows = session.scalars(select(ClockRow).where(*running).order_by(ClockRow.started_at))
    return {
        row.task_id or 0: Deadline(row.due_at, row.paused_at is not None, row.missed_at is not None) for row in rows
    }
