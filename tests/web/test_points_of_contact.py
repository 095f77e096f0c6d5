"""The page and API of points of contact: who keeps which, what cannot be, and that assignment goes by them."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from spoc.db.people import PointOfContactRow
from spoc.people.changes import changes_of
from spoc.people.points import set_topic
from tests.spoc.desk.meeting import fitting, put
from tests.world import World, mail_of

PAGE, API = "/organisation/contacts", "/api/points-of-contact"
LAPTOPS = {"queue": "it", "topic": "laptops", "people": [mail_of("lead"), mail_of("agent.it")]}


@pytest.fixture
def lead(client: TestClient, world: World) -> TestClient:
    world.sign_in(client, "lead")
    return client


def topics(client: TestClient, queue: str = "it") -> dict[str, list[str]]:
    (found,) = [one for one in client.get(API).json()["queues"] if one["queue"] == queue]
    return {one["topic"]: [person["mail"] for person in one["people"]] for one in found["topics"]}


@pytest.mark.parametrize("who", ["employee", "agent.it", "manager", "owner"])
def test_others_have_no_such_page(client: TestClient, world: World, who: str) -> None:
    world.sign_in(client, who)
    assert [client.get(path).status_code for path in (PAGE, API)] == [404, 404]
    assert client.post(API, json=LAPTOPS).status_code == 404


def test_leads_keep_those_of_their_queues_and_administrators_all(lead: TestClient, world: World) -> None:
    assert [one["queue"] for one in lead.get(API).json()["queues"]] == ["desk", "it"]
    assert lead.post(API, json=LAPTOPS | {"queue": "hr"}).status_code == 404
    assert lead.post(PAGE, data=LAPTOPS | {"queue": "hr", "people": ""}).status_code == 404
    world.sign_in(lead, "admin")
    assert "hr" in [one["queue"] for one in lead.get(API).json()["queues"]]
    assert lead.post(API, json=LAPTOPS | {"queue": "hr"}).status_code == 200


def test_a_topic_that_nobody_holds_stands_there_all_the_same(lead: TestClient) -> None:
    assert topics(lead) == {"owner": []}
    assert "Nobody yet" in lead.get(PAGE).text


def test_the_first_is_accountable_and_the_others_stand_behind(lead: TestClient, world: World) -> None:
    people = f"{mail_of('lead')}\n\n {mail_of('AGENT.IT').upper()} \n{mail_of('lead')}"
    assert lead.post(PAGE, data=LAPTOPS | {"people": people}).headers["location"] == PAGE
    assert topics(lead)["laptops"] == [mail_of("lead"), mail_of("agent.it")]
    assert lead.get(PAGE, params={"queue": "it", "topic": "LAPTOPS"}).text.count(mail_of("agent.it")) == 1
    (change,) = changes_of(world.session, None)
    assert (change.after["key"], change.before["people"]) == ("it: laptops", [])


def test_setting_it_again_replaces_confirms_and_ends(lead: TestClient, world: World) -> None:
    actor, session = world.actor("lead"), world.session
    lead.post(API, json=LAPTOPS)
    set_topic(session, actor, "it", " Laptops ", [mail_of("agent.it")], world.now + timedelta(days=1))
    set_topic(session, actor, "it", "laptops", [], world.now + timedelta(days=2))
    session.commit()
    kept = select(func.count()).where(
        PointOfContactRow.valid_to.is_(None), func.lower(PointOfContactRow.topic) == "laptops"
    )
    assert session.scalar(kept) == 0
    assert session.scalar(select(func.count()).select_from(PointOfContactRow)) == 3


def test_twice_in_one_instant_leaves_one_of_each(lead: TestClient) -> None:
    for people in (LAPTOPS["people"], [mail_of("agent.it")], LAPTOPS["people"]):
        assert lead.post(API, json=LAPTOPS | {"people": people}).status_code == 200
    assert topics(lead)["laptops"] == LAPTOPS["people"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"topic": ""}, "topic"),
        ({"topic": "x" * 201}, "topic"),
        ({"topic": "a\u202eb"}, "topic"),
        ({"people": ["nobody@example.org"]}, "people"),
        ({"people": ["<b>"]}, "people"),
        ({"people": [mail_of("lead")] + [f"{number}@example.org" for number in range(10)]}, "people"),
        ({"people": "all"}, "people"),
        ({"people": [None]}, "people.0"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(lead: TestClient, changed: dict[str, object], field: str) -> None:
    answer = lead.post(API, json=LAPTOPS | changed)
    assert (answer.status_code, answer.json()["faults"][0]["field"]) == (422, field)


def test_a_refused_form_keeps_what_was_typed(lead: TestClient) -> None:
    answer = lead.post(PAGE, data={"queue": "it", "topic": "😀 <b>", "people": "nobody@example.org"})
    assert answer.status_code == 422
    assert "😀 &lt;b&gt;" in answer.text
    assert "Nobody in the directory has the address nobody@example.org." in answer.text


def test_a_topic_of_whom_one_meets_stands_there_as_well(lead: TestClient, world: World) -> None:
    put(world, fitting(topic="Chairs"))
    assert topics(lead) == {"Chairs": [], "owner": []}
