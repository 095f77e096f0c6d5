"""The pages of the dry run and the replay, and the drawing on a service's page."""

import re

import pytest
from fastapi.testclient import TestClient

from catalog.document import shipped
from catalog.service import Catalogue
from spoc.intake.catalogue import publish
from tests.world import World, mail_of

NEW_STARTER = "/catalogue/new-starter/simulate"
DRAFT = """
services:
  - key: password-access
    title: Password or access
    summary: Shorter
    need: NEED
    steps: [{key: reset, title: Reset it at once, queue: hr, due: 1 working hour after submission}]
"""


def fields(service: str, **changed: str) -> dict[str, str]:
    example = {key: value for key, value in shipped().service(service).example.items() if isinstance(value, str)}
    people = {key: mail_of("manager") if "@demo" in value else value for key, value in example.items()}
    return {f"answers.{key}": value for key, value in (people | changed).items()}


def draft() -> str:
    return DRAFT.replace("NEED", shipped().service("password-access").need)


@pytest.mark.parametrize("who", ["employee", "agent.desk", "lead", "manager", "admin"])
@pytest.mark.parametrize("page", ["simulate", "replay"])
def test_only_owners_of_services_try_them(client: TestClient, world: World, who: str, page: str) -> None:
    world.sign_in(client, who)
    assert client.get(f"/catalogue/parking/{page}").status_code == 404
    assert client.post(f"/catalogue/parking/{page}", data={"n": "5"}).status_code == 404


def test_the_dry_run_begins_with_the_example_and_shows_it_drawn_and_as_a_list(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    page = client.get(NEW_STARTER).text
    assert page.count('role="img"') == 2
    assert "The critical path: Prepare the contract and have it signed, Create the accounts" in page
    assert page.count("Decides the end") == 4
    tasks = page.split('id="tasks"')[1]
    assert all(title in tasks for title in ("Order laptop and equipment", "Welcome and introduction"))
    assert "IT: the catalogue names this queue" in tasks
    assert "Nothing is missing" in page


def test_what_an_answer_still_to_come_decides_is_told_with_the_form(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    assert "If it is needed: “Choose the equipment” says so" in client.get("/catalogue/move/simulate").text


def test_each_drawing_has_a_name_and_says_what_it_shows(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    page = client.get(NEW_STARTER).text
    for named in re.findall(r'role="img" aria-labelledby="([^"]+)"', page):
        for id_ in named.split():
            assert re.search(rf'<(?:title|desc) id="{id_}">[^<]+<', page), id_
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_was_typed_is_tried_and_comes_back(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    sent = fields("new-starter", start_on="2026-08-17") | {"requester": mail_of("employee"), "on": "2026-08-13"}
    answer = client.post(NEW_STARTER, data=sent)
    assert answer.status_code == 200
    assert "Asked by Jonas Weber" in answer.text
    assert 'value="2026-08-17"' in answer.text
    assert "which is past when it is asked for." in answer.text
    assert "node-late" in answer.text


def test_answers_that_cannot_be_taken_are_named_and_nothing_is_drawn(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    sent = fields("new-starter", start_on="soon") | {"requester": mail_of("employee"), "on": ""}
    answer = client.post(NEW_STARTER, data=sent)
    assert answer.status_code == 422
    assert 'href="#f-answers-start-on"' in answer.text
    assert 'role="img"' not in answer.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"requester": "nobody@example.com"}, "Nobody in the directory has the mail address nobody@example.com."),
        ({"on": "yesterday"}, "yesterday is no day to plan from."),
    ],
)
def test_who_asks_and_when_must_be_known(client: TestClient, world: World, wrong: dict[str, str], told: str) -> None:
    world.sign_in(client, "owner")
    sent = fields("new-starter") | {"requester": mail_of("employee"), "on": ""} | wrong
    answer = client.post(NEW_STARTER, data=sent)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_draft_is_tried_in_place_of_what_is_in_force(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    sent = {"requester": mail_of("employee"), "on": "", "draft": draft()}
    answer = client.post("/catalogue/password-access/simulate", data=sent)
    assert answer.status_code == 200
    assert "Reset it at once" in answer.text
    assert "Reset it at once" not in client.get("/catalogue/password-access").text


@pytest.mark.parametrize("page", ["simulate", "replay"])
def test_a_draft_with_faults_is_told_by_line_and_kept(client: TestClient, world: World, page: str) -> None:
    world.sign_in(client, "owner")
    wrong = draft().replace("queue: hr", "queue: hrr")
    sent = fields("password-access") | {"requester": mail_of("employee"), "on": "", "draft": wrong}
    answer = client.post(f"/catalogue/password-access/{page}", data=sent)
    assert answer.status_code == 422
    assert "draft.yaml:7: services[0].steps[0].queue" in answer.text
    assert "did you mean hr?" in answer.text
    assert "queue: hrr" in answer.text


def test_the_service_page_draws_its_example(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    page = client.get("/catalogue/leaver").text
    assert page.count('role="img"') == 1
    assert 'href="/catalogue/leaver/simulate"' in page
    assert 'href="/catalogue/leaver/replay"' in page


def test_a_service_without_a_complete_example_has_no_drawing(client: TestClient, world: World) -> None:
    bare = tuple(one.model_copy(update={"example": {}}) for one in shipped().services)
    publish(world.session, Catalogue(**dict(shipped()) | {"services": bare}), None, "bare", world.now)
    world.sign_in(client, "owner")
    page = client.get("/catalogue/new-starter")
    assert page.status_code == 200
    assert 'role="img"' not in page.text
    assert client.get(NEW_STARTER).status_code == 422


def test_the_replay_sums_up_and_links_what_would_have_been_different(client: TestClient, world: World) -> None:
    own = world.submit("password-access", by="owner").reference
    world.sign_in(client, "owner")
    same = client.get("/catalogue/password-access/replay").text
    assert "Of 1 request:" in same
    assert "1 would be the same." in same
    page = client.post("/catalogue/password-access/replay", data={"n": "5", "draft": draft()}).text
    assert f'href="/tickets/{own}"' in page
    assert "New: “Reset it at once”, with HR." in page
    assert "Gone: “" in page


def test_the_replay_has_no_trace_of_requests_that_one_may_not_open(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    before = client.get("/catalogue/payslip-question/replay").text
    world.submit("payslip-question")
    assert client.get("/catalogue/payslip-question/replay").text == before
    assert "There is no request of this kind that you may open." in before


@pytest.mark.parametrize("number", ["0", "201", "many"])
def test_the_number_of_requests_to_replay_has_bounds(client: TestClient, world: World, number: str) -> None:
    world.sign_in(client, "owner")
    assert client.get("/catalogue/parking/replay", params={"n": number}).status_code == 422
    assert client.post("/catalogue/parking/replay", data={"n": number}).status_code == 200
