"""The pages of a team and of absences, and absences by program."""

import re

from fastapi.testclient import TestClient
from sqlalchemy import select, update

from routing.assign import Strategy
from spoc.db.people import AbsenceRow, QueueRow
from spoc.db.tickets import TaskRow
from tests.world import World, mail_of

AWAY = {"from_on": "2026-08-13", "until_on": "2026-08-20", "deputy": mail_of("lead")}


def member(world: World) -> str:
    return f"/desk/it/team/{world.person('agent.it').public_id}"


def test_the_team_says_who_is_there_and_what_they_take(client: TestClient, world: World) -> None:
    world.sign_in(client, "lead")
    client.post(member(world), data={"most_tasks": "0", "skills": "vpn, doors"})
    client.post(f"{member(world)}/absences", data=AWAY)

    page = client.get("/desk/it/team").text

    assert "Lea Brandt" in page
    assert "doors, vpn" in page
    assert "0 of 0" in page
    assert "away now" in page
    assert "Piotr Zieliński stands in" in page


def test_a_lead_chooses_how_tasks_find_their_person(client: TestClient, world: World) -> None:
    world.sign_in(client, "lead")

    answer = client.post(
        "/desk/it/team", data={"strategy": "point_of_contact", "topic": "laptops", "answer_hours": "1.5"}
    )

    queue = world.session.scalars(select(QueueRow).where(QueueRow.key == "it")).one()
    world.session.refresh(queue)
    assert answer.status_code == 303
    assert (queue.strategy, queue.topic, queue.answer_minutes) == (Strategy.POINT_OF_CONTACT, "laptops", 90)
    assert "offered within a minute" in client.get("/desk/it/team").text


def test_an_agent_reads_the_team_and_changes_nothing(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")

    page = client.get("/desk/it/team").text

    assert "By hand: whoever takes it" in page
    assert "<form" not in page.split("<main", 1)[1]
    assert client.post("/desk/it/team", data={"strategy": "round_robin"}).status_code == 403
    assert client.post(member(world), data={"most_tasks": "3"}).status_code == 403
    assert client.get("/desk/hr/team").status_code == 404


def test_what_is_refused_is_said_beside_its_field(client: TestClient, world: World) -> None:
    world.sign_in(client, "lead")

    no_skill = client.post("/desk/it/team", data={"strategy": "skill", "answer_hours": "4"})
    no_limit = client.post(member(world), data={"most_tasks": "-3"})
    over = client.post(f"{member(world)}/absences", data=AWAY | {"until_on": "2026-08-12"})
    nobody = client.post(f"/desk/it/team/{world.person('agent.hr').public_id}/absences", data=AWAY)

    assert "Say which skill the tasks of this queue take." in no_skill.text
    assert "A limit is a number from 0 to 500" in no_limit.text
    assert "This day is over." in over.text
    assert [one.status_code for one in (no_skill, no_limit, over, nobody)] == [422, 422, 422, 404]


def test_one_writes_down_and_ends_ones_own_absence(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")

    refused = client.post("/profile/absences", data={"from_on": "soon", "until_on": "2026-08-20", "deputy": "nobody"})
    added = client.post("/profile/absences", data=AWAY)
    page = client.get("/profile").text
    found = re.search(r'action="(/absences/[^"]+/end)"', page)
    assert found is not None
    ended = client.post(found[1], data={"address": "/profile"})

    assert refused.status_code == 422
    assert "Say which is the first day." in refused.text
    assert [one.status_code for one in (added, ended)] == [303, 303]
    assert "Piotr Zieliński stands in" in page
    assert world.session.scalars(select(AbsenceRow)).all() == []


def test_a_program_writes_down_reads_and_ends_absences(client: TestClient, world: World) -> None:
    world.sign_in(client, "lead")
    body = {"from_on": "2026-08-14", "until_on": "2026-08-20", "deputy": mail_of("lead")}

    of_other = client.post("/api/absences", json=body | {"person": mail_of("agent.it")})
    of_nobody_led = client.post("/api/absences", json=body | {"person": mail_of("agent.hr")})
    own = client.post("/api/absences", json=body | {"deputy": ""}).json()["id"]

    assert (of_other.status_code, of_nobody_led.status_code) == (201, 403)
    wanted = {"id": own, "from_on": "2026-08-14", "until_on": "2026-08-20", "deputy": None}
    assert client.get("/api/absences").json() == {"absences": [wanted]}
    assert client.post(f"/api/absences/{own}/end").json() == {"id": own}
    assert client.get("/api/absences").json() == {"absences": []}


def test_who_is_offered_a_task_sees_so_and_takes_it(client: TestClient, world: World) -> None:
    ticket = world.submit("laptop-fault")
    offered = {"assignee_id": world.ids["agent.desk"], "considered_at": world.now}
    world.session.execute(update(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id).values(offered))
    world.session.commit()

    world.sign_in(client, "lead")
    others = client.get("/desk/desk").text
    world.sign_in(client, "agent.desk")
    mine = client.get("/desk/mine").text

    claim = f"/desk/tasks/{ticket.tasks[0].id}/claim"
    assert "Offered" in others
    assert claim not in others
    assert "Offered to you" in mine
    assert claim in mine
    assert client.post(claim).status_code == 303
