"""Priority from the form, from the organisation's matrix, and from who works on the ticket."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.rules import Rule
from spoc.db.tickets import EventRow, TicketRow
from spoc.desk.actions.priority import set_priority
from spoc.desk.errors import NothingSaid, UnknownPriority
from spoc.errors import NotAllowed, NotFound
from spoc.intake.errors import InvalidSetting, RulesMovedOn
from spoc.intake.ruling.editing import add_rule
from spoc.intake.ruling.settings import set_matrix
from spoc.intake.ruling.stored import SETTINGS, changes_of, version_of
from tests.world import World


def priority(world: World, reference: str) -> str:
    world.session.expire_all()
    return world.session.scalars(select(TicketRow.priority).where(TicketRow.reference == reference)).one()


def test_impact_and_urgency_make_the_priority_which_rules_see(world: World) -> None:
    add_rule(world.session, world.actor("admin"), 0, Rule("hr", service="network-fault", priority="high"), world.now)

    many = world.submit("network-fault", others=True)
    one = world.submit("network-fault", others=False)

    assert (priority(world, many.reference), priority(world, one.reference)) == ("high", "normal")
    assert {task.queue for task in many.tasks} == {"hr"}
    assert "hr" not in {task.queue for task in one.tasks}


def test_the_matrix_counts_from_its_change_on_and_keeps_its_history(world: World) -> None:
    before = world.submit("network-fault", others=True)

    set_matrix(world.session, world.actor("owner"), 0, {"high.medium": "urgent"}, world.now, why="The fair")
    after = world.submit("network-fault", others=True)

    assert (priority(world, before.reference), priority(world, after.reference)) == ("high", "urgent")
    (change,) = changes_of(world.session, SETTINGS)
    assert (change.before["high.medium"], change.after["high.medium"], change.why) == ("high", "urgent", "The fair")
    with pytest.raises(RulesMovedOn):
        set_matrix(world.session, world.actor("owner"), 0, {"high.medium": "low"}, world.now, why="Again")


@pytest.mark.parametrize(
    ("cells", "why", "field"),
    [({"high.high": "soon"}, "So", "priority"), ({"top.high": "low"}, "So", "priority"), ({}, " ", "why")],
)
def test_a_matrix_of_what_is_not_there_is_refused(world: World, cells: dict[str, str], why: str, field: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        set_matrix(world.session, world.actor("owner"), 0, cells, world.now, why=why)

    assert [fault.field for fault in refused.value.faults] == [field]


def test_who_works_on_it_changes_the_priority_with_a_reason(world: World) -> None:
    opened = world.submit("laptop-fault")
    actor = world.actor("agent.desk")

    for _ in range(2):
        set_priority(world.session, actor, opened.reference, world.now, priority="urgent", why=" The fair ")

    events = world.session.scalars(select(EventRow).where(EventRow.kind == "priority_changed")).all()
    assert priority(world, opened.reference) == "urgent"
    assert [(one.what, one.public) for one in events] == [
        ({"before": "normal", "after": "urgent", "why": "The fair"}, False)
    ]
    with pytest.raises(UnknownPriority):
        set_priority(world.session, actor, opened.reference, world.now, priority="soon", why="So")
    with pytest.raises(NothingSaid):
        set_priority(world.session, actor, opened.reference, world.now, priority="low", why=" ")
    with pytest.raises(NotAllowed):
        set_priority(world.session, world.actor("employee"), opened.reference, world.now, priority="low", why="So")
    with pytest.raises(NotFound):
        set_priority(world.session, world.actor("agent.hr"), opened.reference, world.now, priority="low", why="So")


def test_the_page_of_an_agent_shows_and_changes_it(client: TestClient, world: World) -> None:
    reference = world.submit("laptop-fault").reference
    world.sign_in(client, "agent.desk")

    answer = client.post(f"/tickets/{reference}/priority", data={"priority": "high", "why": "The fair"})
    page = client.get(f"/tickets/{reference}").text
    by_program = client.post(f"/api/tickets/{reference}/priority", json={"priority": "urgent", "why": "Today"})

    assert answer.status_code == 303
    assert "changed the priority from Normal to High: The fair" in page
    assert by_program.json()["priority"] == client.get(f"/api/tickets/{reference}").json()["priority"] == "urgent"
    world.sign_in(client, "employee")
    assert client.get(f"/api/tickets/{reference}").json()["priority"] is None
    assert "The fair" not in client.get(f"/tickets/{reference}").text


def test_the_page_of_priorities_is_for_owners_and_administrators(client: TestClient, world: World) -> None:
    cells = ["urgent", *["normal"] * 7, "low"]
    world.sign_in(client, "owner")
    refused = client.post("/routing/priorities", data={"version": 0, "cell": cells})
    client.post("/routing/priorities", data={"version": version_of(world.session), "cell": cells, "why": "Simpler"})
    page = client.get("/routing/targets").text

    assert "Say why it is changed." in refused.text
    assert "Impact High, urgency Medium: High is now Normal" in " ".join(page.split())
    world.sign_in(client, "lead")
    assert client.get("/routing/targets").status_code == 404
