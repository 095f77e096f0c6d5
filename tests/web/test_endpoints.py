"""The page for other systems: an administrator says where they are, and sees each secret once."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from spoc.db.calls import EndpointRow
from spoc.people.endpoints import Endpoint, add_endpoint
from spoc.people.errors import InvalidOrganisation
from tests.world import World

DOORS = {"key": "doors", "title": "Door system", "url": "https://doors.example.org/orders"}


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Za-z0-9_-]{43})</code>", page)
    return found[1] if found else ""


def row(world: World) -> EndpointRow:
    return world.session.scalars(select(EndpointRow).execution_options(populate_existing=True)).one()


def test_a_system_is_added_with_a_secret_that_is_shown_once(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    assert "No other system is known." in client.get("/organisation/systems").text
    page = client.post("/organisation/systems/new", data=DOORS).text

    assert secret_on(page) == row(world).secret
    assert row(world).secret not in client.get("/organisation/systems/doors").text
    assert "Door system" in client.get("/organisation/systems").text
    assert "Other system added" in client.get("/organisation").text
    assert row(world).secret not in client.get("/organisation").text
    renewed = secret_on(client.post("/organisation/systems/doors/secret").text)
    assert (renewed == row(world).secret, renewed == secret_on(page)) == (True, False)


def test_it_is_changed_and_removed(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    client.post("/organisation/systems/new", data=DOORS)
    moved = {"title": "Doors", "url": "https://doors.example.org:8443/v2", "networks": "10.1.0.0/16\n\nfd00::/8"}
    assert client.post("/organisation/systems/doors", data=moved).status_code == 303
    assert (row(world).title, row(world).networks) == ("Doors", ["10.1.0.0/16", "fd00::/8"])
    assert client.post("/organisation/systems/doors/remove").status_code == 303
    assert client.get("/organisation/systems/doors").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"url": "http://doors.example.org/"}, "This must be an address such as"),
        ({"url": "https://user:word@doors.example.org/"}, "This must be an address such as"),
        ({"url": "https://doors.example.org:999999/"}, "This must be an address such as"),
        ({"url": "https:///orders"}, "This must be an address such as"),
        ({"url": "https://doors.example.org/a b"}, "This must be an address such as"),
        ({"networks": "0.0.0.0/0"}, "Write networks such as"),
        ({"networks": "10.1.0.0/99"}, "Write networks such as"),
        ({"title": ""}, "A name has 1 to"),
        ({"key": "Doors!"}, "A key has up to 40"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    client: TestClient, world: World, wrong: dict[str, str], says: str
) -> None:
    world.sign_in(client, "admin")
    answer = client.post("/organisation/systems/new", data=DOORS | wrong)
    assert (answer.status_code, says in answer.text) == (422, True)


def test_a_key_is_taken_once(world: World) -> None:
    admin = world.actor("admin")
    add_endpoint(world.session, admin, Endpoint(DOORS["key"], DOORS["title"], DOORS["url"]), world.now)
    with pytest.raises(InvalidOrganisation):
        add_endpoint(world.session, admin, Endpoint(DOORS["key"], DOORS["title"], DOORS["url"]), world.now)


@pytest.mark.parametrize("who", ["employee", "agent.it", "owner", "manager"])
def test_others_do_not_know_of_the_page(client: TestClient, world: World, who: str) -> None:
    world.sign_in(client, who)
    assert client.get("/organisation/systems").status_code == 404
    assert client.post("/organisation/systems/new", data=DOORS).status_code == 404
