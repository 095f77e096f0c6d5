"""Many changes of one request at once: each is whole, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session, sessionmaker

from routing.work import Channel
from spoc.db.events import TicketBusy, lock
from spoc.desk.actions.claims import claim
from spoc.desk.amending.amend import Wish, amend
from spoc.desk.amending.difference import Difference
from spoc.desk.ticket_page import Answer
from spoc.errors import NotFound
from spoc.intake.write import Accepted
from tests.changes_of_mind import FIRST, broken, planner, wishes
from tests.spoc.desk.changing import ask_id, ask_row, change, events, tasks
from tests.world import World


def ends(found: Difference) -> tuple[Answer, Answer]:
    (answer,) = found.answers
    assert answer.was is not None
    assert answer.now is not None
    return answer.was, answer.now


def test_of_many_changes_at_once_each_is_whole_and_sees_the_one_before(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        ticket = world.submit("new-starter", start_on=FIRST.isoformat())
        id_ = ask_id(session, ticket)

    def changing(wish: Wish) -> Difference:
        with committed.begin() as session:
            means, actor = planner(session, now), world.actor("employee")
            return amend(session, actor, ticket.reference, id_, wish, now, planner=means, channel=Channel.API)

    with ThreadPoolExecutor(24) as pool:
        found = list(pool.map(changing, wishes(24, seed=5)))

    applied = [one for one in found if not one.is_none]
    assert {one.cancels for one in applied} == {True, False}
    with committed() as session:
        assert broken(session, ticket.ticket_id, applied, now) == []


def test_who_waits_too_long_is_told_and_nobody_waits_for_another_ticket(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        busy, other = (world.submit("new-starter", start_on=FIRST.isoformat()) for _ in range(2))

    def changing(ticket: Accepted) -> Difference:
        with committed.begin() as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            return change(replace(world, session=session), ticket, now, start_on="2026-10-13")

    with committed.begin() as holder:
        lock(holder, busy.ticket_id)
        with pytest.raises(TicketBusy, match="Try again"):
            changing(busy)
        assert not changing(other).is_none

    with committed() as session:
        assert broken(session, busy.ticket_id, [], now) == []
        assert (ask_row(session, busy).former_answers, events(session, busy, "amended")) == ([], [])


def test_a_task_that_is_not_theirs_to_see_is_not_busy_to_them(committed: sessionmaker[Session], now: datetime) -> None:
    with committed() as session:
        world = World.create(session, now)
        ticket = world.submit("new-starter", start_on=FIRST.isoformat())
        task_id = tasks(session, ticket)["accounts"].public_id

    def claimed(by: str) -> None:
        with committed.begin() as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            claim(session, world.actor(by), task_id, now)

    with committed.begin() as holder:
        lock(holder, ticket.ticket_id)
        with pytest.raises(TicketBusy):
            claimed("agent.it")
        with pytest.raises(NotFound, match="no such task"):
            claimed("colleague")


def test_another_fault_of_the_database_is_not_called_busy(session: Session) -> None:
    session.execute(text("SET LOCAL transaction_read_only = on"))

    with pytest.raises(InternalError, match="read-only"):
        lock(session, 1)
