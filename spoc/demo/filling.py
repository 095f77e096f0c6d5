"""Filling an empty database with Halden Optics and its history, all or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.contacts import ContactRow
from spoc.db.people import PersonRow
from spoc.db.tickets import OPEN_TASK, EventRow, TaskRow, TicketRow
from spoc.demo.aftermath import follow_up
from spoc.demo.arrivals import draw_seldom
from spoc.demo.errors import NotEmpty
from spoc.demo.organisation import set_up
from spoc.demo.register import fill_register
from spoc.demo.second_looks import expect_second_looks
from spoc.demo.simulate import Progress, simulate
from spoc.demo.staff import read_staff
from spoc.demo.stage import set_stage
from spoc.demo.told import expect_told
from spoc.files.store import Store

DAYS: Final = 56
SEED: Final = 4400


@dataclass(frozen=True)
class Summary:
    """How much there is now. `open_tasks` are those that are not over, waiting ones included."""

    people: int
    tickets: int
    tasks: int
    open_tasks: int
    contacts: int
    events: int


def fill(
    sessions: sessionmaker[Session],
    now: datetime,
    progress: Progress,
    store: Store,
    *,
    days: int = DAYS,
    seed: int = SEED,
) -> Summary:
    """Set up Halden Optics and play the `days` before `now`; the same `now` and `seed` give the same history.

    What its people hand in lies in the `store`.

    One transaction: whoever breaks off leaves the database as it was.

    Raises:
        NotEmpty: there are people or tickets already.
    """
    with sessions.begin() as session:
        if session.scalar(select(exists(select(PersonRow.id)) | exists(select(TicketRow.id)))):
            raise NotEmpty
        begins_at = now - timedelta(days=days)
        staff = read_staff()
        set_up(session, staff, begins_at, now.date())
        fill_register(session, staff, Random(seed), begins_at, now.date())  # noqa: S311 - dice, not secrets
        stage = set_stage(session, staff, Random(seed), begins_at, now, store, follow_up)  # noqa: S311 - dice, not secrets
        expect_told(stage)
        draw_seldom(stage)
        expect_second_looks(stage)
        simulate(stage, session, progress)
        session.execute(text("ANALYZE"))
        return _summary(session)


def _summary(session: Session) -> Summary:
    rows = (PersonRow, TicketRow, TaskRow, ContactRow, EventRow)
    people, tickets, tasks, contacts, events = (
        session.scalar(select(func.count()).select_from(row)) or 0 for row in rows
    )
    unfinished = session.scalar(select(func.count()).select_from(TaskRow).where(text(OPEN_TASK))) or 0
    return Summary(people, tickets, tasks, unfinished, contacts, events)
