"""What is sent twice is done once, and answered the same."""

import re

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from spoc.db.contacts import ContactRow
from spoc.db.tickets import MessageRow, TicketRow
from tests.world import World, mail_of


def count(world: World, row: type[ContactRow] | type[MessageRow] | type[TicketRow]) -> int | None:
    return world.session.scalar(select(func.count()).select_from(row))


def key_on(client: TestClient, address: str) -> str:
    """The hidden `once` of the first form that has one."""
    found = re.search(r'name="once" value="([^"]+)"', client.get(address).text)
    assert found is not None
    return found[1]


def test_a_message_sent_twice_is_one(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "employee")
    address = f"/tickets/{ticket.reference}"
    form = {"body": "Any news?", "once": key_on(client, address)}

    first, second = (client.post(f"{address}/messages", data=form) for _ in range(2))

    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    assert count(world, MessageRow) == 1
    client.post(f"{address}/messages", data={**form, "once": key_on(client, address)})
    assert count(world, MessageRow) == 2


def test_another_message_with_the_same_key_is_refused(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "employee")
    address = f"/tickets/{ticket.reference}/messages"

    client.post(address, data={"body": "One", "once": "same"})
    answer = client.post(address, data={"body": "Two", "once": "same"})

    assert answer.status_code == 422
    assert count(world, MessageRow) == 1


def test_news_asked_for_twice_is_one_contact(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "employee")
    address = f"/tickets/{ticket.reference}"
    form = {"once": key_on(client, address)}

    answers = [client.post(f"{address}/news", data=form) for _ in range(2)]

    assert [answer.headers["location"] for answer in answers] == [address, address]
    assert count(world, ContactRow) == 2


def test_a_call_written_down_twice_opens_one_ticket(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")
    form = {
        "person": mail_of("employee"),
        "service": "password-access",
        "answers.problem": "password",
        "text": "Forgot it",
        "once": key_on(client, "/desk/log"),
    }

    refused = client.post("/desk/log", data={**form, "person": "nobody@demo.example"})
    first, second = (client.post("/desk/log", data=form) for _ in range(2))

    assert (refused.status_code, first.status_code) == (422, 303)
    assert form["once"] in refused.text
    assert first.headers["location"] == second.headers["location"]
    assert count(world, TicketRow) == 1


def test_a_program_repeats_a_message_or_a_contact_with_its_key(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "agent.desk")
    contact = {"reference": ticket.reference, "channel": "phone", "minutes": 0}
    sent = ((f"/api/tickets/{ticket.reference}/messages", {"body": "Done soon"}), ("/api/contacts", contact))

    for address, body in sent:
        first, second = (client.post(address, json=body, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (None, "true")
        client.post(address, json=body)

    assert (count(world, MessageRow), count(world, ContactRow)) == (2, 3)


def test_a_key_is_for_one_request_and_not_empty(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "agent.desk")
    address = f"/api/tickets/{ticket.reference}/messages"

    client.post(address, json={"body": "One"}, headers={"Idempotency-Key": "k-1"})
    reused = client.post(address, json={"body": "Two"}, headers={"Idempotency-Key": "k-1"})
    empty = client.post(address, json={"body": "Two"}, headers={"Idempotency-Key": " "})

    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    assert empty.status_code == 422
    assert count(world, MessageRow) == 1


def test_what_was_refused_may_be_sent_again_with_its_key(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "agent.desk")
    headers = {"Idempotency-Key": "k-1"}
    body = {"reference": "T-999999", "channel": "phone", "minutes": 0}

    assert client.post("/api/contacts", json=body, headers=headers).status_code == 404
    answer = client.post("/api/contacts", json={**body, "reference": ticket.reference}, headers=headers)

    assert answer.status_code == 201
