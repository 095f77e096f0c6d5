"""Tasks that go to another queue or person, with what they need to know."""

from datetime import datetime
from functools import partial

import pytest
from sqlalchemy.orm import Session

from routing.work import TaskState
from spoc.db.people import QueueRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.handoff import hand_over
from spoc.desk.errors import AlreadyThere, NotAMember, NothingSaid, UnknownQueue
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed
from spoc.intake.catalogue import service_at
from tests.spoc.desk.moved import events, row, task_id
from tests.world import World, mail_of


def test_a_handed_over_task_is_ready_in_the_other_queue_with_what_they_need_to_know(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    hand_over(
        session,
        world.actor("agent.it"),
        task_id(ticket, "laptop-order"),
        now,
        to="office",
        why="Bought from the office budget",
        know="Cost centre 4410",
    )

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.assignee_id, task.claimed_at) == (TaskState.READY, None, None)
    assert session.get_one(QueueRow, task.queue_id).key == "office"
    what = events(session, ticket, "handed_off")[0].what
    assert (what["from"], what["to"], what["know"], what["warm"]) == ("it", "office", "Cost centre 4410", False)


def test_a_task_can_be_meant_for_one_person_of_the_queue(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    order = task_id(ticket, "laptop-order")

    hand_over(
        session, world.actor("lead"), order, now, to="it", why="She knows the supplier", person_mail=mail_of("agent.it")
    )

    assert row(session, ticket, "laptop-order").assignee_id == world.ids["agent.it"]


def test_a_handover_needs_a_reason_a_queue_and_a_member(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    order, actor = task_id(ticket, "laptop-order"), world.actor("agent.it")

    with pytest.raises(NothingSaid):
        hand_over(session, actor, order, now, to="office", why="  ")
    with pytest.raises(UnknownQueue):
        hand_over(session, actor, order, now, to="nowhere", why="Theirs")
    with pytest.raises(NotAMember):
        hand_over(session, actor, order, now, to="office", why="Theirs", person_mail=mail_of("agent.it"))
    with pytest.raises(AlreadyThere):
        hand_over(session, actor, order, now, to="it", why="Theirs")


def test_a_confidential_task_leaves_its_queue_only_by_a_hand_in_both(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("new-starter")
    finish(session, world.actor("agent.hr"), task_id(ticket, "contract"), now)

    with pytest.raises(NotAllowed):
        hand_over(session, world.actor("agent.hr"), task_id(ticket, "payroll"), now, to="it", why="Theirs")
    both = world.actor("agent.hr")
    both = type(both)(both.person_id, both.mail, both.roles, frozenset({"hr", "it"}))
    hand_over(session, both, task_id(ticket, "payroll"), now, to="it", why="Theirs")

    assert row(session, ticket, "payroll").confidential_to == ["hr", "it"]


@pytest.mark.parametrize(("who", "told"), [("agent.it", 1), ("agent.hr", 1), ("agent.facilities", 0), ("employee", 0)])
def test_a_confidential_handover_is_told_to_those_who_hold_it_now(
    world: World, session: Session, now: datetime, who: str, told: int
) -> None:
    ticket = world.submit("new-starter")
    finish(session, world.actor("agent.hr"), task_id(ticket, "contract"), now)
    both = world.actor("agent.hr")
    both = type(both)(both.person_id, both.mail, both.roles, frozenset({"hr", "it"}))

    hand_over(
        session, both, task_id(ticket, "payroll"), now, to="it", why="A fault in the tool", know="Run it in test first"
    )

    page = read_ticket(session, world.actor(who), ticket.reference, now, partial(service_at, session))
    read = [event.what["know"] for event in page.events if event.kind == "handed_off"]
    assert read == ["Run it in test first"] * told
