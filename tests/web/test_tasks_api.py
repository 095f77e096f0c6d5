"""Tasks and queues for programs: answers, statuses, and whose they are."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from spoc.intake.write import Accepted
from tests.world import World

COMMON = {"id", "key", "title", "queue", "state", "opens_at", "due_at", "needs", "why"}


def address(ticket: Accepted, key: str, act: str) -> str:
    return f"/api/tasks/{next(task.id for task in ticket.tasks if task.key == key)}/{act}"


def test_each_act_answers_the_task_as_it_then_stands(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")
    acts: tuple[tuple[str, dict[str, Any] | None, str], ...] = (
        ("claim", None, "claimed"),
        ("release", None, "ready"),
        ("hold", {"reason": "vendor", "note": "Delivery", "until": "2026-08-20T09:00:00Z"}, "on_hold"),
        ("resume", None, "ready"),
        ("finish", {"result": "Ordered."}, "done"),
        ("reopen", {"why": "Wrong model"}, "claimed"),
        ("handoff", {"to": "office", "why": "They buy it", "know": "16 inch", "warm": True}, "ready"),
    )

    for act, body, state in acts:
        answer = client.post(address(ticket, "laptop-order", act), json=body)
        found = answer.json()
        assert (answer.status_code, found["state"]) == (200, state), act
        assert found.keys() >= COMMON | {"reference", "ticket_state"}
    assert found["queue"] == "office"


def test_a_program_that_holds_for_the_requester_asks_them(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")
    hold = address(ticket, "laptop-order", "hold")

    refused = client.post(hold, json={"reason": "requester"})
    held = client.post(hold, json={"reason": "requester", "note": "Which keyboard?"})

    assert (refused.status_code, refused.json()["faults"][0]["field"]) == (422, "note")
    assert (held.status_code, held.json()["state"]) == (200, "on_hold")
    messages = client.get(f"/api/tickets/{ticket.reference}").json()["messages"]
    assert [(one["body"], one["internal"]) for one in messages] == [("Which keyboard?", False)]


@pytest.mark.parametrize(
    ("act", "body", "status", "code"),
    [
        ("release", None, 409, "not_possible"),
        ("resume", None, 409, "not_possible"),
        ("reopen", {"why": "Again"}, 409, "not_possible"),
        ("hold", {"reason": "vendor", "until": "2020-01-01T00:00:00Z"}, 422, "wrong_time"),
        ("hold", {"reason": "weather"}, 422, "invalid"),
        ("hold", {"reason": "other", "until": "2026-08-20T09:00:00"}, 422, "invalid"),
        ("handoff", {"to": "it", "why": "Here"}, 409, "already_there"),
        ("handoff", {"to": "nowhere", "why": "Theirs"}, 422, "unknown_queue"),
        ("handoff", {"to": "office", "why": "Theirs", "person": "agent.it@demo.example"}, 422, "not_a_member"),
        ("handoff", {"to": "office", "why": ""}, 422, "nothing_said"),
        ("finish", {"result": "x", "force": True}, 422, "invalid"),
    ],
)
def test_a_wrong_move_says_what_is_the_case(
    client: TestClient, world: World, act: str, body: dict[str, Any] | None, status: int, code: str
) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    answer = client.post(address(ticket, "laptop-order", act), json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("who", "key", "status"),
    [
        ("agent.it", "badge", 403),
        ("agent.it", "payroll", 404),
        ("employee", "badge", 403),
        ("employee", "payroll", 404),
        ("colleague", "badge", 404),
        ("manager", "badge", 404),
        ("admin", "badge", 404),
        ("agent.facilities", "badge", 200),
    ],
)
def test_who_may_claim_what(client: TestClient, world: World, who: str, key: str, status: int) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, who)

    assert client.post(address(ticket, key, "claim")).status_code == status


def test_a_task_that_is_hidden_and_one_that_is_not_there_answer_alike(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")

    hidden, missing = client.post(address(ticket, "payroll", "claim")), client.post(f"/api/tasks/{uuid4()}/claim")

    assert hidden.json() == missing.json()


def test_strangers_are_asked_to_sign_in(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")

    assert client.post(address(ticket, "badge", "claim")).status_code == 401


def test_queues_count_what_the_reader_works_on(client: TestClient, world: World) -> None:
    world.submit("new-starter")
    world.sign_in(client, "agent.it")

    found = client.get("/api/queues").json()["queues"]

    assert [queue["key"] for queue in found] == ["it"]
    tasks = client.get("/api/queues/it/tasks").json()["tasks"]
    assert found[0]["open"] == len(tasks) > 0
    assert tasks == sorted(tasks, key=lambda task: task["due_at"])
    assert all(task.keys() >= COMMON for task in tasks)


@pytest.mark.parametrize("key", ["hr", "nowhere"])
def test_a_queue_of_others_is_not_there(client: TestClient, world: World, key: str) -> None:
    world.sign_in(client, "agent.it")

    assert client.get(f"/api/queues/{key}/tasks").status_code == 404


def test_a_handed_over_confidential_task_is_answered_without_its_content(client: TestClient, world: World) -> None:
    ticket = world.submit("payslip-question")
    world.sign_in(client, "agent.hr")
    key = ticket.tasks[0].key

    answer = client.post(address(ticket, key, "handoff"), json={"to": "desk", "why": "Simple"})

    assert answer.status_code == 403
