"""A ticket's page and document: what each reader sees of it, and what they can do from it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.work import TicketState
from spoc.db.contacts import ContactRow
from spoc.db.tickets import MessageRow, TicketRow
from spoc.desk.actions.finishing import finish
from spoc.intake.write import Accepted
from tests.world import World

SALARY = 98_765
SECRET_MAIL = "canary.private@example.org"


def starter(world: World) -> Accepted:
    return world.submit("new-starter", salary=SALARY, personal_mail=SECRET_MAIL)


def document(client: TestClient, world: World, who: str, ticket: Accepted) -> dict[str, Any]:
    world.sign_in(client, who)
    answer = client.get(f"/api/tickets/{ticket.reference}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def keys(found: dict[str, Any]) -> set[str]:
    return {task["key"] for task in found["tasks"]}


def test_the_requester_sees_their_answers_and_no_confidential_step(client: TestClient, world: World) -> None:
    found = document(client, world, "employee", starter(world))

    assert keys(found).isdisjoint({"payroll", "benefits"})
    assert {"contract", "accounts", "badge"} <= keys(found)
    assert found["asks"][0]["answers"]["personal_mail"] == SECRET_MAIL
    assert "salary" not in found["asks"][0]["answers"]
    assert found["hidden"] == []
    assert [event["number"] for event in found["timeline"]] == list(range(1, len(found["timeline"]) + 1))


def test_an_agent_of_another_queue_sees_one_mask_and_nothing_behind_it(client: TestClient, world: World) -> None:
    found = document(client, world, "agent.it", starter(world))

    assert keys(found).isdisjoint({"payroll", "benefits"})
    assert found["hidden"] == [{"party": "HR", "blocks": False}]
    assert SECRET_MAIL not in str(found)
    assert str(SALARY) not in str(found)
    assert "payroll" not in str(found).lower()


def test_the_confidential_queue_sees_all_of_it(client: TestClient, world: World) -> None:
    found = document(client, world, "agent.hr", starter(world))

    assert {"payroll", "benefits"} <= keys(found)
    assert found["asks"][0]["answers"]["salary"] == SALARY
    assert found["hidden"] == []


@pytest.mark.parametrize("who", ["colleague", "manager", "owner", "admin"])
def test_a_ticket_of_others_looks_like_none(client: TestClient, world: World, who: str) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, who)

    hidden, missing = client.get(f"/api/tickets/{ticket.reference}"), client.get("/api/tickets/T-999999")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.json() == missing.json()
    assert client.get(f"/tickets/{ticket.reference}").status_code == 404


def test_a_payslip_question_is_for_hr_alone(client: TestClient, world: World) -> None:
    ticket = world.submit("payslip-question")

    for who, status in {"employee": 200, "agent.hr": 200, "agent.desk": 404, "agent.it": 404, "lead": 404}.items():
        world.sign_in(client, who)
        assert client.get(f"/tickets/{ticket.reference}").status_code == status, who


@pytest.mark.parametrize("who", ["employee", "agent.desk", "agent.it", "agent.hr", "agent.facilities", "lead"])
@pytest.mark.parametrize("service", ["new-starter", "password-access", "move"])
def test_the_page_opens_for_everybody_who_may_see_it(client: TestClient, world: World, who: str, service: str) -> None:
    ticket = world.submit(service)
    world.sign_in(client, who)
    status = client.get(f"/api/tickets/{ticket.reference}").status_code

    page = client.get(f"/tickets/{ticket.reference}")

    assert page.status_code == status
    assert status == 404 or ticket.title in page.text


def test_the_employees_page_has_no_words_of_the_desk(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "employee")

    page = client.get(f"/tickets/{ticket.reference}").text

    for word in ("payroll", "Payroll", "on_hold", "SLA", str(SALARY)):
        assert word not in page
    assert "0 of " in page
    assert "Your turn" in page


def test_what_only_waits_for_its_day_says_which(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    world.sign_in(client, "employee")

    page = client.get(f"/tickets/{ticket.reference}").text

    welcome = page.split("Welcome and introduction")[1].split("</li>")[0]
    assert "not before Tue 6 Oct" in welcome


def test_a_person_ends_their_step_from_the_page(client: TestClient, world: World) -> None:
    ticket = starter(world)
    step = next(task for task in ticket.tasks if task.key == "first-week-plan")
    world.sign_in(client, "employee")

    answer = client.post(f"/tickets/{ticket.reference}/steps/{step.id}/finish", data={"result": "Mara is the buddy."})

    assert answer.status_code == 303
    found = document(client, world, "employee", ticket)
    done = next(task for task in found["tasks"] if task["key"] == "first-week-plan")
    assert (done["state"], done["result"]) == ("done", "Mara is the buddy.")


def test_an_internal_note_is_read_by_agents_only(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "agent.it")
    client.post(f"/tickets/{ticket.reference}/messages", data={"body": "Lyon pool has one", "internal": "true"})
    client.post(f"/tickets/{ticket.reference}/messages", data={"body": "It comes on Monday"})

    assert [one["body"] for one in document(client, world, "employee", ticket)["messages"]] == ["It comes on Monday"]
    assert len(document(client, world, "agent.facilities", ticket)["messages"]) == 2


def test_a_note_can_stay_within_its_queue(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "agent.hr")
    form = {"body": "Probation of six months", "internal": "true", "only_own_queue": "true"}
    client.post(f"/tickets/{ticket.reference}/messages", data=form)

    assert len(document(client, world, "agent.hr", ticket)["messages"]) == 1
    found = document(client, world, "agent.it", ticket)
    assert found["messages"] == []
    assert "Probation" not in str(found)
    assert "Probation" not in client.get(f"/tickets/{ticket.reference}").text


def test_an_employee_writes_no_internal_notes(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "employee")

    answer = client.post(f"/tickets/{ticket.reference}/messages", data={"body": "Psst", "internal": "true"})

    assert answer.status_code == 403
    assert world.session.scalars(select(MessageRow)).all() == []


def test_an_empty_message_is_refused(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "employee")

    answer = client.post(f"/api/tickets/{ticket.reference}/messages", json={"body": "  "})

    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_said")


def test_asking_for_news_is_a_repeat_contact(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "employee")

    assert client.post(f"/tickets/{ticket.reference}/news").status_code == 303

    contact = world.session.scalars(select(ContactRow).order_by(ContactRow.id.desc()).limit(1)).one()
    assert (str(contact.kind), str(contact.cause), str(contact.channel)) == ("repeat", "chased", "web")


def test_the_requester_opens_it_again_from_the_page(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    finish(world.session, world.actor("agent.desk"), ticket.tasks[0].id, world.now)
    world.session.commit()
    world.sign_in(client, "employee")
    assert "Open it again" in client.get(f"/tickets/{ticket.reference}").text

    client.post(f"/tickets/{ticket.reference}/reopen", data={"why": "Still locked"})

    world.session.expire_all()
    assert world.session.get_one(TicketRow, ticket.ticket_id).state is TicketState.OPEN


def test_an_agent_corrects_a_repeat_to_thanks(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "employee")
    client.post(f"/tickets/{ticket.reference}/messages", data={"body": "Thank you all"})
    found = document(client, world, "agent.it", ticket)
    contact = next(one for one in found["contacts"] if one["kind"] == "repeat")

    client.post(f"/tickets/{ticket.reference}/contacts/{contact['id']}/kind", data={"kind": "thanks"})

    found = document(client, world, "agent.it", ticket)
    assert [one["kind"] for one in found["contacts"]] == ["first", "thanks"]
    assert found["timeline"][-1]["what"] == {"from": "repeat", "to": "thanks", "cause": None}


def test_an_agent_says_that_a_request_is_something_new(client: TestClient, world: World) -> None:
    first = world.submit("password-access", at=world.now - timedelta(hours=2))
    finish(world.session, world.actor("agent.desk"), first.tasks[0].id, world.now - timedelta(hours=1))
    second = world.submit("password-access")
    contact = document(client, world, "agent.desk", second)["contacts"][0]
    assert contact["kind"] == "repeat"
    assert "Something new" in client.get(f"/tickets/{second.reference}").text
    path = f"/contacts/{contact['id']}/kind"

    elsewhere = client.post(f"/tickets/{first.reference}{path}", data={"kind": "first"})
    answer = client.post(f"/tickets/{second.reference}{path}", data={"kind": "first"})

    assert (elsewhere.status_code, answer.status_code) == (404, 303)
    assert document(client, world, "agent.desk", second)["contacts"][0]["kind"] == "first"


def test_my_requests_show_what_is_open_and_what_is_done(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    assert "You have no open requests." in client.get("/requests").text
    first, second = world.submit("password-access"), starter(world)
    finish(world.session, world.actor("agent.desk"), first.tasks[0].id, world.now)
    world.session.commit()

    page = client.get("/requests").text

    assert page.index(second.reference) < page.index(first.reference)
    assert "payroll" not in page.lower()


def test_older_requests_are_a_page_away(client: TestClient, world: World) -> None:
    first = world.submit("password-access", at=world.now - timedelta(hours=2))
    newest = [world.submit("password-access", at=world.now - timedelta(minutes=one)) for one in range(60)]
    world.sign_in(client, "employee")

    page = client.get("/requests").text
    address = re.search(r'href="(\?before=[^"]+)"', page)
    assert address is not None
    older = client.get(f"/requests{address[1]}").text

    assert newest[0].reference in page
    assert first.reference not in page
    assert first.reference in older
    assert newest[0].reference not in older
    shown = [one.reference for one in (first, *newest) if one.reference in page or one.reference in older]
    assert len(shown) == 61
    assert "before=" not in older


def test_a_reference_is_found_in_any_case(client: TestClient, world: World) -> None:
    ticket = starter(world)
    world.sign_in(client, "employee")

    assert client.get(f"/tickets/{ticket.reference.lower()}").status_code == 200
