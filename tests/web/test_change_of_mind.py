"""Changing and cancelling a request: its form, what will change, and what is different after."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from spoc.app import create_app
from spoc.db.events import lock
from spoc.db.session import make_sessions
from spoc.db.tickets import AskRow
from spoc.intake.write import Accepted
from spoc.settings import Settings
from spoc.web.runtime import Runtime
from spoc.web.ticket import turn
from spoc.web.waiting import in_turn
from tests.world import World, mail_of

START = {"asked": "start_on", "answers.start_on": "2026-10-13"}


def starter(world: World, **answers: Any) -> tuple[Accepted, str]:
    ticket = world.submit("new-starter", start_on="2026-10-06", **answers)
    public_id = world.session.scalar(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id))
    return ticket, f"/tickets/{ticket.reference}/asks/{public_id}"


def sent(page: str) -> dict[str, list[str]]:
    """The hidden fields of the page's form that applies."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        found.setdefault(name, []).append(unescape(value))
    return found


def answers(world: World, ticket: Accepted) -> dict[str, Any]:
    ask = select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)
    return world.session.scalars(ask.execution_options(populate_existing=True)).one().answers


def test_the_form_holds_the_answers_and_keeps_what_is_not_shown_again(client: TestClient, world: World) -> None:
    ticket, path = starter(world, salary=98_765)
    world.sign_in(client, "employee")

    assert f'href="{path}/change"' in client.get(f"/tickets/{ticket.reference}").text
    page = client.get(f"{path}/change").text

    assert 'value="2026-10-06"' in page
    assert "98765" not in page
    assert "Leave it empty to keep what was sent." in page
    given = {"asked": ["start_on", "parking"], "answers.start_on": "2026-10-13", "answers.salary": ""}
    assert client.post(f"{path}/amend", data=given).status_code == 303
    assert (answers(world, ticket)["salary"], answers(world, ticket)["parking"]) == (98_765, False)


def test_what_will_change_is_shown_then_applied_then_told(client: TestClient, world: World) -> None:
    ticket, path = starter(world)
    world.sign_in(client, "employee")

    page = client.post(f"{path}/difference", data=START).text

    assert "What will change" in page
    assert "Tuesday 6 October → Tuesday 13 October" in page
    assert "Hand out badge and keys" in page
    assert answers(world, ticket)["start_on"] == "2026-10-06"
    answer = client.post(f"{path}/amend", data=sent(page))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket.reference}")
    status = client.get(f"/tickets/{ticket.reference}").text
    assert "You changed the request. First day: Tuesday 6 October → Tuesday 13 October" in status
    assert "“Hand out badge and keys” moves. Due Tue 6 Oct → Tue 13 Oct." in status
    again = client.post(f"{path}/amend", data=sent(page))
    assert again.status_code == 303


def test_cancelling_is_shown_first_and_can_be_taken_back(client: TestClient, world: World) -> None:
    ticket, path = starter(world)
    world.sign_in(client, "employee")

    page = client.post(f"{path}/difference", data={"cancels": "true"}).text
    assert "Not needed any more" in page
    assert client.post(f"{path}/amend", data=sent(page)).status_code == 303

    status = client.get(f"/tickets/{ticket.reference}").text
    assert "This request was cancelled." in status
    assert "You cancelled the request." in status
    assert "Bring it back or change it" in status
    assert "it can be brought back" in status
    assert "Everything by" not in status
    assert "This request was cancelled." in client.get(f"{path}/change").text
    assert client.post(f"{path}/amend", data={"asked": "buddy"}).status_code == 303
    assert "This request was cancelled." not in client.get(f"/tickets/{ticket.reference}").text


def test_if_it_has_moved_on_the_new_difference_is_shown(client: TestClient, world: World) -> None:
    ticket, path = starter(world)
    world.sign_in(client, "employee")
    page = client.post(f"{path}/difference", data=START).text
    world.sign_in(client, "agent.desk")
    client.post(f"/api{path}/amend", json={"answers": {"work_place": "remote"}})

    world.sign_in(client, "employee")
    refused = client.post(f"{path}/amend", data=sent(page))

    assert refused.status_code == 409
    assert "has moved on since you looked" in refused.text
    assert client.post(f"{path}/amend", data=sent(refused.text)).status_code == 303
    assert answers(world, ticket)["start_on"] == "2026-10-13"


def test_a_wrong_answer_comes_back_beside_its_question(client: TestClient, world: World) -> None:
    _, path = starter(world)
    world.sign_in(client, "employee")
    wrong = {"asked": "start_on", "answers.start_on": "soon"}

    for act in ("difference", "amend"):
        page = client.post(f"{path}/{act}", data=wrong)
        assert page.status_code == 422
        assert "This must be a date such as 2026-09-01." in page.text


