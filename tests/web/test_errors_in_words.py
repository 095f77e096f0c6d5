"""Errors and faults are told in the reader's language, here one in which every text stands in brackets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from catalog.document import read_packs
from catalog.errors import InvalidCatalogue
from spoc import words
from spoc.app import create_app
from spoc.intake.write import Accepted
from spoc.web.errors import problem_of
from spoc.web.runtime import Runtime
from tests.texts import MADE_UP, bracketed, extracted, write_language
from tests.world import World


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    return write_language(folder, extracted(folder), bracketed)


@pytest.fixture
def abroad(runtime: Runtime, world: World, made_up: Path) -> Iterator[TestClient]:
    """A browser whose owner reads the made-up language."""
    world.session.commit()
    app = create_app(replace(runtime, texts=made_up))
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as browser:
        browser.headers.update({"Sec-Fetch-Site": "same-origin", "Accept-Language": MADE_UP})
        yield browser


def act(ticket: Accepted, key: str, name: str) -> str:
    return f"/api/tasks/{next(task.id for task in ticket.tasks if task.key == key)}/{name}"


def test_a_state_and_an_act_are_translated_before_they_are_filled_in(abroad: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(abroad, "agent.it")
    abroad.post(act(ticket, "laptop-order", "hold"), json={"reason": "vendor"})

    refused = abroad.post(act(ticket, "laptop-order", "claim")).json()

    assert refused["title"] == "⟦Things have moved on⟧"
    assert refused["detail"] == "⟦A task that is ⟦on hold⟧ does not allow: ⟦claim⟧.⟧"


def test_who_was_faster_is_filled_in_as_it_is(abroad: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(abroad, "agent.it")
    abroad.post(act(ticket, "laptop-order", "claim"))
    world.sign_in(abroad, "lead")

    refused = abroad.post(act(ticket, "laptop-order", "claim"))

    name = world.person("agent.it").name
    assert refused.json()["detail"] == f"⟦{name} was faster: this task of {ticket.reference} is theirs.⟧"


def test_refused_answers_are_told_beside_their_fields(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "employee")

    page = abroad.post("/intake", data={"service": "new-starter", "answers.person_name": "x" * 400})

    assert page.status_code == 422
    assert "⟦Please answer this.⟧" in page.text
    assert "⟦This may have at most 120 characters.⟧" in page.text
    assert 'lang="eo"' in page.text


def test_refused_answers_are_told_in_the_document(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "employee")

    refused = abroad.post("/intake", json={"service": "new-starter", "answers": {"start_on": "soon", "colour": "red"}})

    said = {fault["field"]: fault["message"] for fault in refused.json()["faults"]}
    assert said["start_on"] == "⟦This must be a date such as 2026-09-01.⟧"
    assert said["colour"] == "⟦This form has no such field.⟧"
    assert refused.json()["detail"].startswith("⟦At least one value cannot be accepted.⟧ colour: ⟦")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"text": 1}', "⟦At least one value cannot be accepted.⟧ text: ⟦This must be text.⟧"),
        (b"{", "⟦The body is not JSON: see line 1, column 2.⟧"),
        (b'{"text": ' + b"1" * 5_000 + b"}", "⟦The JSON holds a number that is too long.⟧"),
        (b'{"text": "x", "text": "y"}', "⟦The body is not JSON: a key stands twice in one object.⟧"),
        (b'{"text": NaN}', "⟦The body is not JSON: NaN is no number in it.⟧"),
        (b'{"service": "nothing-known"}', "⟦The catalogue has no service “nothing-known”.⟧"),
        (b"{}", "⟦Name a service, or say in `text` what is needed.⟧"),
        (
            b'{"text": "x", "channel": "phone"}',
            "⟦Contacts of the channel phone are logged by agents. Leave `channel` out.⟧",
        ),
    ],
)
def test_a_refused_submission_is_told(abroad: TestClient, world: World, body: bytes, said: str) -> None:
    world.sign_in(abroad, "employee")
    refused = abroad.post("/intake", content=body, headers={"Content-Type": "application/json"})
    assert refused.json()["detail"] == said


def test_what_pydantic_refuses_is_told(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "employee")
    refused = abroad.post("/intake", json={"text": 1, "channel": "smoke"})
    said = {fault["field"]: fault["message"] for fault in refused.json()["faults"]}
    assert said["text"] == "⟦This must be text.⟧"
    assert said["channel"].startswith("⟦This must be one of 'web', 'api', ")


def test_parameters_of_a_report_are_told(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "manager")

    refused = abroad.get("/api/reports/fcr?from=soon&by=moon&window=99")

    said = {fault["field"]: fault["message"] for fault in refused.json()["faults"]}
    assert said == {
        "from": "⟦Give a date as 2026-07-01.⟧",
        "by": "⟦Choose one of week, month, service, queue, channel.⟧",
        "window": "⟦Give whole days from 1 to 30.⟧",
    }
    page = abroad.get("/reports?from=soon")
    assert "from: ⟦Give a date as 2026-07-01.⟧" in page.text


def test_the_faults_of_a_person_are_told_beside_their_fields(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "admin")

    page = abroad.post("/people/new", data={"mail": "nowhere", "name": "x" * 130})

    assert page.status_code == 422
    assert "⟦This is not a mail address.⟧" in page.text
    assert "⟦A name has 1 to 120 characters.⟧" in page.text


def test_the_faults_of_a_document_are_told(tmp_path: Path, made_up: Path) -> None:
    (tmp_path / "a.yaml").write_text('services: no list\nextra: ["a"]\n', "utf-8")
    (tmp_path / "b.yaml").write_text("queues:\n  - {key: IT}\n", "utf-8")
    with pytest.raises(InvalidCatalogue) as refused:
        read_packs(tmp_path)

    words.speak(MADE_UP, made_up)
    problem = problem_of(refused.value)
    words.speak(words.ENGLISH)

    said = {(fault["field"], fault["message"]) for fault in problem.faults}
    assert ("a.yaml:1: services", "⟦this must be a list⟧ (⟦start each entry with a dash⟧)") in said
    assert ("b.yaml:2: queues[0].title", "⟦this is needed⟧ (⟦add it⟧)") in said
    assert "extra" in {field.rpartition(" ")[2] for field, _ in said}


def test_too_many_attempts_are_told(abroad: TestClient) -> None:
    answers = [abroad.post("/sign-in", data={"mail": "nobody@demo.example", "password": "x"}) for _ in range(20)]
    assert answers[-1].status_code == 429
    assert "⟦Too many wrong passwords. Wait a quarter of an hour, then try again.⟧" in answers[-1].text


def test_what_no_route_sees_is_told(abroad: TestClient) -> None:
    refused = abroad.post("/intake", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.json()["detail"] == "⟦This request came from another site.⟧"


def test_a_caller_nobody_knows_is_told_on_the_form(abroad: TestClient, world: World) -> None:
    world.sign_in(abroad, "agent.desk")
    page = abroad.post("/desk/log", data={"person": "Zebedee", "text": "Help"})
    assert "⟦Nobody in the directory is called Zebedee.⟧" in page.text
