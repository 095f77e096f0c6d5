"""Doing an act as somebody: in a state in which it is possible, followed to where it leads, and undone."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.orm import Session

from routing.work import HoldReason, TaskState, TicketState
from spoc.db.appointments import AppointmentRow
from spoc.db.base import Base
from spoc.db.jobs import MailRow
from spoc.db.people import PersonRow
from spoc.db.register import ItemRow, ItemState
from spoc.db.tickets import TaskRow, TicketRow
from tests.security.acts import NO_ID, OF, Act

CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|T-\d{6}")
NO_REFERENCE = "T-999999"
UNMOVED = ("login_session",)
"""Tables that merely being there writes to: when a session was last seen."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]

    def masked(self, act: Act) -> tuple[int, list[str]]:
        """What must be the same for what is not theirs and for what does not exist."""
        shown = (self.text, self.headers.get("location", ""), self.headers.get("set-cookie", ""))
        return self.status, [CHANGING.sub("#", one.replace(act.path, "#")) for one in shown]


@contextmanager
def undone(connection: Connection, client: TestClient) -> Iterator[None]:
    """What happens inside is as if it had not: in the database and in the browser."""
    before, point = dict(client.cookies), connection.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        client.cookies.clear()
        client.cookies.update(before)


def make_possible(session: Session, act: Act, person_id: int | None, now: datetime) -> None:
    """Bring what the act is about into the state from which it can be done, as far as it has one."""
    if act.template.endswith("/switch-on"):
        session.execute(update(PersonRow).where(PersonRow.public_id == act.about["public_id"]).values(active=False))
    if act.template.endswith("/take-back"):
        held = {"state": ItemState.HELD, "holder_name": "Nia Okeke"}
        session.execute(update(ItemRow).where(ItemRow.public_id == act.about["item_id"]).values(held))
    if act.template.endswith("/outcome"):
        id_ = select(TaskRow.id).where(TaskRow.public_id == act.about["task_id"]).scalar_subquery()
        begun = {"starts_at": now - timedelta(hours=1), "ends_at": now}
        session.execute(update(AppointmentRow).where(AppointmentRow.task_id == id_).values(begun))
    if act.body.task and "task_id" in act.about:
        stands = {"state": act.body.task, **_standing(act.body.task, person_id, now)}
        if act.template.endswith("/decline"):
            stands["assignee_id"] = person_id
        session.execute(update(TaskRow).where(TaskRow.public_id == act.about["task_id"]).values(stands))
    if act.body.resolved:
        ticket_id = select(TicketRow.id).where(TicketRow.reference == act.about["reference"]).scalar_subquery()
        done = {"state": TaskState.DONE, "done_at": now}
        session.execute(update(TaskRow).where(TaskRow.ticket_id == ticket_id).values(done))
        over = {"state": TicketState.RESOLVED, "resolved_at": now}
        session.execute(update(TicketRow).where(TicketRow.id == ticket_id).values(over))


def _standing(state: TaskState, person_id: int | None, now: datetime) -> dict[str, Any]:
    nobodys: dict[str, Any] = {"assignee_id": None, "held_at": None, "hold_reason": None, "done_at": None}
    mine = {"assignee_id": person_id}
    by_state: dict[TaskState, dict[str, Any]] = {
        TaskState.CLAIMED: mine,
        TaskState.ON_HOLD: {**mine, "held_at": now, "hold_reason": HoldReason.VENDOR},
        TaskState.DONE: {"done_at": now},
    }
    return nobodys | by_state.get(state, {})


def do(client: TestClient, act: Act) -> Answer:
    """Knock at the door as it wants it: with JSON, or with a form."""
    given = act.filled(dict(act.body.given))
    sent: dict[str, Any] = {"json": given} if act.body.is_json else {"data": given}
    if act.body.file is not None:
        sent["files"] = {"file": ("light.txt", act.body.file)}
    answer = client.post(act.path, **sent)
    return Answer(answer.status_code, answer.text, dict(answer.headers))


def followed(client: TestClient, answer: Answer) -> str:
    """All that the reader receives: body, headers, and the page that a redirect leads to."""
    received = answer.text + repr(answer.headers)
    if answer.status != 303:
        return received
    target = urlsplit(answer.headers["location"])
    page = client.get(target.path, params=target.query)
    return received + page.text + repr(page.headers)


def elsewhere(act: Act, unknown: frozenset[str]) -> Act:
    """The same act about what nobody has, in place of what the reader does not know."""
    lost = {
        name: (NO_REFERENCE if name in ("reference", OF) else NO_ID) if value in unknown else value
        for name, value in act.about.items()
    }
    return Act(act.template, act.body, lost)


def fingerprint(session: Session) -> frozenset[tuple[Any, ...]]:
    """Of every table but those that looking writes to, in no order: large tables are read in parallel.

    How many rows it has, and which transactions made them: an update makes a row anew, a lock does not.
    """
    names = [table.name for table in Base.metadata.sorted_tables if table.name not in UNMOVED]
    each = [f"SELECT '{name}', count(*), sum(xmin::text::bigint) FROM \"{name}\"" for name in names]  # noqa: S608 - our tables
    return frozenset(tuple(row) for row in session.execute(text(" UNION ALL ".join(each))))


def newest_mail(session: Session) -> int:
    return session.scalar(select(func.max(MailRow.id))) or 0
