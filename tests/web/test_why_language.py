"""Why work stands where it stands, told in the language, zone and locale of whoever reads it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from spoc import words
from spoc.db.people import PersonRow
from spoc.db.tickets import TaskRow
from spoc.desk.actions.handoff import hand_over
from spoc.web.runtime import Runtime
from tests.texts import MADE_UP, bracketed, extracted, write_language
from tests.world import World

ASK = {"text": "The corner hums"}
ONCE = {"Idempotency-Key": "k"}


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    return write_language(folder, extracted(folder), bracketed)


@pytest.fixture
def runtime(runtime: Runtime, made_up: Path) -> Runtime:
    return replace(runtime, texts=made_up)


@pytest.fixture
def abroad(client: TestClient) -> Iterator[TestClient]:
    client.headers["Accept-Language"] = MADE_UP
    yield client
    words.speak(words.ENGLISH)


def whys(document: dict[str, Any]) -> dict[str, list[str]]:
    return {task["key"]: task["why"] for task in document["tasks"]}


def happened(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [event["what"] for event in document["timeline"] if event["kind"] == kind]


def test_the_intake_answers_with_reasons_in_the_readers_language(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "employee")

    told = whys(abroad.post("/intake", json=ASK).json())

    (lines,) = told.values()
    assert lines[0] == "⟦No service fits the text for certain⟧"
    assert "⟦Due ⟦⟦1 working day⟧ after submission⟧⟧" in lines
    assert all(line.startswith("⟦") for line in lines)


def test_a_repeat_is_answered_in_the_language_of_the_repeat(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "employee")
    first = abroad.post("/intake", json=ASK, headers=ONCE).json()

    abroad.headers["Accept-Language"] = "en"
    again = abroad.post("/intake", json=ASK, headers=ONCE).json()

    assert [line.replace("⟦", "").replace("⟧", "") for line in whys(first).popitem()[1]] == whys(again).popitem()[1]


def test_an_answer_remembered_as_sentences_is_given_again(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    key = client.post("/intake", json=ASK, headers=ONCE).json()["tasks"][0]["key"]
    old = {"path": "{tasks,0,why}", "why": json.dumps(["Service desk: nothing else names a queue"])}
    world.session.execute(
        text("UPDATE remembered_answer SET body = jsonb_set(body, CAST(:path AS text[]), CAST(:why AS jsonb))"), old
    )
    world.session.commit()

    again = client.post("/intake", json=ASK, headers=ONCE)

    assert again.headers["idempotency-replayed"] == "true"
    assert whys(again.json()) == {key: ["Service desk: nothing else names a queue"]}


def test_ticket_and_queue_tell_reasons_in_the_readers_language_and_locale(abroad: TestClient, world: World) -> None:
    ticket = world.submit("new-starter", start_on="2026-09-01")
    world.session.execute(update(PersonRow).values(locale="de"))
    world.session.commit()
    world.sign_in(abroad, "agent.it")

    document = abroad.get(f"/api/tickets/{ticket.reference}").json()
    page = abroad.get(f"/tickets/{ticket.reference}").text
    queue = abroad.get("/api/queues/it/tasks").json()

    key = "laptop-order"
    assert whys(queue)[key] == whys(document)[key]
    assert "⟦IT: the catalogue names this queue⟧" in whys(document)[key]
    for line in whys(document)[key]:
        assert line.replace("&", "&amp;") in page
    assert any("1. September⟧" in line for lines in whys(document).values() for line in lines)
    placed = [what["why"] for what in happened(document, "placed")]
    assert sorted(placed) == sorted(whys(document).values())


def test_a_needed_task_is_named_by_the_title_that_it_has_now(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    waiting = next(task for task in ticket.tasks if task.queue == "it" and task.needs)
    world.session.execute(update(TaskRow).where(TaskRow.key == waiting.needs[0]).values(title="Renamed since"))
    world.session.commit()
    world.sign_in(client, "agent.it")

    told = whys(client.get(f"/api/tickets/{ticket.reference}").json())[waiting.key]

    assert any("Renamed since" in line for line in told)


def test_a_need_that_is_masked_is_earlier_work_to_its_reader(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    waiting = next(task for task in ticket.tasks if task.queue == "it" and task.needs)
    hidden = update(TaskRow).where(TaskRow.key.in_(waiting.needs))
    world.session.execute(hidden.values(title="Salary", confidential_to=["hr"]))
    world.session.commit()
    world.sign_in(client, "agent.it")

    document = client.get(f"/api/tickets/{ticket.reference}").json()

    assert "Waits for earlier work" in whys(document)[waiting.key]
    assert "Salary" not in json.dumps(document["tasks"])
    shown = {what["title"]: what["why"] for what in happened(document, "placed")}
    assert shown[waiting.title] == whys(document)[waiting.key]


def test_whom_a_task_came_from_is_told_in_the_readers_language(abroad: TestClient, world: World) -> None:
    ticket = world.submit("laptop-fault")
    hand_over(world.session, world.actor("lead"), ticket.tasks[0].id, world.now, to="office", why="Bought by them")
    world.session.commit()
    world.sign_in(abroad, "agent.office")

    document = abroad.get(f"/api/tickets/{ticket.reference}").json()

    party = ticket.tasks[0].why[0].given["queue"]
    assert whys(document)[ticket.tasks[0].key][-1] == f"⟦Handed over from {party}⟧"
    assert [what["why"] for what in happened(document, "handed_off")] == ["Bought by them"]
