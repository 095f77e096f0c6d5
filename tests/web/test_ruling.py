"""The page of the rules, for whom it is there, and the same by program."""

import re

import pytest
from fastapi.testclient import TestClient

from spoc.intake.ruling.stored import list_rules, rules_in_force, version_of
from tests.world import World, mail_of

RULE = {"queue": "office", "service": "laptop-fault", "location": "lyon", "why": "Lyon has its own people"}


def added(client: TestClient, world: World, **changed: str) -> str:
    client.post("/routing/rules/new", data={"version": version_of(world.session), **RULE, **changed})
    return str(list_rules(world.session)[-1].id)


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_owners_and_administrators_keep_the_rules(client: TestClient, world: World, who: str) -> None:
    world.sign_in(client, who)

    answer = client.post("/routing/rules/new", data={"version": 0, "because": "As agreed", **RULE})
    page = client.get("/routing").text

    assert (answer.status_code, answer.headers["location"]) == (303, "/routing")
    assert "Lyon has its own people" in page
    assert "Rule added by" in page
    assert "As agreed" in page


@pytest.mark.parametrize("who", ["employee", "agent.it", "lead", "manager"])
def test_to_others_there_are_no_rules(client: TestClient, world: World, who: str) -> None:
    world.sign_in(client, who)

    assert client.get("/routing").status_code == 404
    assert client.get("/routing/rules/new").status_code == 404
    assert client.get("/api/routing/rules").status_code == 404
    assert client.post("/routing/rules/new", data={"version": 0, **RULE}).status_code == 404
    assert rules_in_force(world.session) == ()


def test_a_stranger_signs_in_first(client: TestClient) -> None:
    assert client.get("/routing").headers["location"].startswith("/sign-in")


def test_a_rule_that_can_never_place_anything_says_so(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    added(client, world, location="")
    added(client, world)
    added(client, world, service="leaver", step="no-such-step")
    added(client, world, service="", department="Sales")

    page = client.get("/routing").text

    assert "Rule 1 is wider and comes first, so this never places anything." in page
    assert "There is no such step, so this never places anything." in page
    assert "It names neither service nor step, so it takes only what no service fits." in page


def test_what_is_refused_is_said_beside_its_field(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")

    answer = client.post("/routing/rules/new", data={"version": 0, "queue": "garage"})

    assert answer.status_code == 422
    assert "Say at least one thing that it looks at" in answer.text
    assert "There is no such queue" in answer.text


def test_a_stale_form_changes_nothing_and_says_so(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    rule = added(client, world)

    answer = client.post(f"/routing/rules/{rule}", data={"version": 0, **RULE, "queue": "hr"})

    assert answer.status_code == 409
    assert "Somebody else has changed the rules meanwhile" in answer.text
    assert [one.queue for one in rules_in_force(world.session)] == ["office"]


def test_a_rule_is_changed_moved_and_removed(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    added(client, world)
    second = added(client, world, queue="hr", service="leaver")

    client.post(f"/routing/rules/{second}/move", data={"version": version_of(world.session), "place": 1})
    assert [one.queue for one in rules_in_force(world.session)] == ["hr", "office"]
    form = client.get(f"/routing/rules/{second}").text
    assert re.search(r'<option value="leaver" selected>', form)
    version = version_of(world.session)
    client.post(f"/routing/rules/{second}", data={"version": version, **RULE, "queue": "facilities", "service": "move"})
    assert [one.queue for one in rules_in_force(world.session)] == ["facilities", "office"]
    client.post(f"/routing/rules/{second}/remove", data={"version": version_of(world.session)})
    assert [one.queue for one in rules_in_force(world.session)] == ["office"]
    assert client.get(f"/routing/rules/{second}").status_code == 404


def test_a_rule_is_tried_on_the_latest_requests_before_it_counts(client: TestClient, world: World) -> None:
    world.submit("laptop-fault", location="lyon")
    world.sign_in(client, "owner")

    page = client.post("/routing/rules/new", data={"version": 0, "act": "try", **RULE, "location": ""}).text

    assert "Of 1 request" in page
    assert "Office" in page.split('id="effect"')[1]
    assert rules_in_force(world.session) == ()


def test_a_try_out_says_which_rule_and_why(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    added(client, world)
    client.post("/routing/labels", data={"version": version_of(world.session), "title": "Fire", "phrases": "smoke"})
    asked = {"service": "laptop-fault", "requester": mail_of("employee"), "location": "lyon", "text": "Smoke!"}

    page = client.post("/routing/try", data=asked).text
    unknown = client.post("/routing/try", data=asked | {"requester": "nobody@demo.example"})
    none = client.post("/routing/try", data=asked | {"service": "no-such"})

    assert "Lyon has its own people (a routing rule by service, location)" in page
    assert "Label Fire, found by “smoke”." in page
    assert (unknown.status_code, none.status_code) == (422, 422)
    assert "Choose a service of the catalogue." in none.text


def test_a_label_is_written_and_removed(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")

    empty = client.post("/routing/labels", data={"version": 0, "title": "Fire", "phrases": " "})
    client.post("/routing/labels", data={"version": 0, "title": "Fire", "phrases": "smoke\nit burns"})
    page = client.get("/routing").text
    gone = client.post("/routing/labels/fire/remove", data={"version": version_of(world.session)})

    assert "Give at least one word or phrase" in empty.text
    assert "smoke, it burns" in page
    assert gone.status_code == 303
    assert "Label removed" in client.get("/routing").text


def test_programs_keep_rules_as_people_do(client: TestClient, world: World) -> None:
    world.submit("laptop-fault", location="lyon")
    world.sign_in(client, "owner")

    tried = client.post("/api/routing/effect", json={"version": 0, **RULE, "location": ""}).json()
    made = client.post("/api/routing/rules", json={"version": 0, **RULE}).json()
    stale = client.post("/api/routing/rules", json={"version": 0, **RULE})
    path = f"/api/routing/rules/{made['id']}"
    changed = client.post(path, json={"version": made["version"], **RULE, "queue": "hr"}).json()
    asked = {"service": "laptop-fault", "requester": mail_of("employee"), "location": "lyon"}
    found = client.post("/api/routing/try", json=asked).json()
    second = client.post("/api/routing/rules", json={"version": changed["version"], **RULE}).json()
    moved = client.post(
        f"/api/routing/rules/{second['id']}/move", json={"version": second["version"], "place": 1}
    ).json()
    left = client.post(f"{path}/remove", json={"version": moved["version"]}).json()

    assert (tried["requests"], tried["moved"][0]["to"]) == (1, "office")
    assert (stale.status_code, stale.json()["code"]) == (409, "rules_moved_on")
    assert changed["rules"][0]["queue"] == "hr"
    assert {(one["queue"], one["rule"]) for one in found["steps"]} == {("hr", 1)}
    assert second["rules"][1]["never"]
    assert [one["queue"] for one in moved["rules"]] == ["office", "hr"]
    assert [one["queue"] for one in left["rules"]] == ["office"]
