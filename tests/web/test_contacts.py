"""Logging a contact: about something open, something new, and solved on the spot."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.work import Channel, ContactKind, TaskState, TicketState
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow, TaskRow, TicketRow
from tests.world import World, mail_of

CALL = {"person": mail_of("employee"), "channel": "phone", "minutes": "6"}
FORGOTTEN = {"service": "password-access", "answers.problem": "password", "text": "Forgot it over the weekend"}


def only_ticket(world: World) -> TicketRow:
    world.session.expire_all()
    return world.session.scalars(select(TicketRow)).one()


def test_the_form_offers_what_the_caller_may_be_calling_about(client: TestClient, world: World) -> None:
    mine, hidden = world.submit("password-access"), world.submit("payslip-question")
    world.sign_in(client, "agent.desk")

    page = client.get("/desk/log", params={"person": mail_of("employee")})

    assert page.status_code == 200
    assert mine.reference in page.text
    assert hidden.reference not in page.text


def test_a_call_is_solved_while_it_lasts(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")

    answer = client.post("/desk/log", data={**CALL, **FORGOTTEN, "solved": "Reset, he is in again."})

    ticket = only_ticket(world)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket.reference}")
    assert (ticket.state, ticket.channel, ticket.requester_id) == (
        TicketState.RESOLVED,
        Channel.PHONE,
        world.ids["employee"],
    )
    contact = world.session.scalars(select(ContactRow)).one()
    assert (contact.kind, contact.agent_id) == (ContactKind.FIRST, world.ids["agent.desk"])
    assert (contact.started_at, contact.ended_at) == (world.now - timedelta(minutes=6), world.now)
    assert world.session.scalars(select(AskRow.resolved_at)).one() == contact.ended_at
    assert world.session.scalars(select(TaskRow.result)).one() == "Reset, he is in again."


def test_a_call_is_solved_without_a_secret_step_which_goes_on(client: TestClient, world: World) -> None:
    world.add_secret_step("password-access")
    world.sign_in(client, "agent.desk")

    client.post("/desk/log", data={**CALL, **FORGOTTEN, "answers.mark": "red", "solved": "Reset."})

    assert only_ticket(world).state is TicketState.RESOLVED
    states = world.session.execute(select(TaskRow.secret, TaskRow.state).order_by(TaskRow.secret)).all()
    assert [tuple(one) for one in states] == [(False, TaskState.DONE), (True, TaskState.READY)]


def test_a_call_that_goes_on_stays_open(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")

    client.post("/desk/log", data={**CALL, **FORGOTTEN})

    assert only_ticket(world).state is TicketState.OPEN


def test_words_alone_are_enough(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")

    answer = client.post("/desk/log", data={**CALL, "text": "Something smells strange near the stairs"})

    assert answer.status_code == 303
    assert only_ticket(world).text == "Something smells strange near the stairs"


def test_a_call_needs_no_form_to_be_solved(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")

    answer = client.post("/desk/log", data={**CALL, "service": "password-access", "solved": "Reset it"})

    assert answer.status_code == 303
    ticket = world.session.scalars(select(TicketRow)).one()
    assert ticket.state is TicketState.RESOLVED


@pytest.mark.parametrize("said", ["Jonas Weber", "jonas", "employee@demo.example"])
def test_a_caller_is_found_by_name_or_mail(client: TestClient, world: World, said: str) -> None:
    world.sign_in(client, "agent.desk")

    client.post("/desk/log", data={**CALL, "person": said, "text": "The corner hums"})

    assert world.session.scalars(select(TicketRow.requester_id)).one() == world.ids["employee"]


@pytest.mark.parametrize("said", ["", "Somebody Else", "lind"], ids=["nobody named", "nobody called so", "several"])
def test_it_must_be_clear_who_called(client: TestClient, world: World, said: str) -> None:
    world.sign_in(client, "agent.desk")

    answer = client.post("/desk/log", data={**CALL, "person": said, "text": "The corner hums"})

    assert answer.status_code == 422
    assert "The corner hums" in answer.text
    assert world.session.scalars(select(TicketRow)).all() == []


@pytest.mark.parametrize(
    "form", [{"minutes": "many"}, {"channel": "pigeon"}, {"person": "nobody@demo.example"}, {"about": "T-999999"}]
)
def test_what_cannot_be_is_refused_in_place(client: TestClient, world: World, form: dict[str, str]) -> None:
    world.sign_in(client, "agent.desk")

    answer = client.post("/desk/log", data={**CALL, "text": "Help", **form})

    assert answer.status_code == 422
    assert "notice-late" in answer.text


def test_a_call_about_an_open_ticket_is_written_on_it(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access", at=world.now - timedelta(hours=1))
    world.sign_in(client, "agent.desk")

    answer = client.post("/desk/log", data={**CALL, "about": ticket.reference, "text": "Wants news"})

    assert answer.headers["location"] == f"/tickets/{ticket.reference}"
    kinds = world.session.scalars(select(ContactRow.kind).order_by(ContactRow.id)).all()
    assert kinds == [ContactKind.FIRST, ContactKind.REPEAT]


def test_a_call_for_hr_is_opened_and_not_shown_to_the_desk(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")

    answer = client.post(
        "/desk/log", data={**CALL, "service": "payslip-question", "answers.topic": "amount", "text": "Too little"}
    )

    assert answer.status_code in {303, 422}
    if answer.status_code == 303:
        assert answer.headers["location"] == "/desk/log"


def test_a_program_logs_a_contact(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access", at=world.now - timedelta(hours=1))
    world.sign_in(client, "agent.desk")
    body = {"reference": ticket.reference, "channel": "chat", "kind": "thanks", "minutes": 2}

    assert client.post("/api/contacts", json=body).status_code == 201
    world.sign_in(client, "employee")
    assert client.post("/api/contacts", json=body).status_code == 404


def test_a_program_logs_no_second_first_contact(client: TestClient, world: World) -> None:
    ticket = world.submit("password-access", at=world.now - timedelta(hours=1))
    world.sign_in(client, "agent.desk")

    answer = client.post("/api/contacts", json={"reference": ticket.reference, "channel": "phone", "kind": "first"})

    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_first")
    assert answer.json()["faults"][0]["field"] == "kind"


def test_what_solved_it_is_kept_where_not_all_of_it_is_done(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")

    answer = client.post("/desk/log", data={**CALL, "service": "new-starter", "solved": "Told him what is missing."})

    assert answer.status_code == 303
    page = client.get(answer.headers["location"], params={"view": "desk"}).text
    assert "Told him what is missing." in page
    assert "What you wrote of its solution is kept with the contact." in page


def test_what_solved_it_is_kept_with_a_contact_about_something_open(client: TestClient, world: World) -> None:
    reference = world.submit("password-access", by="employee").reference
    world.sign_in(client, "agent.desk")

    client.post("/desk/log", data={**CALL, "about": reference, "minutes": "0", "text": "Again.", "solved": "Reset it."})

    assert "Reset it." in client.get(f"/tickets/{reference}").text


def test_who_logs_what_goes_to_another_team_is_told_so(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")

    answer = client.post("/desk/log", data={**CALL, "text": "Phone does not ring", "solved": "Volume turned up"})

    assert answer.headers["location"] == "/desk/log"
    assert "It is with a team in which you do not work." in client.get("/desk/log").text
    assert world.session.scalars(select(ContactRow.note)).one() == "Volume turned up"
