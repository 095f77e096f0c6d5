"""Holds: what a task waits for, what that does to its due time, and how it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.errors import NotPossible
from routing.work import Channel, HoldReason, TaskState, TicketState
from spoc.db.contacts import ContactRow
from spoc.db.jobs import JobRow
from spoc.db.tickets import MessageRow, TaskRow
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.holds import hold, resume
from spoc.desk.errors import NothingSaid, NotLater
from spoc.desk.messages import send_message
from spoc.desk.sweeps import resume_due
from tests.spoc.desk.moved import events, open_tasks, row, task_id, ticket_row
from tests.world import World


def test_a_hold_for_the_requester_waits_for_them_and_their_answer_ends_it(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    agent = world.actor(f"agent.{queue}")
    due = session.scalars(select(TaskRow.due_at).where(TaskRow.public_id == first)).one()
    hold(session, agent, first, now, reason=HoldReason.REQUESTER, note="Which system?")
    assert ticket_row(session, ticket).state is TicketState.WAITING_FOR_REQUESTER

    later = now + timedelta(hours=1)
    send_message(session, world.actor("employee"), ticket.reference, later, body="The wiki.", channel=Channel.WEB)

    task = session.scalars(select(TaskRow).where(TaskRow.public_id == first)).one()
    session.refresh(task)
    assert (task.state, task.hold_reason) == (TaskState.READY, None)
    assert due is not None
    assert task.due_at == due + timedelta(hours=1)
    assert session.scalars(select(MessageRow.body).order_by(MessageRow.id)).all() == ["Which system?", "The wiki."]
    assert len(session.scalars(select(JobRow).where(JobRow.kind == "mail.message")).all()) == 1
    assert ticket_row(session, ticket).state is TicketState.OPEN
    kinds = session.scalars(
        select(ContactRow.kind).where(ContactRow.ticket_id == ticket.ticket_id).order_by(ContactRow.id)
    )
    assert [str(kind) for kind in kinds] == ["first", "response"]


def test_a_hold_for_the_requester_needs_a_question(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]

    with pytest.raises(NothingSaid) as caught:
        hold(session, world.actor(f"agent.{queue}"), first, now, reason=HoldReason.REQUESTER, note=" ")

    assert [fault.field for fault in caught.value.faults] == ["note"]
    assert row(session, ticket, ticket.tasks[0].key).state is TaskState.READY


def test_what_is_finished_from_a_hold_keeps_the_pause_in_its_due_time(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    agent = world.actor(f"agent.{queue}")
    due = session.scalars(select(TaskRow.due_at).where(TaskRow.public_id == first)).one()
    assert due is not None

    hold(session, agent, first, now, reason=HoldReason.REQUESTER, note="Which system?")
    finish(session, agent, first, now + timedelta(hours=1), result="Found it.")

    assert session.scalars(select(TaskRow.due_at).where(TaskRow.public_id == first)).one() == due + timedelta(hours=1)


def test_a_hold_ends_in_the_future(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotLater):
        hold(
            session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now, reason=HoldReason.VENDOR, until=now
        )


def test_a_task_that_is_not_held_cannot_be_resumed(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotPossible):
        resume(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)


def test_a_ticket_that_cannot_be_reckoned_keeps_no_other_hold(world: World, session: Session, now: datetime) -> None:
    until = now + timedelta(days=1)
    bad, good = world.submit("password-access"), world.submit("password-access")
    desk = world.actor("agent.desk")
    for ticket in (bad, good):
        hold(session, desk, ticket.tasks[0].id, now, reason=HoldReason.REQUESTER, note="Which?", until=until)
    row(session, bad, bad.tasks[0].key).due_at = datetime.max.replace(tzinfo=UTC)
    session.flush()

    assert resume_due(session, until) == 1

    assert row(session, bad, bad.tasks[0].key).state is TaskState.ON_HOLD
    assert row(session, good, good.tasks[0].key).state is TaskState.READY


def test_a_hold_ends_by_itself_when_its_time_came(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    until = now + timedelta(days=1)
    order = task_id(ticket, "laptop-order")
    hold(session, world.actor("agent.it"), order, now, reason=HoldReason.VENDOR, note="Delivery", until=until)

    assert resume_due(session, now) == 0
    assert resume_due(session, until) == 1

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.hold_until) == (TaskState.READY, None)
    assert events(session, ticket, "resumed")[0].actor_id is None
