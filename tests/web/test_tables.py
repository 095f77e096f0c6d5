"""Tables at the doors: entered without scripts, refused cell by cell, read on the ticket, changed row by row."""

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.work import TaskState
from spoc.db.catalog import RoutingRuleRow
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, TaskRow
from tests.world import World

ROWS = [
    {"name": "Finn Hauschild", "start_on": "2026-10-06"},
    {"name": "Ida Rasmussen", "start_on": "2026-10-13", "laptop": "none"},
]
ANSWERS: dict[str, Any] = {"how_named": "The apprentices", "welcome_on": "2026-10-14", "location": "berlin"}
FORM = {"service": "several-starters"} | {f"answers.{key}": value for key, value in ANSWERS.items()}


def cells(*rows: dict[str, str]) -> dict[str, str]:
    return {f"answers.starters.{at}.{key}": value for at, row in enumerate(rows) for key, value in row.items()}


def tasks(world: World) -> dict[str, TaskRow]:
    rows = world.session.scalars(select(TaskRow).execution_options(populate_existing=True))
    return {row.key: row for row in rows}


def ask(world: World) -> AskRow:
    return world.session.scalars(select(AskRow).execution_options(populate_existing=True)).one()


def test_the_form_shows_rows_and_one_more_on_request_with_what_was_entered(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    page = client.get("/ask/several-starters").text
    assert page.count('class="row-card"') == 2
    more = client.post("/ask/several-starters", data={**FORM, **cells(*ROWS), "rows.starters": "2", "more": "starters"})
    assert more.text.count('class="row-card"') == 3
    assert 'value="Finn Hauschild"' in more.text
    assert 'name="answers.starters.2.name"' in more.text
    most = client.post("/ask/several-starters", data={**FORM, "rows.starters": "15", "more": "starters"}).text
    assert most.count('class="row-card"') == 15
    assert "Add a row" not in most


def test_a_form_with_rows_becomes_a_ticket_with_tasks_for_each(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    sent = client.post("/intake", data={**FORM, **cells(*ROWS)})
    assert sent.status_code == 303, sent.text
    made = tasks(world)
    assert made["account-2"].title == "Account of Ida Rasmussen"
    assert "laptop-2" not in made
    assert sorted(made["welcome"].needs) == ["account-1", "account-2", "badge-1", "badge-2", "laptop-1", "seats"]
    assert made["contract-1"].due_at != made["contract-2"].due_at
    page = client.get(sent.headers["location"]).text
    assert "1. Name: Finn Hauschild · First day: Tuesday 6 October · Laptop: Windows laptop" in page
    found = client.get(f"/api{sent.headers['location']}").json()["asks"][0]["answers"]["starters"]
    assert [row["row"] for row in found] == [1, 2]


def test_what_is_wrong_in_a_row_is_said_there(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    bad = [ROWS[0], {"name": "Ida", "start_on": "2026-02-30"}]
    page = client.post("/intake", data={**FORM, **cells(*bad)})
    assert page.status_code == 422
    assert "Who starts, row 2, First day" in page.text
    assert 'id="f-answers-starters-1-start-on-fault"' in page.text
    problem = client.post("/intake", json={"service": "several-starters", "answers": {**ANSWERS, "starters": bad}})
    assert [fault["field"] for fault in problem.json()["faults"]] == ["starters[1].start_on"]
    few = client.post("/intake", data={**FORM, **cells(ROWS[0])})
    assert "At least 2 rows are needed." in few.text


def test_a_rule_for_the_step_places_the_tasks_of_every_row(client: TestClient, world: World) -> None:
    office = world.session.scalars(select(QueueRow.id).where(QueueRow.key == "office")).one()
    world.session.add(
        RoutingRuleRow(position=1, queue_id=office, service_key="several-starters", step_key="badge", why="new rule")
    )
    world.session.commit()
    world.submit("several-starters", starters=ROWS)
    assert {row.queue_id for key, row in tasks(world).items() if key.startswith("badge-")} == {office}


def test_a_row_taken_away_and_one_added_change_their_tasks_and_no_others(client: TestClient, world: World) -> None:
    ticket = world.submit("several-starters", **ANSWERS, starters=[*ROWS, {"name": "Bo", "start_on": "2026-10-06"}])
    path = f"/tickets/{ticket.reference}/asks/{ask(world).public_id}"
    world.sign_in(client, "employee")
    page = client.get(f"{path}/change").text
    assert 'name="answers.starters.1.row" value="2"' in page

    kept = [{**ROWS[0], "row": "1"}, {"row": "2"}, {"name": "Bo", "start_on": "2026-10-20", "row": "3"}]
    given = {"asked": "starters", **cells(*kept, {"name": "Mia", "start_on": "2026-10-06"})}
    difference = client.post(f"{path}/difference", data=given).text
    assert "Account of Ida Rasmussen" in difference
    assert client.post(f"{path}/amend", data=given).status_code == 303

    made = tasks(world)
    assert made["account-1"].state is made["account-3"].state is TaskState.WAITING
    assert made["account-2"].state is TaskState.CANCELLED
    assert made["account-4"].title == "Account of Mia"
    assert made["badge-3"].due_at != made["badge-1"].due_at
    assert "account-4" in made["welcome"].needs
    assert "account-2" not in made["welcome"].needs
    assert [(row["row"], row["name"]) for row in ask(world).answers["starters"]] == [
        (1, "Finn Hauschild"),
        (3, "Bo"),
        (4, "Mia"),
    ]


def test_the_api_takes_rows_back_and_again_as_they_were(client: TestClient, world: World) -> None:
    ticket = world.submit("several-starters", **ANSWERS, starters=[*ROWS, {"name": "Bo", "start_on": "2026-10-06"}])
    path = f"/api/tickets/{ticket.reference}/asks/{ask(world).public_id}/amend"
    world.sign_in(client, "employee")
    before = {key: (row.state, row.due_at, row.needs) for key, row in tasks(world).items()}
    rows = ask(world).answers["starters"]
    assert client.post(path, json={"answers": {"starters": rows[:1] + rows[2:]}}).status_code == 200
    assert tasks(world)["badge-2"].state is TaskState.CANCELLED
    assert client.post(path, json={"answers": {"starters": rows}}).status_code == 200
    assert {key: (row.state, row.due_at, row.needs) for key, row in tasks(world).items()} == before


def test_the_dry_run_and_the_catalogue_show_what_is_done_for_each_row(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    assert "For each row of Who starts" in client.get("/catalogue/several-starters").text
    run = client.get("/catalogue/several-starters/simulate").text
    assert "Account of Finn Hauschild" in run
    assert "Laptop for Ida Rasmussen" not in run


def test_a_caller_may_not_know_of_all_of_them_yet(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")
    call = {"person": "employee@demo.example", "channel": "phone", "text": "Some start", "minutes": "5"}
    assert client.post("/desk/log", data={**call, **FORM, **cells(ROWS[0])}).status_code == 303
    assert "account-1" in tasks(world)