def test_questions_that_follow_are_asked_at_once(client: TestClient, world: World) -> None:
    _, path = starter(world)
    world.sign_in(client, "employee")
    given = {"asked": "work_place", "answers.work_place": "remote"}

    assert "Address for the laptop" in client.post(f"{path}/change", data=given).text
    assert "Address for the laptop" not in client.get(f"{path}/change").text


def test_an_agent_changes_what_they_read_and_no_more(client: TestClient, world: World) -> None:
    ticket, path = starter(world, salary=98_765)
    world.sign_in(client, "agent.it")
    assert f'href="{path}/change"' in client.get(f"/tickets/{ticket.reference}").text
    page = client.get(f"{path}/change").text

    assert "answers.start_on" in page
    assert "salary" not in page
    assert "personal_mail" not in page
    assert client.post(f"/api{path}/amend", json={"answers": {"salary": 1}}).status_code == 403


def test_a_program_sees_the_difference_and_applies_just_that(client: TestClient, world: World) -> None:
    ticket, path = starter(world)
    world.sign_in(client, "employee")
    wish = {"answers": {"start_on": "2026-10-13", "work_place": "remote"}}

    shown = client.post(f"/api{path}/amend", json={**wish, "dry_run": True}).json()
    stale = client.post(f"/api{path}/amend", json={**wish, "seen": "of another time"})
    done = client.post(f"/api{path}/amend", json={**wish, "seen": shown["seen"]})
    again = client.post(f"/api{path}/amend", json=wish).json()

    assert (shown["dry_run"], shown["changes"], shown["cancel"]) == (True, True, False)
    assert shown["answers"][0] == {
        "key": "start_on",
        "label": "First day",
        "from": "2026-10-06",
        "to": "2026-10-13",
    }
    changes = {task["key"]: task["change"] for task in shown["tasks"]}
    assert (changes["keys"], changes["laptop-ship"], changes["accounts"]) == ("cancelled", "added", "moved")
    assert (stale.status_code, stale.json()["code"]) == (409, "difference_moved")
    assert (done.status_code, done.json()["seen"]) == (200, shown["seen"])
    assert (again["changes"], again["tasks"]) == (False, [])
    timeline = client.get(f"/api/tickets/{ticket.reference}").json()["timeline"]
    assert {"amended", "redated", "task_cancelled"} <= {event["kind"] for event in timeline}


def test_whoever_it_is_not_for_finds_nothing(client: TestClient, world: World) -> None:
    _, path = starter(world)
    for who in ("colleague", "manager"):
        world.sign_in(client, who)
        assert client.get(f"{path}/change").status_code == 404
        assert client.post(f"/api{path}/amend", json={"cancel": True}).status_code == 404


def test_a_new_person_concerned_is_named_on_the_ticket(client: TestClient, world: World) -> None:
    ticket = world.submit("move", person=mail_of("colleague"), move_on="2026-10-06")
    public_id = world.session.scalar(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id))
    world.sign_in(client, "employee")

    change = {"answers": {"person": mail_of("manager")}}
    client.post(f"/api/tickets/{ticket.reference}/asks/{public_id}/amend", json=change)

    title = client.get(f"/api/tickets/{ticket.reference}").json()["title"]
    assert title == "Ingeborg van den Heuvel moves on 6 October 2026"


@pytest.fixture
def impatient(committed: sessionmaker[Session], usual: Settings, now: datetime) -> Iterator[TestClient]:
    """A browser at an application that waits for no lock."""
    options = {"options": "-c lock_timeout=1 -c timezone=UTC"}
    engine = create_engine(committed.kw["bind"].url, connect_args=options)
    with TestClient(
        create_app(Runtime(usual, make_sessions(engine), clock=lambda: now)), follow_redirects=False
    ) as one:
        one.headers["Sec-Fetch-Site"] = "same-origin"
        yield one
    engine.dispose()


