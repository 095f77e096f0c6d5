"""The register's pages and API: who reads them, a file with its preview, giving and taking back."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from spoc.db.register import ItemRow, ItemState
from tests.world import World, mail_of

SHEET = f"kind,tag,model,location,holder\nlaptop-windows,HO-1,ThinkPad,berlin,{mail_of('employee')}\n"
WRONG = "kind,tag,location\nsofa,HO-1,berlin\n"
READERS = ("agent.desk", "agent.it", "agent.facilities", "agent.hr", "agent.office", "lead")
STRANGERS = ("employee", "colleague", "manager", "owner", "admin")


def filled(client: TestClient, world: World) -> str:
    world.sign_in(client, "agent.it")
    assert client.post("/api/register/import", json={"csv": SHEET}).status_code == 200
    return str(world.session.scalar(select(ItemRow.public_id)))


@pytest.mark.parametrize("who", READERS)
def test_members_of_queues_read_it(client: TestClient, world: World, who: str) -> None:
    item = filled(client, world)
    world.sign_in(client, who)
    assert "HO-1" in client.get("/register").text
    assert "Jonas Weber" in client.get(f"/register/items/{item}").text
    assert "HO-1" in client.get(f"/register/people/{world.person('employee').public_id}").text
    assert client.get("/api/register", params={"search": "weber"}).json()["items"][0]["tag"] == "HO-1"


@pytest.mark.parametrize("who", STRANGERS)
def test_to_others_there_is_no_register(client: TestClient, world: World, who: str) -> None:
    item = filled(client, world)
    world.sign_in(client, who)
    for path in ("/register", f"/register/items/{item}", "/register/import", "/api/register"):
        assert client.get(path).status_code == 404


def test_a_file_is_shown_before_it_is_taken(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    shown = client.post("/register/import", files={"file": ("laptops.csv", SHEET.encode("utf-8-sig"))})
    assert shown.status_code == 200
    assert "New: ThinkPad, berlin, " in shown.text
    assert world.session.scalar(select(func.count()).select_from(ItemRow)) == 0
    digest = shown.text.split('name="digest" value="')[1].split('"')[0]
    done = client.post("/register/import/apply", data={"sheet": SHEET, "digest": digest}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/register")
    again = client.post("/register/import/apply", data={"sheet": SHEET, "digest": digest})
    assert again.status_code == 409
    assert "The register has changed since you looked." in again.text


def test_faults_are_shown_by_line_and_nothing_is_taken(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    shown = client.post("/register/import", data={"sheet": WRONG})
    assert shown.status_code == 422
    assert "There is no kind “sofa”" in shown.text
    assert client.post("/register/import/apply", data={"sheet": WRONG}).status_code == 422
    refused = client.post("/api/register/import", json={"csv": WRONG})
    assert (refused.status_code, refused.json()["faults"][0]["field"]) == (422, "lines.2.kind")
    assert client.post("/api/register/import", json={"csv": WRONG, "dry_run": True}).status_code == 422


def test_a_file_that_is_no_text_is_told(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    for raw in (b"\xff\xfe\x00k", b"x" * 800_001):
        shown = client.post("/register/import", files={"file": ("laptops.xlsx", raw)})
        assert shown.status_code == 422
        assert "no text in UTF-8" in shown.text


def test_a_dry_run_by_program_changes_nothing(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    found = client.post("/api/register/import", json={"csv": SHEET, "dry_run": True}).json()
    assert (found["applied"], len(found["changes"])) == (False, 1)
    assert world.session.scalar(select(func.count()).select_from(ItemRow)) == 0


def test_things_are_taken_back_and_given_by_hand(client: TestClient, world: World) -> None:
    item = filled(client, world)
    client.post(f"/register/items/{item}/take-back")
    assert client.post(f"/register/items/{item}/give", data={"holder": ""}).status_code == 422
    client.post(f"/register/items/{item}/give", data={"holder": "Nia Okeke", "until": "2026-09-14"})
    page = client.get(f"/register/items/{item}")
    assert "Given to Nia Okeke" in page.text
    assert "Not in the directory" in page.text
    world.session.expire_all()
    assert world.session.scalar(select(ItemRow.state)) is ItemState.HELD
    world.sign_in(client, "agent.hr")
    assert client.post(f"/register/items/{item}/take-back").status_code == 403


STOCK = "kind,tag,model,location,quantity\nlaptop-windows,HO-2,ThinkPad,berlin,\nscreen,,,lyon,2\nheadset,,,berlin,1\n"


def test_a_form_says_whether_there_is_one_at_the_place_that_was_chosen(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    client.post("/api/register/import", json={"csv": STOCK})
    world.sign_in(client, "employee")
    here = client.get("/ask/new-starter").text
    assert "In stock in Berlin" in here
    assert "None in Berlin; 2 in Lyon" in here
    lyon = client.post("/ask/new-starter", data={"service": "new-starter", "answers.location": "lyon"}).text
    assert "In stock in Lyon" in lyon
    assert "None in Lyon; 1 in Berlin" in lyon


def test_a_form_says_nothing_of_kinds_of_which_there_are_none(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    assert "data-fresh" not in client.get("/ask/new-starter").text


def test_the_tasks_page_offers_what_is_free_and_books_what_is_chosen(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    client.post("/api/register/import", json={"csv": STOCK})
    accepted = world.submit("new-starter")
    task = next(one.id for one in accepted.tasks if one.key == "laptop-order")
    page = client.get(f"/tickets/{accepted.reference}").text
    assert "Windows laptop for Aylin Kaya" in page
    assert "HO-2 · ThinkPad" in page
    item = world.session.scalar(select(ItemRow.public_id).where(ItemRow.tag == "HO-2"))
    path = f"/desk/tasks/{task}/finish"
    assert client.post(path, data={"lends": "true"}).status_code == 422
    sent = {"lends": "true", "give.laptop-windows": str(item), "give": "any:screen"}
    assert client.post(path, data=sent, follow_redirects=False).status_code == 303
    held = client.get("/api/register", params={"state": "held"}).json()["items"]
    assert [(one["kind"], one["holder"]["name"]) for one in held] == [
        ("laptop-windows", "Aylin Kaya"),
        ("screen", "Aylin Kaya"),
    ]


def test_who_is_too_late_is_told_and_the_task_stays_open(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    client.post("/api/register/import", json={"csv": STOCK})
    tasks = [next(one.id for one in world.submit("new-starter").tasks if one.key == "laptop-order") for _ in range(2)]
    item = str(world.session.scalar(select(ItemRow.public_id).where(ItemRow.tag == "HO-2")))
    answers = [client.post(f"/api/tasks/{task}/finish", json={"give": [item]}) for task in tasks]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "already_taken"
    again = client.post(f"/api/tasks/{tasks[1]}/finish", json={"give": ["none:laptop-windows"]})
    assert again.status_code == 200


def test_on_the_page_too_and_nothing_that_was_written_is_lost(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    client.post("/api/register/import", json={"csv": STOCK})
    tasks = [next(one.id for one in world.submit("new-starter").tasks if one.key == "laptop-order") for _ in range(2)]
    item = str(world.session.scalar(select(ItemRow.public_id).where(ItemRow.tag == "HO-2")))
    assert client.post(f"/api/tasks/{tasks[0]}/finish", json={"give": [item]}).status_code == 200
    sent = {"lends": "true", "give.laptop-windows": item, "result": "Ordered at Kranz."}
    answer = client.post(f"/desk/tasks/{tasks[1]}/finish", data=sent)
    assert answer.status_code == 422
    assert "HO-2 is not free any more: somebody was faster. Choose another." in answer.text
    assert "Ordered at Kranz." in answer.text


def test_a_leavers_ticket_shows_what_they_have(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.it")
    sheet = f"kind,tag,location,holder\nlaptop-windows,HO-5,berlin,{mail_of('colleague')}\n"
    client.post("/api/register/import", json={"csv": sheet})
    reference = world.submit("leaver", person=mail_of("colleague")).reference
    page = client.get(f"/tickets/{reference}").text
    assert "What Mara Lindholm has" in page
    assert "HO-5" in page
    world.sign_in(client, "employee")
    assert "HO-5" not in client.get(f"/tickets/{reference}").text
