"""What was ended too soon, and is taken up again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import Channel, TicketState
from spoc.db.contacts import ContactRow
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow
from spoc.desk.actions.finishing import reopen_task, reopen_ticket
from spoc.desk.errors import NothingSaid, NotResolved
from tests.spoc.desk.moved import events, finish_all, open_tasks, task_id, ticket_row
from tests.world import World


def test_reopening_a_task_opens_the_ticket_again(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    finish_all(session, world, ticket, now)

    reopen_task(session, world.actor(f"agent.{queue}"), first, now + timedelta(hours=1), why="It came back")

    opened = ticket_row(session, ticket)
    assert (opened.state, opened.resolved_at) == (TicketState.OPEN, None)
    ask = session.scalars(select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)).one()
    session.refresh(ask)
    assert (ask.resolved_at, ask.first_resolved_at) == (None, now)
    assert ask.resolved_by_queue_id is None
    assert ask.first_resolved_by_queue_id == session.scalar(select(QueueRow.id).where(QueueRow.key == queue))
    assert events(session, ticket, "ticket_reopened")[0].what == {"why": "It came back"}


def test_reopening_a_task_needs_a_reason(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NothingSaid):
        reopen_task(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now, why=" ")


def test_the_requester_reopens_their_ticket_and_that_is_a_repeat(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    finish_all(session, world, ticket, now)

    later = now + timedelta(days=1)
    reopen_ticket(session, world.actor("employee"), ticket.reference, later, why="Still locked", channel=Channel.WEB)

    assert ticket_row(session, ticket).state is TicketState.OPEN
    contact = session.scalars(select(ContactRow).order_by(ContactRow.id.desc()).limit(1)).one()
    assert (str(contact.kind), str(contact.cause), contact.note) == ("repeat", "reopened", "Still locked")


def test_only_a_resolved_ticket_can_be_reopened(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotResolved):
        reopen_ticket(session, world.actor("employee"), ticket.reference, now, why="Too slow", channel=Channel.WEB)
    with pytest.raises(NothingSaid):
        reopen_ticket(session, world.actor("employee"), ticket.reference, now, why="", channel=Channel.WEB)