def test_what_others_are_changing_can_be_sent_again_as_it_was(
    impatient: TestClient, committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session, committed.begin() as other:
        world = World.create(session, now)
        ticket, path = starter(world)
        world.sign_in(impatient, "employee")
        page = impatient.post(f"{path}/difference", data=START).text
        lock(other, ticket.ticket_id)

        busy = impatient.post(f"{path}/amend", data=sent(page))
        program = impatient.post(f"/api{path}/amend", json={"answers": {"start_on": "2026-10-13"}})
        other.rollback()

        for answer in (busy, program):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "Others are changing this request at the moment" in answer.text
        assert program.json()["code"] == "ticket_busy"
        assert impatient.post(f"{path}/amend", data=sent(busy.text)).status_code == 303
        assert answers(world, ticket)["start_on"] == "2026-10-13"


@asynccontextmanager
async def no_turn(reference: str) -> AsyncIterator[bool]:
    """Somebody else has it for too long."""
    async with in_turn(reference), in_turn(reference, 0.0) as has_turn:
        yield has_turn


def test_whose_turn_does_not_come_is_told_if_the_request_is_theirs_to_see(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, path = starter(world)
    monkeypatch.setattr(turn, "in_turn", no_turn)
    wish = {"answers": {"start_on": "2026-10-13"}}
    world.sign_in(client, "employee")

    page = client.post(f"{path}/amend", data=START)
    program = client.post(f"/api{path}/amend", json=wish)
    world.sign_in(client, "colleague")
    stranger = client.post(f"/api{path}/amend", json=wish)

    assert (page.status_code, program.json()["code"]) == (503, "ticket_busy")
    assert "Tuesday 6 October → Tuesday 13 October" in page.text
    assert stranger.status_code == 404
    assert answers(world, ticket)["start_on"] == "2026-10-06"


def test_who_changes_nothing_takes_no_turn(client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = starter(world)
    taken: list[str] = []

    @asynccontextmanager
    async def noted(reference: str) -> AsyncIterator[bool]:
        taken.append(reference)
        yield True

    monkeypatch.setattr(turn, "in_turn", noted)
    wish = {"answers": {"start_on": "2026-10-13"}}
    nobody = [client.post(f"/api{path}/amend", json=wish), client.post(f"{path}/amend", data=START)]
    world.sign_in(client, "employee")
    shown = client.post(f"/api{path}/amend", json={**wish, "dry_run": True})
    assert ([one.status_code for one in nobody], shown.status_code, taken) == ([401, 303], 200, [])
    assert nobody[1].headers["location"].startswith("/sign-in")

    assert client.post(f"/api{path}/amend", json=wish).status_code == 200
    assert len(taken) == 1


def was(page: str) -> dict[str, list[str]]:
    return {name: value for name, value in sent(page).items() if name.startswith("was.")}


def by_desk(client: TestClient, world: World, path: str, **changed: str) -> None:
    """The desk changes it, and the employee is at the browser again."""
    world.sign_in(client, "agent.desk")
    assert client.post(f"/api{path}/amend", json={"answers": changed}).status_code == 200
    world.sign_in(client, "employee")


def test_what_somebody_else_changed_meanwhile_is_not_changed_back(client: TestClient, world: World) -> None:
    ticket, path = starter(world, laptop="windows")
    world.sign_in(client, "employee")
    shown = was(client.get(f"{path}/change").text)
    given = {"answers.start_on": "2026-10-13", "answers.laptop": "windows", "answers.work_place": "remote"}
    filled = {**shown, "asked": ["start_on", "laptop", "work_place"], **given}

    by_desk(client, world, path, laptop="mac", work_place="hybrid")
    page = client.post(f"{path}/difference", data=filled).text
    applied = client.post(f"{path}/amend", data=sent(page))

    assert applied.status_code == 303
    found = answers(world, ticket)
    assert (found["start_on"], found["laptop"], found["work_place"]) == ("2026-10-13", "mac", "remote")


def test_what_is_shown_again_as_others_made_it_is_not_changed_back_either(client: TestClient, world: World) -> None:
    ticket, path = starter(world, laptop="windows")
    world.sign_in(client, "employee")
    shown = was(client.get(f"{path}/change").text)
    given = {"asked": ["laptop", "work_place"], "answers.laptop": "windows", "answers.work_place": "remote"}

    by_desk(client, world, path, laptop="mac", work_place="hybrid")
    again = was(client.post(f"{path}/change", data={**shown, **given}).text)
    by_desk(client, world, path, laptop="windows", work_place="hybrid")
    applied = client.post(f"{path}/amend", data={**again, **given, "answers.laptop": "mac"})

    assert applied.status_code == 303
    assert again["was.laptop"] != shown["was.laptop"]
    assert again["was.work_place"] == shown["was.work_place"]
    assert (answers(world, ticket)["laptop"], answers(world, ticket)["work_place"]) == ("windows", "remote")


def test_lines_that_a_browser_ends_in_its_own_way_are_untouched(client: TestClient, world: World) -> None:
    ticket = world.submit("something-else", description="one\ntwo")
    public_id = world.session.scalar(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id))
    path = f"/tickets/{ticket.reference}/asks/{public_id}"
    world.sign_in(client, "employee")
    shown = was(client.get(f"{path}/change").text)

    by_desk(client, world, path, description="one\ntwo\nthree")
    given = {**shown, "asked": "description", "answers.description": "one\r\ntwo"}

    assert client.post(f"{path}/amend", data=given).status_code == 303
    assert answers(world, ticket)["description"] == "one\ntwo\nthree"
