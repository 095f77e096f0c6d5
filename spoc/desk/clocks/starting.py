"""Starting clocks: what is promised of new asks, and of tasks that became ready in a queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Label, and_, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from routing.calendars import Calendar
from routing.errors import RoutingError
from routing.lifecycle import OPEN
from routing.targets import Promise, Target, due_with_pauses, target_of_ask, target_of_task
from routing.work import Channel, TaskKind
from spoc.db.calendars import calendar_of, read_calendar
from spoc.db.clocks import ClockRow
from spoc.db.people import CalendarRow, QueueRow
from spoc.db.settings import read_targets
from spoc.db.tickets import TO_TIME, AskRow, TaskRow, TicketRow

BATCH: Final = 200
ON_A_DAY: Final = '$[*] ? (@.kind == "due" || @.kind == "opens").given ? (exists(@.anchor_on) || exists(@.anchor_at))'
"""A reason of a task's dates that counts from a day in the form, and not from when it was asked."""


def start_asks(session: Session, now: datetime, *, limit: int = BATCH) -> int:
    """Promise an answer and an end of each ask that nothing was decided about; how many there were.

    A clock starts when the ask was opened, however late it is made. Where a schedule asked, nobody waits for an
    answer. What targets say later changes none. While somebody is still to answer from what the end counts, none is
    promised: the answer lets the ask be timed again.
    """
    targets = read_targets(session)
    wanted = select(AskRow.id, AskRow.ticket_id, AskRow.service_key, AskRow.opened_at)
    planned = wanted.add_columns(TicketRow.priority, TicketRow.channel, _planned_end(), _end_to_come())
    joined = planned.join(TicketRow, TicketRow.id == AskRow.ticket_id).where(AskRow.timed_at.is_(None))
    rows = session.execute(joined.order_by(AskRow.id).limit(limit).with_for_update(of=AskRow, skip_locked=True)).all()
    clocks = Clocks(session)
    for row in rows:
        target = target_of_ask(targets, row.service_key, row.priority)
        if target is None:
            continue
        about = {"ticket_id": row.ticket_id, "ask_id": row.id, "started_at": row.opened_at}
        for kind, minutes in _promised(target, row.channel):
            if kind is Promise.RESOLUTION and row.end_to_come:
                continue
            planned_at = row.planned_at if kind is Promise.RESOLUTION else None
            clocks.start({**about, "kind": kind, "minutes": minutes, "planned_at": planned_at}, target)
    session.execute(update(AskRow).where(AskRow.id.in_([row.id for row in rows])).values(timed_at=now))
    return len(rows)


def _promised(target: Target, channel: Channel) -> list[tuple[Promise, int]]:
    response = None if channel is Channel.SCHEDULE else target.response
    promises = ((Promise.RESPONSE, response), (Promise.RESOLUTION, target.minutes))
    return [(kind, minutes) for kind, minutes in promises if minutes is not None]


def start_tasks(session: Session, *, limit: int = BATCH) -> int:
    """The same of each task that is ready in a queue, from when it was; how many there were."""
    targets = read_targets(session)
    wanted = select(
        TaskRow.id,
        TaskRow.ask_id,
        TaskRow.ticket_id,
        TaskRow.ready_at,
        TaskRow.queue_id,
        case((TaskRow.why.path_exists(ON_A_DAY), TaskRow.promised_at)).label("planned_at"),
        QueueRow.key,
        TicketRow.priority,
    )
    joined = wanted.join(QueueRow, QueueRow.id == TaskRow.queue_id).join(TicketRow, TicketRow.id == TaskRow.ticket_id)
    # An appointment is when whoever chooses wants it: what a queue promises does not run while they look.
    timed = joined.where(text(TO_TIME.replace("queue_id", "task.queue_id")), TaskRow.kind != TaskKind.APPOINTMENT)
    due = timed.order_by(TaskRow.id).limit(limit)
    rows = session.execute(due.with_for_update(of=TaskRow, skip_locked=True)).all()
    clocks = Clocks(session)
    for row in rows:
        target = target_of_task(targets, row.key, row.priority)
        if target is not None and target.minutes is not None:
            about = {"ticket_id": row.ticket_id, "ask_id": row.ask_id, "task_id": row.id, "queue_id": row.queue_id}
            started = {"started_at": row.ready_at, "planned_at": row.planned_at}
            clocks.start({**about, **started, "kind": Promise.QUEUE, "minutes": target.minutes}, target)
    ids: Sequence[int] = [row.id for row in rows]
    session.execute(update(TaskRow).where(TaskRow.id.in_(ids)).values(timed_at=TaskRow.ready_at))
    return len(rows)


def _planned_end() -> Label[datetime | None]:
    """When all of an ask is planned to be done, if a day that was asked for decides about any of it."""
    on_a_day = func.bool_or(TaskRow.why.path_exists(ON_A_DAY))
    end = select(case((on_a_day, func.max(TaskRow.promised_at)))).where(TaskRow.ask_id == AskRow.id)
    return end.correlate(AskRow).scalar_subquery().label("planned_at")


def _end_to_come() -> Label[bool]:
    """Whether the end of an ask hangs on the answers to a form step."""
    forms = select(TaskRow.id).where(
        TaskRow.ask_id == AskRow.id, TaskRow.kind == TaskKind.FORM, TaskRow.state.in_(OPEN)
    )
    return and_(AskRow.promised_at.is_(None), forms.correlate(AskRow).exists()).label("end_to_come")


class Clocks:
    """Writes clocks; reads each calendar once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        rows = session.scalars(select(CalendarRow)).all()
        self._ids: Mapping[str, int] = {row.key: row.id for row in rows}
        self._calendars = {row.id: read_calendar(row) for row in rows}
        self._of_queues: dict[int | None, Calendar] = {}

    def calendar(self, calendar_id: int | None, queue_id: int | None) -> Calendar:
        """The named one, else the queue's, else the organisation's."""
        named = self._calendars.get(calendar_id) if calendar_id is not None else None
        if named is None and queue_id not in self._of_queues:
            self._of_queues[queue_id] = calendar_of(self._session, queue_id)
        return named or self._of_queues[queue_id]

    def start(self, values: dict[str, Any], target: Target) -> None:
        """Insert it unless it is there; what its calendar cannot reckon is not promised."""
        calendar_id = self._ids.get(target.calendar or "")
        calendar = self.calendar(calendar_id, values.get("queue_id"))
        try:
            due_at, _ = due_with_pauses(values["started_at"], values["minutes"], (), calendar, values["planned_at"])
        except RoutingError:
            return
        row = upsert(ClockRow).values(**values, calendar_id=calendar_id, due_at=due_at)
        self._session.execute(row.on_conflict_do_nothing())
