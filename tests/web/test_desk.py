"""The desk's pages: queues, one's own work, and the acts on tasks as forms."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.work import TaskState
from spoc.db.tickets import MessageRow, TaskRow
from spoc.intake.write import Accepted
from tests.world import World


def task_id(ticket: Accepted, key: str) -> UUID:
    return next(task.id for task in ticket.tasks if task.key == key)


def row(world: World, ticket: Accepted, key: str) -> TaskRow:
    world.session.expire_all()
    return world.session.scalars(select(TaskRow).where(TaskRow.public_id == task_id(ticket, key))).one()


def test_a_queue_shows_its_open_tasks_and_nobody_elses(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    page = client.get("/desk/it")

    assert page.status_code == 200
    assert "Order laptop and equipment" in page.text
    assert "Prepare the desk" not in page.text
    assert ticket.reference in page.text


@pytest.mark.parametrize("path", ["/desk", "/desk/it", "/desk/mine", "/desk/log"])
def test_employees_and_managers_have_no_desk(client: TestClient, world: World, path: str) -> None:
    for who in ("employee", "manager", "owner", "admin"):
        world.sign_in(client, who)
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/desk/facilities", "/desk/nowhere"])
def test_another_queue_looks_like_one_that_is_not_there(client: TestClient, world: World, path: str) -> None:
    world.sign_in(client, "agent.it")

    assert client.get(path).status_code == 404


def test_all_queues_of_a_lead_are_on_one_page(client: TestClient, world: World) -> None:
    world.submit("new-starter")
    world.submit("password-access")
    world.sign_in(client, "lead")

    page = client.get("/desk").text

    assert "Order laptop and equipment" in page
    assert "Restore the sign-in" in page


def test_filters_narrow_and_nonsense_does_not(client: TestClient, world: World) -> None:
    world.submit("new-starter")
    world.sign_in(client, "agent.it")

    assert "Order laptop and equipment" not in client.get("/desk/it?state=claimed").text
    assert "Order laptop and equipment" in client.get("/desk/it?state=hungry&who=everyone").text


def test_pages_follow_each_other_without_gap_or_repeat(client: TestClient, world: World) -> None:
    for number in range(60):
        world.submit("password-access", at=world.now - timedelta(minutes=number))
    world.sign_in(client, "agent.desk")

    first = client.get("/api/queues/desk/tasks").json()
    second = client.get(first["next"]).json()

    seen = [task["id"] for task in (*first["tasks"], *second["tasks"])]
    assert (len(seen), len(set(seen)), second["next"]) == (60, 60, None)


def test_a_claim_from_the_queue_comes_back_to_it(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    answer = client.post(f"/desk/tasks/{task_id(ticket, 'laptop-order')}/claim", data={"address": "/desk/it"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/it")
    assert row(world, ticket, "laptop-order").state is TaskState.CLAIMED
    assert "Lea Brandt" in client.get("/desk/mine").text


def test_a_claim_goes_back_to_no_foreign_site(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    answer = client.post(f"/desk/tasks/{task_id(ticket, 'laptop-order')}/claim", data={"address": "//evil.example"})

    assert answer.headers["location"] == f"/tickets/{ticket.reference}"


def test_who_was_faster_is_said(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "lead")
    client.post(f"/desk/tasks/{task_id(ticket, 'laptop-order')}/claim")
    world.sign_in(client, "agent.it")

    answer = client.post(f"/desk/tasks/{task_id(ticket, 'laptop-order')}/claim")

    assert answer.status_code == 409
    assert "Piotr Zieliński was faster" in answer.text


def test_holding_for_the_requester_sends_them_the_question(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    client.post(
        f"/desk/tasks/{task_id(ticket, 'laptop-order')}/hold",
        data={"reason": "requester", "note": "Which keyboard?", "until": "2026-08-20T09:00"},
    )

    task = row(world, ticket, "laptop-order")
    assert (task.state, str(task.hold_until)) == (TaskState.ON_HOLD, "2026-08-20 07:00:00+00:00")
    assert world.session.scalars(select(MessageRow.body)).all() == ["Which keyboard?"]


def test_holding_for_the_requester_without_a_question_is_refused(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    answer = client.post(f"/desk/tasks/{task_id(ticket, 'laptop-order')}/hold", data={"reason": "requester"})

    assert answer.status_code == 422
    assert "the question that the requester is to answer" in answer.text
    assert row(world, ticket, "laptop-order").state is TaskState.READY


def test_a_hold_until_nonsense_is_refused_in_words(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    answer = client.post(
        f"/desk/tasks/{task_id(ticket, 'laptop-order')}/hold", data={"reason": "vendor", "until": "soon"}
    )

    assert answer.status_code == 422
    assert "a date and a time" in answer.text


def test_every_act_of_a_task_works_from_its_page(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")
    address = f"/desk/tasks/{task_id(ticket, 'laptop-order')}"
    acts: tuple[tuple[str, dict[str, str], TaskState], ...] = (
        ("claim", {}, TaskState.CLAIMED),
        ("release", {}, TaskState.READY),
        ("hold", {"reason": "vendor"}, TaskState.ON_HOLD),
        ("resume", {}, TaskState.READY),
        ("finish", {"result": "Ordered."}, TaskState.DONE),
        ("reopen", {"why": "Wrong model"}, TaskState.CLAIMED),
        ("handoff", {"to": "office", "why": "They buy it", "know": "16 inch"}, TaskState.READY),
    )

    for act, form, state in acts:
        assert client.post(f"{address}/{act}", data=form).status_code == 303, act
        assert row(world, ticket, "laptop-order").state is state


def test_whoever_asked_and_works_on_it_stays_on_the_desks_page(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter", by="agent.it")
    world.sign_in(client, "agent.it")
    desk_page = client.get(f"/tickets/{ticket.reference}?view=desk").text
    (address,) = set(re.findall(r'name="address" value="([^"]*)"', desk_page))
    task = task_id(ticket, "laptop-order")
    answer = client.post(f"/desk/tasks/{task}/claim", data={"address": unescape(address)}, follow_redirects=False)
    assert answer.headers["location"] == f"/tickets/{ticket.reference}?view=desk"


def test_an_empty_queue_says_what_is_true(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")

    assert "Nothing is open here." in client.get("/desk/it").text
    assert "Nothing is yours at the moment." in client.get("/desk/mine").text
