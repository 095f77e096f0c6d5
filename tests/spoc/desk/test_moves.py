"""Moves of tasks: who may make them, what follows, and what the record says."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.errors import NotPossible
from routing.work import HoldReason, TaskState, TicketState
from spoc.db.jobs import JobRow
from spoc.db.tickets import AskRow, EventRow, TaskRow
from spoc.desk.actions.claims import claim, release
from spoc.desk.actions.finishing import finish, reopen_task
from spoc.desk.actions.holds import hold, resume
from spoc.desk.errors import AlreadyClaimed
from spoc.desk.follow import follow
from spoc.desk.sweeps import open_due
from spoc.errors import NotAllowed, NotFound
from tests.spoc.desk.moved import events, finish_all, open_tasks, row, task_id, ticket_row
from tests.world import World


def test_a_claimed_task_is_the_agents_and_says_so(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.assignee_id, task.claimed_at) == (TaskState.CLAIMED, world.ids["agent.it"], now)
    assert [event.what["title"] for event in events(session, ticket, "claimed")] == [task.title]


def test_claiming_what_is_already_mine_changes_nothing(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now + timedelta(minutes=1))

    assert len(events(session, ticket, "claimed")) == 1


def test_who_comes_second_is_told_who_was_faster(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    with pytest.raises(AlreadyClaimed, match="Lea Brandt") as caught:
        claim(session, world.actor("lead"), task_id(ticket, "laptop-order"), now)

    assert caught.value.reference == ticket.reference


def test_a_task_that_waits_cannot_be_claimed(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotPossible):
        claim(session, world.actor("agent.it"), task_id(ticket, "accounts"), now)


def test_a_task_of_another_queue_is_seen_and_not_worked(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotAllowed):
        claim(session, world.actor("agent.it"), task_id(ticket, "badge"), now)


@pytest.mark.parametrize(("who", "key"), [("colleague", "badge"), ("manager", "badge"), ("agent.it", "payroll")])
def test_a_task_that_is_not_ones_to_see_does_not_exist(
    world: World, session: Session, now: datetime, who: str, key: str
) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotFound) as hidden:
        claim(session, world.actor(who), task_id(ticket, key), now)
    with pytest.raises(NotFound) as missing:
        claim(session, world.actor(who), uuid4(), now)

    assert str(hidden.value) == str(missing.value)


def test_a_released_task_is_anybodys_again(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    release(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.assignee_id) == (TaskState.READY, None)


def test_what_waited_for_a_finished_task_becomes_ready(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    finish(session, world.actor("agent.hr"), task_id(ticket, "contract"), now, result="Signed.")

    assert row(session, ticket, "contract").result == "Signed."
    accounts = row(session, ticket, "accounts")
    assert (accounts.state, accounts.ready_at) == (TaskState.READY, now)
    assert row(session, ticket, "groups").state is TaskState.WAITING
    assert ticket_row(session, ticket).state is TicketState.OPEN


def test_a_person_ends_their_own_step_and_nobody_elses(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotAllowed):
        finish(session, world.actor("agent.desk"), task_id(ticket, "first-week-plan"), now)
    finish(session, world.actor("employee"), task_id(ticket, "first-week-plan"), now, result="Lunch with Mara.")

    assert row(session, ticket, "first-week-plan").state is TaskState.DONE


def test_the_last_task_resolves_ask_and_ticket_and_tells_the_requester(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")

    finish_all(session, world, ticket, now)

    ask = session.scalars(select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)).one()
    session.refresh(ask)
    assert (ask.resolved_at, ask.first_resolved_at) == (now, now)
    assert ask.resolved_by_queue_id is not None
    assert (ticket_row(session, ticket).state, ticket_row(session, ticket).resolved_at) == (TicketState.RESOLVED, now)
    assert len(events(session, ticket, "resolved")) == 1
    assert len(session.scalars(select(JobRow).where(JobRow.kind == "mail.ticket_resolved")).all()) == 1


def test_every_change_of_a_ticket_and_its_ask_is_in_the_log(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    agent = world.actor(f"agent.{queue}")
    hold(session, agent, first, now, reason=HoldReason.REQUESTER, note="Which system?")
    resume(session, agent, first, now)
    finish(session, agent, first, now)
    reopen_task(session, agent, first, now, why="It came back")
    session.execute(update(TaskRow).values(state=TaskState.CANCELLED))
    follow(session, ticket.ticket_id, None, now)

    kinds = {"ask_resolved", "ask_reopened", "ask_cancelled", "waiting_for_requester", "in_work_again", "cancelled"}
    log = session.scalars(select(EventRow).where(EventRow.kind.in_(kinds)).order_by(EventRow.number)).all()
    assert [event.kind for event in log] == [
        "waiting_for_requester",
        "in_work_again",
        "ask_resolved",
        "ask_reopened",
        "ask_cancelled",
        "cancelled",
    ]
    assert not any(event.public for event in log)
    assert ticket_row(session, ticket).state is TicketState.CANCELLED


def test_a_task_whose_opening_date_came_is_ready(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    welcome = row(session, ticket, "welcome")
    assert welcome.opens_at is not None

    assert open_due(session, welcome.opens_at - timedelta(seconds=1)) == 0
    open_due(session, welcome.opens_at)

    assert row(session, ticket, "welcome").state is TaskState.READY
    assert row(session, ticket, "benefits").state is TaskState.WAITING
    assert open_due(session, welcome.opens_at) == 0
