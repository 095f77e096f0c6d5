"""Approving on pages, by the link of a mail, and by program: who may, what they see, and what a scanner cannot do."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from spoc.approvals.links import token_for
from spoc.db.approvals import ApproverRow
from spoc.db.tickets import AskRow
from spoc.people.cost_centres import CostCentre, list_cost_centres
from tests.spoc.approvals.approving import Buying, buy, reports_to
from tests.world import World

HIDDEN = ("E5", "red", "Salary band", "Colour")


@pytest.fixture
def one(world: World) -> Buying:
    """The line manager of `colleague`, who has no role at all, is asked."""
    reports_to(world, "colleague", "employee")
    bought = buy(world, by="colleague")
    world.session.commit()
    return bought


def row_of(one: Buying) -> ApproverRow:
    return one.session.scalars(select(ApproverRow).execution_options(populate_existing=True)).one()


def path_of(one: Buying) -> str:
    return f"/approvals/{one.task().public_id}"


def link_of(one: Buying) -> str:
    return token_for(row_of(one))


def test_the_list_says_what_waits_and_the_page_what_to_decide_by(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "employee")
    listed = client.get("/approvals").text
    assert path_of(one) in listed
    page = client.get(path_of(one)).text
    assert "Agree to the price" in page
    assert "900" in page
    assert "Mara Lindholm" in page
    assert not any(word in page for word in HIDDEN)


def test_to_have_nothing_to_approve_is_said(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    assert "Nothing waits for you." in client.get("/approvals").text


@pytest.mark.parametrize("who", ["colleague", "agent.it", "agent.desk", "lead", "manager", "admin"])
def test_for_whoever_is_not_asked_there_is_nothing(client: TestClient, one: Buying, who: str) -> None:
    one.world.sign_in(client, who)
    page, document = client.get(path_of(one)), client.get(f"/api{path_of(one)}")
    assert (page.status_code, document.status_code) == (404, 404)
    assert client.post(path_of(one), data={"verdict": "approved"}).status_code == 404
    assert client.post(f"/api{path_of(one)}", json={"verdict": "approved"}).status_code == 404
    assert one.states()["agree"] == "ready"


def test_being_asked_opens_nothing_else_of_the_request(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "employee")
    assert client.get(f"/tickets/{one.ticket.reference}").status_code == 404
    assert client.get(f"/api/tickets/{one.ticket.reference}").status_code == 404
    assert one.ticket.reference not in client.get("/requests").text


def test_a_yes_on_the_page_lets_the_work_begin(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "employee")
    answer = client.post(path_of(one), data={"verdict": "approved"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/approvals")
    assert one.states()["order"] == "ready"
    assert client.post(path_of(one), data={"verdict": "rejected", "comment": "No."}).status_code == 409


def test_a_no_without_a_reason_keeps_the_page_and_says_so(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "employee")
    answer = client.post(path_of(one), data={"verdict": "rejected"})
    assert answer.status_code == 422
    assert "Write why it is rejected first" in answer.text
    assert one.states()["agree"] == "ready"


def test_a_no_is_told_to_who_asked_in_plain_words(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "employee")
    client.post(path_of(one), data={"verdict": "rejected", "comment": "Yours is a year old."})
    one.world.sign_in(client, "colleague")
    page = client.get(f"/tickets/{one.ticket.reference}").text
    assert "Jonas Weber did not approve “Agree to the price”: Yours is a year old." in page
    assert "So this is not done: Order the laptop, Hand it out." in page


def test_a_program_lists_reads_and_decides(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "employee")
    listed = client.get("/api/approvals").json()["approvals"]
    assert [(line["title"], line["voice"]) for line in listed] == [("Agree to the price", "asked")]
    document = client.get(f"/api{path_of(one)}").json()
    assert document["answers"] == {"price": 900}
    assert document["may_decide"] is True
    assert client.post(f"/api{path_of(one)}", json={"verdict": "approved"}).json()["verdict"] == "approved"
    assert client.post(f"/api{path_of(one)}", json={"verdict": "approved"}).status_code == 409


def test_following_the_link_decides_nothing_and_the_button_does(client: TestClient, one: Buying) -> None:
    token = link_of(one)
    for _ in range(3):
        page = client.get("/approve", params={"token": token})
        assert page.status_code == 200
    assert one.states()["agree"] == "ready"
    assert not any(word in page.text.replace(token, "") for word in HIDDEN)
    answer = client.post("/approve", data={"token": token, "verdict": "approved"})
    assert answer.status_code == 200
    assert "You have approved it" in answer.text
    assert one.states()["order"] == "ready"


def test_after_the_decision_the_link_is_of_no_use(client: TestClient, one: Buying) -> None:
    token = link_of(one)
    client.post("/approve", data={"token": token, "verdict": "approved"})
    assert client.get("/approve", params={"token": token}).status_code == 409
    again = client.post("/approve", data={"token": token, "verdict": "rejected", "comment": "No."})
    assert again.status_code == 409
    assert "does not work any more" in again.text


def test_a_no_by_link_without_a_reason_keeps_the_link(client: TestClient, one: Buying) -> None:
    token = link_of(one)
    assert client.post("/approve", data={"token": token, "verdict": "rejected"}).status_code == 422
    assert client.post("/approve", data={"token": token, "verdict": "rejected", "comment": "No."}).status_code == 200
    assert one.states()["agree"] == "cancelled"


@pytest.mark.parametrize("change", ["", "x", "é", "A" * 64, "A" * 200])
def test_a_made_up_link_leads_nowhere(client: TestClient, one: Buying, change: str) -> None:
    assert client.get("/approve", params={"token": change}).status_code == 409
    assert client.post("/approve", data={"token": change, "verdict": "approved"}).status_code == 409


def test_a_link_with_one_letter_changed_leads_nowhere(client: TestClient, one: Buying) -> None:
    token = link_of(one)
    for place in (0, 10, 30, len(token) - 3):
        other = "A" if token[place] != "A" else "B"
        forged = token[:place] + other + token[place + 1 :]
        assert client.get("/approve", params={"token": forged}).status_code == 409


def test_the_link_is_for_that_approver_alone(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "manager")
    assert client.get("/approve", params={"token": link_of(one)}).status_code == 409
    one.world.sign_in(client, "employee")
    assert client.get("/approve", params={"token": link_of(one)}).status_code == 200


def test_the_link_runs_out_with_the_time_to_decide(client: TestClient, one: Buying, now: datetime) -> None:
    row_of(one).ends_at = now - timedelta(minutes=1)
    one.session.commit()
    assert client.get("/approve", params={"token": link_of(one)}).status_code == 409


def test_when_somebody_else_is_asked_the_first_ones_link_is_of_no_use(client: TestClient, one: Buying) -> None:
    token = link_of(one)
    row_of(one).asked_id = one.world.ids["lead"]
    one.session.commit()
    assert client.get("/approve", params={"token": token}).status_code == 409


def test_of_something_confidential_the_link_shows_nothing(client: TestClient, world: World) -> None:
    one = buy(world, confidential_to=["hr", "it", "facilities"])
    world.session.commit()
    assert client.get("/approve", params={"token": link_of(one)}).status_code == 409
    world.sign_in(client, "manager")
    page = client.get(path_of(one)).text
    assert "Agree to the price" in page
    assert "Buy a laptop" not in page


def test_the_desk_decides_on_the_tickets_page_where_nobody_is_known(client: TestClient, world: World) -> None:
    one = buy(world, by="manager")
    world.session.commit()
    world.sign_in(client, "agent.desk")
    here = f"/tickets/{one.ticket.reference}"
    page = client.get(here).text
    assert "nobody is known for requester.manager, so the desk decides" in page
    assert f'action="{path_of(one)}"' in page
    assert f'action="/desk/tasks/{one.task().public_id}/finish"' not in page
    answer = client.post(path_of(one), data={"verdict": "approved", "address": here})
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert one.states()["order"] == "ready"


def test_the_requester_sees_whose_yes_it_waits_for(client: TestClient, one: Buying) -> None:
    one.world.sign_in(client, "colleague")
    page = client.get(f"/tickets/{one.ticket.reference}").text
    assert "Jonas Weber" in page
    document = client.get(f"/api/tickets/{one.ticket.reference}").json()
    agree = next(task for task in document["tasks"] if task["key"] == "agree")
    assert (agree["kind"], agree["queue"], agree["assignee"]) == ("approval", None, "Jonas Weber")


def test_what_moves_an_approval_leaves_it_with_whom_it_asks(client: TestClient, world: World) -> None:
    reports_to(world, "colleague", "employee")
    price = {"key": "price", "label": "Price", "kind": "number", "required": True}
    day = {"key": "wanted_on", "label": "Wanted on", "kind": "date"}
    asked = {"key": "agree", "title": "Agree", "approval": {"approvers": ["requester.manager"], "shows": ["price"]}}
    steps = [{**asked, "due": "wanted_on"}, {"key": "order", "title": "Order", "queue": "it", "needs": ["agree"]}]
    others = [{"key": "colour", "label": "Colour", "kind": "text"}, {"key": "salary", "label": "Band", "kind": "text"}]
    one = buy(world, by="colleague", form=[price, day, *others], steps=steps)
    world.session.commit()
    world.sign_in(client, "colleague")
    ask_id = world.session.scalar(select(AskRow.public_id).where(AskRow.ticket_id == one.ticket.ticket_id))
    given = {"asked": "wanted_on", "answers.wanted_on": "2026-10-13"}
    page = client.post(f"/tickets/{one.ticket.reference}/asks/{ask_id}/difference", data=given).text
    moved = page.split('id="group-1"')[1].split("Tue 13 Oct")[0]
    assert "Jonas Weber" in moved
    assert "Jonas Weber →" not in moved


def test_an_administrator_says_who_answers_for_a_departments_money(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    given = {"department": ["Data Platform"], "owner": ["owner@demo.example"]}
    assert client.post("/organisation/cost-centres", data=given).status_code == 303
    assert "owner@demo.example" in client.get("/organisation").text
    one = buy(world, {"approvers": ["cost_centre.owner"]})
    assert one.asked() == ["owner"]
    wrong = client.post("/organisation/cost-centres", data={**given, "owner": ["nobody@demo.example"]})
    assert wrong.status_code == 422
    assert "Nobody in the directory has the address nobody@demo.example." in wrong.text
    assert client.post("/organisation/cost-centres", data={**given, "owner": [""]}).status_code == 303
    assert list_cost_centres(world.session) == (CostCentre("Data Platform", ""),)
