"""Work that was placed wrongly: a proposal for each way, settled once, and never of confidential work."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.rules import Rule
from routing.visibility import Actor
from spoc.db.catalog import BounceRow
from spoc.db.tickets import EventRow
from spoc.desk.actions.handoff import hand_over
from spoc.errors import NotFound
from spoc.intake.errors import RulesMovedOn
from spoc.intake.ruling.editing import add_rule
from spoc.intake.ruling.proposals import Way, accept_proposal, dismiss_proposal, proposals
from spoc.intake.ruling.stored import changes_of, rules_in_force, version_of
from tests.world import World

LOOK = Way("laptop-fault", "look", "", "desk", "it")


def bounce(world: World, to: str = "it", why: str = "Theirs", **answers: Any) -> str:
    opened = world.submit("laptop-fault", **answers)
    task = next(one for one in opened.tasks if one.key == "look")
    who = f"agent.{task.queue}"
    hand_over(world.session, world.actor(who), task.id, world.now, to=to, why=why, misplaced=True)
    world.session.commit()
    return opened.reference


def accept(world: World, way: Way) -> None:
    accept_proposal(world.session, world.actor("owner"), version_of(world.session), way, world.now, why="")


def queue_of_next(world: World, **answers: Any) -> str | None:
    return next(task.queue for task in world.submit("laptop-fault", **answers).tasks if task.key == "look")


def test_each_way_is_one_proposal_with_how_often_it_happened(world: World) -> None:
    first = bounce(world)
    second = bounce(world, why="Broken glass")
    bounce(world, to="office")

    seen = proposals(world.session, world.actor("agent.desk"))
    unseen = proposals(world.session, world.actor("owner"))

    assert [(one.way, one.count) for one in seen] == [
        (LOOK, 2),
        (Way("laptop-fault", "look", "", "desk", "office"), 1),
    ]
    assert seen[0].examples == ((second, "Broken glass"), (first, "Theirs"))
    assert [(one.count, one.examples) for one in unseen] == [(2, ()), (1, ())]


def test_a_hand_over_that_was_right_proposes_nothing(world: World) -> None:
    opened = world.submit("laptop-fault")
    hand_over(world.session, world.actor("agent.desk"), opened.tasks[0].id, world.now, to="it", why="Glass is broken")

    assert proposals(world.session, world.actor("owner")) == ()


def test_what_is_accepted_places_the_next_one_and_is_settled(world: World) -> None:
    add_rule(world.session, world.actor("admin"), 0, Rule("hr", service="laptop-fault", location="lyon"), world.now)
    bounce(world)

    accept(world, LOOK)

    assert queue_of_next(world) == "it"
    assert queue_of_next(world, location="lyon") in {"hr", "it"}
    assert proposals(world.session, world.actor("owner")) == ()
    assert changes_of(world.session)[0].why == "1 x desk > it"
    with pytest.raises(NotFound):
        accept(world, LOOK)


def test_the_rule_that_placed_it_is_the_one_that_changes(world: World) -> None:
    rule = Rule("office", service="laptop-fault", step="look", why="Office looks first")
    rule_id = add_rule(world.session, world.actor("admin"), 0, rule, world.now)
    bounce(world)
    (proposal,) = proposals(world.session, world.actor("owner"))

    accept(world, proposal.way)

    assert proposal.way == Way("laptop-fault", "look", str(rule_id), "office", "it")
    (changed,) = rules_in_force(world.session)
    assert (changed.key, changed.queue, changed.why) == (str(rule_id), "it", "Office looks first")


def test_what_is_dismissed_comes_back_only_when_it_happens_again(world: World) -> None:
    bounce(world)
    owner, version = world.actor("owner"), version_of(world.session)

    dismiss_proposal(world.session, owner, version, LOOK, world.now, why="Once only")

    assert proposals(world.session, owner) == ()
    assert rules_in_force(world.session) == ()
    assert changes_of(world.session)[0].what == "proposal_dismissed"
    with pytest.raises(RulesMovedOn):
        dismiss_proposal(world.session, owner, version, LOOK, world.now, why="")
    with pytest.raises(NotFound):
        dismiss_proposal(world.session, owner, version_of(world.session), LOOK, world.now, why="")
    bounce(world)
    assert [one.count for one in proposals(world.session, owner)] == [1]


def test_confidential_work_proposes_nothing(world: World) -> None:
    opened = world.submit("payslip-question", topic="overtime")
    kept = next(task for task in opened.tasks if task.queue == "hr")
    both = Actor(world.ids["agent.hr"], "", queues=frozenset({"hr", "it"}))
    hand_over(world.session, both, kept.id, world.now, to="it", why="Not ours", misplaced=True)

    assert world.session.scalars(select(BounceRow)).all() == []


def test_a_step_that_the_catalogue_has_no_more_is_no_proposal(world: World) -> None:
    bounce(world)
    for row in world.session.scalars(select(BounceRow)):
        row.step_key = "gone"
    world.session.flush()
    assert proposals(world.session, world.actor("owner")) == ()
    for row in world.session.scalars(select(BounceRow)):
        row.service_key = "gone"
    world.session.flush()
    assert proposals(world.session, world.actor("owner")) == ()


def test_from_the_tick_on_the_ticket_to_the_rule(client: TestClient, world: World) -> None:
    opened = world.submit("laptop-fault")
    task = opened.tasks[0].id
    world.sign_in(client, "agent.desk")
    assert "Not ours: it was placed wrongly" in client.get(f"/tickets/{opened.reference}").text
    client.post(f"/desk/tasks/{task}/handoff", data={"to": "it", "why": "Theirs", "misplaced": "true"})
    event = world.session.scalars(select(EventRow.what).where(EventRow.kind == "handed_off")).one()
    world.sign_in(client, "owner")

    page = client.get("/routing").text
    listed = client.get("/api/routing/proposals").json()
    way = {"service": "laptop-fault", "step": "look", "before": "desk", "after": "it"}
    stale = client.post("/routing/proposals/dismiss", data={"version": 99, **way})
    accepted = client.post("/routing/proposals/accept", data={"version": listed["version"], **way})

    assert event["misplaced"] is True
    assert "1 time from" in page
    assert listed["proposals"][0]["count"] == 1
    assert (stale.status_code, accepted.status_code) == (409, 303)
    assert [one.queue for one in rules_in_force(world.session)] == ["it"]
    gone = client.post("/api/routing/proposals/accept", json={"version": version_of(world.session), **way})
    assert gone.status_code == 404


def test_programs_settle_proposals_too(client: TestClient, world: World) -> None:
    bounce(world)
    bounce(world, to="office")
    world.sign_in(client, "owner")
    way = {"service": "laptop-fault", "step": "look", "before": "desk", "after": "it"}

    accepted = client.post("/api/routing/proposals/accept", json={"version": 0, **way}).json()
    again = {"version": accepted["version"], **way, "after": "office"}
    dismissed = client.post("/api/routing/proposals/dismiss", json=again)

    assert [one.key for one in rules_in_force(world.session)] == [accepted["rule"]]
    assert dismissed.json()["version"] == accepted["version"] + 1
    world.sign_in(client, "lead")
    assert client.get("/api/routing/proposals").status_code == 404
