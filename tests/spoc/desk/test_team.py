"""A queue's team: who may change how its tasks find their person, and what readers learn of the loads."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.assign import Strategy
from routing.work import TaskState
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow
from spoc.desk.errors import InvalidTeam
from spoc.desk.queues.team import Way, read_team, set_member, set_way
from spoc.errors import NotAllowed, NotFound
from tests.world import World

TURN = Way(Strategy.ROUND_ROBIN)


def lea(world: World) -> UUID:
    return world.person("agent.it").public_id


def loads(world: World, who: str, queue: str) -> dict[str, int]:
    team = read_team(world.session, world.actor(who), queue)
    return {one.name: one.open_tasks for one in team.members}


def give(world: World, person: str, queue: str, **values: Any) -> None:
    queue_id = select(QueueRow.id).where(QueueRow.key == queue).scalar_subquery()
    given = {"assignee_id": world.ids[person], "state": TaskState.CLAIMED, **values}
    world.session.execute(update(TaskRow).where(TaskRow.queue_id == queue_id).values(given))


def test_a_lead_changes_how_tasks_find_their_person(world: World, session: Session) -> None:
    set_way(session, world.actor("lead"), "it", Way(Strategy.SKILL, " VPN  access", "", 90))

    team = read_team(session, world.actor("agent.it"), "it")
    assert (team.way, team.may_change) == (Way(Strategy.SKILL, "vpn access", "", 90), False)


def test_what_is_ready_and_nobodys_is_considered_anew(world: World, session: Session) -> None:
    ticket = world.submit("laptop-fault")
    mine = TaskRow.ticket_id == ticket.ticket_id
    session.execute(update(TaskRow).where(mine).values(considered_at=world.now))

    set_way(session, world.actor("lead"), "desk", TURN)

    assert session.scalars(select(TaskRow.considered_at).where(mine)).all() == [None]


def test_a_lead_changes_what_a_member_takes_and_knows(world: World, session: Session) -> None:
    set_member(session, world.actor("lead"), "it", lea(world), 8, "Doors, vpn,, VPN ")

    team = read_team(session, world.actor("lead"), "it")
    (member,) = [one for one in team.members if one.public_id == lea(world)]
    assert (member.most_tasks, member.skills) == (8, ("doors", "vpn"))


@pytest.mark.parametrize(("who", "refusal"), [("agent.it", NotAllowed), ("agent.hr", NotFound), ("admin", NotFound)])
def test_nobody_else_changes_anything(world: World, session: Session, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        set_way(session, world.actor(who), "it", TURN)
    with pytest.raises(refusal):
        set_member(session, world.actor(who), "it", lea(world), 8, "")


@pytest.mark.parametrize(
    ("way", "field"),
    [
        (Way(Strategy.SKILL), "skill"),
        (Way(Strategy.POINT_OF_CONTACT), "topic"),
        (Way(Strategy.MANUAL, answer_minutes=0), "answer_hours"),
    ],
)
def test_a_way_that_lacks_something_is_refused(world: World, session: Session, way: Way, field: str) -> None:
    with pytest.raises(InvalidTeam) as refused:
        set_way(session, world.actor("lead"), "it", way)

    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize(
    ("most", "skills", "field"),
    [
        (-1, "", "most_tasks"),
        (501, "", "most_tasks"),
        (None, "x" * 61, "skills"),
        (None, ",".join("abcdefghijklmnopqrstu"), "skills"),
    ],
)
def test_a_limit_or_skills_that_cannot_be_are_refused(
    world: World, session: Session, most: int | None, skills: str, field: str
) -> None:
    with pytest.raises(InvalidTeam) as refused:
        set_member(session, world.actor("lead"), "it", lea(world), most, skills)

    assert [fault.field for fault in refused.value.faults] == [field]


def test_who_does_not_serve_the_queue_cannot_be_changed_there(world: World, session: Session) -> None:
    with pytest.raises(NotFound):
        set_member(session, world.actor("lead"), "it", world.person("agent.hr").public_id, 8, "")


def test_a_load_counts_only_what_its_reader_may_read(world: World, session: Session) -> None:
    world.submit("new-starter")
    queue_id = select(QueueRow.id).where(QueueRow.key == "it").scalar_subquery()
    of_it = session.scalars(select(TaskRow.id).where(TaskRow.queue_id == queue_id).order_by(TaskRow.id)).all()
    give(world, "agent.it", "it")
    session.execute(update(TaskRow).where(TaskRow.id == of_it[0]).values(confidential_to=["hr"]))
    session.execute(update(TaskRow).where(TaskRow.id == of_it[1]).values(secret=True, confidential_to=["it"]))

    assert loads(world, "lead", "it")["Lea Brandt"] == len(of_it) - 2


def test_a_queue_that_one_does_not_serve_has_no_team(world: World, session: Session) -> None:
    with pytest.raises(NotFound):
        read_team(session, world.actor("agent.it"), "hr")
    with pytest.raises(NotFound):
        read_team(session, world.actor("lead"), "no-such")
