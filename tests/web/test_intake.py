"""`POST /intake` and what can be asked for: statuses, bodies, and what the database then holds."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from routing.work import Channel
from spoc.db.contacts import ContactRow
from spoc.db.people import QueueMemberRow
from spoc.db.tickets import TicketRow
from tests.world import World

TASK_KEYS = {"id", "key", "title", "queue", "state", "opens_at", "due_at", "needs", "why", "kind"}


def tickets(world: World) -> int:
    world.session.expire_all()
    return world.session.scalar(select(func.count()).select_from(TicketRow)) or 0


def example_of(client: TestClient, key: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/services/{key}").json()["example"]
    return found


def test_a_new_starter_by_json_is_answered_with_every_task(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    answer = client.post("/intake", json={"service": "new-starter", "answers": example_of(client, "new-starter")})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["url"] == answer.headers["location"] == f"/tickets/{body['reference']}"
    assert body["state"] == "open"
    assert {"it", "facilities", "hr", "office"} <= {task["queue"] for task in body["tasks"]}
    assert all(set(task) == TASK_KEYS for task in body["tasks"])
    assert all(task["why"] for task in body["tasks"])
    keys = {task["key"] for task in body["tasks"]}
    assert all(set(task["needs"]) <= keys for task in body["tasks"])
    assert tickets(world) == 1


def test_every_example_there_is_can_be_sent_as_it_stands(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    services = client.get("/api/services").json()["services"]
    assert len(services) >= 12
    for service in services:
        detail = client.get(service["url"]).json()
        assert detail["schema"]["type"] == "object"
        sent = client.post("/intake", json={"service": service["key"], "answers": detail["example"]})
        assert sent.status_code == 201, (service["key"], sent.text)


def test_the_requester_does_not_see_confidential_tasks_in_the_answer(client: TestClient, world: World) -> None:
    body = {"service": "new-starter"}
    world.sign_in(client, "agent.hr")
    hr = client.post("/intake", json={**body, "answers": example_of(client, "new-starter")}).json()
    world.sign_in(client, "employee")
    own = client.post("/intake", json={**body, "answers": example_of(client, "new-starter")}).json()
    hidden = {task["key"] for task in hr["tasks"]} - {task["key"] for task in own["tasks"]}
    assert hidden
    assert not any(hidden & set(task["needs"]) for task in own["tasks"])


def test_a_new_starter_by_form_leads_to_its_status_page(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    example = example_of(client, "new-starter")
    items: list[tuple[str, str]] = [("service", "new-starter"), ("once", "abc")]
    for key, value in example.items():
        several = value if isinstance(value, list) else [value]
        items += [(f"answers.{key}", str(one).lower() if isinstance(one, bool) else str(one)) for one in several]
    form = "&".join(f"{key}={value}" for key, value in items)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/intake", content=form.replace("@", "%40").replace(" ", "+"), headers=kind)
    assert answer.status_code == 303, answer.text
    reference = world.session.scalars(select(TicketRow.reference)).one()
    assert answer.headers["location"] == f"/tickets/{reference}"
    again = client.post("/intake", content=form.replace("@", "%40").replace(" ", "+"), headers=kind)
    assert again.headers["location"] == f"/tickets/{reference}"
    assert tickets(world) == 1


def test_a_refused_form_comes_back_with_its_faults_and_nothing_lost(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    answer = client.post("/intake", data={"service": "new-starter", "answers.person_name": "Anna <b>Schmidt</b>"})
    assert answer.status_code == 422
    assert "Anna &lt;b&gt;Schmidt&lt;/b&gt;" in answer.text
    assert 'id="faults"' in answer.text
    assert tickets(world) == 0


def test_invalid_answers_name_every_fault_by_field(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    answers = {"person_name": "", "start_on": "2026-02-30", "location": "atlantis", "colour": "red"}
    answer = client.post("/intake", json={"service": "new-starter", "answers": answers})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"person_name", "start_on", "location", "colour"} <= {fault["field"] for fault in problem["faults"]}
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert tickets(world) == 0


BAD_BODIES: dict[str, tuple[bytes, int]] = {
    "broken": (b'{"service": ', 422),
    "not an object": (b"[1]", 422),
    "unknown key": (b'{"text": "x", "priority": "high"}', 422),
    "a key twice": (b'{"text": "a", "text": "b"}', 422),
    "NaN": (b'{"service": "something-else", "answers": {"what": NaN}}', 422),
    "not UTF-8": (b'{"text": "\xff"}', 422),
    "nested deeply": (b'{"text": "x", "answers": {"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}", 422),
    "NUL": (b'{"text": "a\\u0000b"}', 422),
    "a lone surrogate": (b'{"text": "a\\ud800b"}', 422),
    "nothing asked": (b"{}", 422),
    "wrong channel": (b'{"text": "x", "channel": "email"}', 422),
    "unknown service": (b'{"service": "no-such-thing"}', 404),
    "too large": (b'{"text": "' + b"x" * 1_100_000 + b'"}', 413),
}


@pytest.mark.parametrize(("body", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_told_what_is_wrong(client: TestClient, world: World, body: bytes, status: int) -> None:
    world.sign_in(client, "employee")
    answer = client.post("/intake", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert tickets(world) == 0


def test_another_content_type_is_refused(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    answer = client.post("/intake", content=b'{"text": "x"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_nobody_asks_without_signing_in(client: TestClient) -> None:
    answer = client.post("/intake", json={"text": "Help"})
    assert answer.status_code == 401


def test_the_same_key_is_answered_the_same(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    first, again = (
        client.post("/intake", json={"text": "The corner hums"}, headers={"Idempotency-Key": "k-1"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = client.post("/intake", json={"text": "Something else"}, headers={"Idempotency-Key": "k-1"})
    assert other.status_code == 422
    assert tickets(world) == 1


@pytest.mark.parametrize("key", ["", "   ", "x" * 300], ids=["empty", "blank", "too long"])
def test_an_unusable_key_is_refused(client: TestClient, world: World, key: str) -> None:
    world.sign_in(client, "employee")
    answer = client.post("/intake", json={"text": "Help"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


def test_only_agents_log_contacts_of_other_channels(client: TestClient, world: World) -> None:
    body = {"text": "The corner hums", "channel": "phone"}
    world.sign_in(client, "employee")
    assert client.post("/intake", json=body).status_code == 403
    world.sign_in(client, "agent.desk")
    assert client.post("/intake", json={**body, "requester": "employee@demo.example"}).status_code == 201
    assert world.session.scalars(select(ContactRow.channel)).one() is Channel.PHONE


def test_a_failed_commit_is_not_answered_201(client: TestClient, world: World, sessions: sessionmaker[Session]) -> None:
    world.sign_in(client, "employee")

    def fail(_session: Session) -> None:
        raise RuntimeError("the disk is full")

    event.listen(sessions, "before_commit", fail)
    with pytest.raises(RuntimeError):
        client.post("/intake", json={"text": "The corner hums"})


def test_the_front_page_says_what_a_text_means(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    page = client.get("/", params={"text": "I lost my badge"})
    assert page.status_code == 200
    assert "/ask/badge-lost?text=" in page.text
    part = client.get("/ask", params={"text": "I lost my badge"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "/ask/badge-lost?text=" in part.text


def test_each_service_has_a_form_that_opens(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    for service in client.get("/api/services").json()["services"]:
        page = client.get(f"/ask/{service['key']}")
        assert page.status_code == 200, service["key"]
        assert f'value="{service["key"]}"' in page.text


def test_a_form_is_filled_with_what_the_text_says(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    page = client.get("/ask/new-starter", params={"text": "Anna Schmidt starts on 1 September 2026 in Berlin"})
    assert 'value="2026-09-01"' in page.text
    assert 'value="berlin" selected' in page.text


def test_answers_lead_to_further_questions_without_a_script(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    assert "answers.home_address" not in client.get("/ask/new-starter").text
    page = client.post("/ask/new-starter", data={"service": "new-starter", "answers.work_place": "remote"})
    assert page.status_code == 200
    assert "answers.home_address" in page.text
    assert tickets(world) == 0


def test_the_catalogue_is_shown_to_its_owners_only(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    assert client.get("/catalogue").status_code == 404
    world.sign_in(client, "owner")
    assert client.get("/catalogue").status_code == 200
    assert client.get("/catalogue/new-starter").status_code == 200
    assert client.get("/catalogue/no-such-thing").status_code == 404


def test_an_administrator_of_an_empty_desk_is_told_where_to_begin(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    assert "/organisation" not in client.get("/").text.split('id="main"')[1]
    world.session.execute(delete(QueueMemberRow))
    world.session.commit()
    assert 'href="/organisation"' in client.get("/").text.split('id="main"')[1]
    world.sign_in(client, "employee")
    assert 'href="/organisation"' not in client.get("/").text
