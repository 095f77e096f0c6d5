"""Leaving an ask out by page and by program, and that whoever asked is not told."""

from fastapi.testclient import TestClient
from sqlalchemy import select

from spoc.db.tickets import AskRow
from spoc.intake.write import Accepted
from tests.world import World


def path_of(world: World, ticket: Accepted) -> str:
    public_id = world.session.scalar(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id))
    return f"/tickets/{ticket.reference}/asks/{public_id}"


def test_the_desk_leaves_it_out_on_the_page_and_takes_that_back(client: TestClient, world: World) -> None:
    ticket, other = world.submit("password-access"), world.submit("laptop-fault")
    world.sign_in(client, "agent.desk")
    page = client.get(f"/tickets/{ticket.reference}").text
    assert "Not a real request?" in page
    assert f'<option value="{other.reference}">' in page

    given = {"reason": "duplicate", "of": other.reference, "words": "Pressed twice"}
    answer = client.post(f"{path_of(world, ticket)}/leave-out", data=given)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket.reference}")
    page = client.get(f"/tickets/{ticket.reference}").text
    assert f"Left out of the figures: sent twice, the same as {other.reference} · Pressed twice" in page
    assert f"You left it out of the figures: sent twice, the same as {other.reference}. Pressed twice" in page

    assert client.post(f"{path_of(world, ticket)}/count-again", data={"words": ""}).status_code == 303
    assert "You let it count in the figures again." in client.get(f"/tickets/{ticket.reference}").text


def test_whoever_asked_reads_nothing_of_it(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "employee")
    before = client.get(f"/api/tickets/{ticket.reference}").json()
    world.sign_in(client, "lead")
    client.post(f"/api{path_of(world, ticket)}/leave-out", json={"reason": "spam", "words": "zqword"})

    world.sign_in(client, "employee")

    assert client.get(f"/api/tickets/{ticket.reference}").json() == before
    assert "zqword" not in client.get(f"/tickets/{ticket.reference}").text


def test_a_program_leaves_it_out_and_reads_how_it_stands(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "agent.desk")
    address = f"/api{path_of(world, ticket)}"

    out = client.post(f"{address}/leave-out", json={"reason": "test"})
    again = client.post(f"{address}/leave-out", json={"reason": "test"})
    back = client.post(f"{address}/count-again")

    assert out.status_code == again.status_code == back.status_code == 200
    assert out.json() == again.json()
    assert out.json()["left_out"] == {"reason": "test", "of": None, "words": ""}
    assert (back.json()["left_out"], back.json()["reference"]) == (None, ticket.reference)


def test_what_cannot_be_is_refused_by_name(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "agent.desk")
    address = f"/api{path_of(world, ticket)}/leave-out"

    same = client.post(address, json={"reason": "duplicate", "of": "T-999999"})

    assert (same.status_code, same.json()["code"], same.json()["faults"][0]["field"]) == (422, "not_the_same", "of")
    assert client.post(address, json={"reason": "boring"}).status_code == 422
    assert client.post(f"/api/tickets/{ticket.reference}/asks/nothing/leave-out", json={}).status_code == 404


def test_agents_of_other_teams_are_not_offered_it(client: TestClient, world: World) -> None:
    ticket = world.submit("new-starter")
    world.sign_in(client, "agent.it")
    page = client.get(f"/tickets/{ticket.reference}").text
    assert "What is asked" in page
    assert "Not a real request?" not in page
    assert client.post(f"/api{path_of(world, ticket)}/leave-out", json={"reason": "spam"}).status_code == 403


def test_the_list_of_what_is_left_out_says_why_in_words(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access")
    world.sign_in(client, "lead")
    client.post(f"/api{path_of(world, ticket)}/leave-out", json={"reason": "test", "words": "Trying it"})
    period = "from=2026-08-10&to=2026-08-16"

    assert "a test: 1" in client.get(f"/reports?{period}").text
    assert "a test: Trying it" in client.get(f"/reports/openings?{period}&of=excluded").text
    assert "Trying it" in client.get(f"/reports/openings.csv?{period}&of=excluded").text
