"""The canary sweep (cases 1, 11, 13, 17, 19, 20): every route there is, as every role, hunting for planted words.

Whoever has no right to a word must not receive it, in body or headers. And to somebody without any right the site must
answer as if the tickets did not exist.
"""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

import spoc
from spoc.db.tickets import TaskRow
from tests.security.routes import READ_BY_HAND, Call, calls
from tests.security.seed import (
    ASKER,
    SUBJECT,
    Planter,
    plant_approval,
    plant_confidential,
    plant_files,
    plant_shared,
    seeded,
)
from tests.world import PEOPLE, World

ROOT = Path(spoc.__file__).parent
ANONYMOUS = "nobody"
EVERYBODY = (ANONYMOUS, *PEOPLE)
STRANGERS = (ANONYMOUS, "employee", SUBJECT, "agent.desk", "owner", "admin")
"""People with no right to the payslip question or the leaver, by any relation."""
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|T-\d{6}|[0-9A-F]{4}-[0-9A-F]{4}")


def app_of(client: TestClient) -> FastAPI:
    app = client.app
    assert isinstance(app, FastAPI)
    return app


def enter(client: TestClient, world: World, who: str) -> None:
    client.cookies.clear()
    if who != ANONYMOUS:
        world.sign_in(client, who)


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_receives_a_word_that_is_not_theirs(
    client: TestClient, world: World, who: str, files_folder: Path
) -> None:
    planter = Planter()
    tickets = [*plant_confidential(world, planter), plant_shared(world, planter), plant_approval(world, planter)]
    plant_files(world, planter, files_folder, tickets[0], tickets[2])
    seed = seeded(world, tickets, planter)
    enter(client, world, who)
    forbidden = [word for word, readers in seed.words.items() if who not in readers]
    leaks = [
        (call.path, query, word)
        for call in calls(
            app_of(client), "GET", seed.tickets, (*seed.tasks[:3], *seed.tasks[-3:], *seed.others), seed.files
        )
        for query in (call.queries if "{" not in call.template else call.queries[:2])
        for word in found_in(client, call, query, forbidden)
    ]
    assert leaks == []


def test_the_address_is_read_by_hand_only_where_the_sweep_knows_of_it() -> None:
    reading = [path for path in ROOT.rglob("*.py") if "query_params" in path.read_text("utf-8")]
    modules = {".".join(("spoc", *path.relative_to(ROOT).with_suffix("").parts)) for path in reading}
    assert modules
    assert {module for module in modules if not module.startswith(READ_BY_HAND)} == set()


def found_in(client: TestClient, call: Call, query: object, words: list[str]) -> list[str]:
    answer = client.get(call.path, params=query)  # type: ignore[arg-type] # a mapping of texts
    assert answer.status_code != 500, (call, query, answer.text[:500])
    received = answer.content.decode("utf-8", "replace") + repr(answer.headers)
    whole = received.replace(call.path, "#")  # who asks for an address knows what stands in it
    return [word for word in words if word in whole]


def test_the_sweep_would_see_a_leak(client: TestClient, world: World, files_folder: Path) -> None:
    planter = Planter()
    tickets = [*plant_confidential(world, planter), plant_shared(world, planter)]
    plant_files(world, planter, files_folder, tickets[0], tickets[2])
    seed = seeded(world, tickets, planter)
    enter(client, world, "agent.hr")
    files = [client.get(f"/files/{file}") for file in seed.files]
    assert sorted(answer.status_code for answer in files) == [200, 200, 200, 200, 404]
    pages = "".join(client.get(f"/tickets/{reference}").text for reference in seed.tickets)
    read = {word for word, readers in seed.words.items() if "agent.hr" in readers and word in pages}
    assert len(read) >= len([word for word, readers in seed.words.items() if "agent.hr" in readers]) // 2


def test_the_site_answers_anybody_as_if_the_tickets_did_not_exist(client: TestClient, world: World) -> None:
    """Whoever is signed in, with mails and lost jobs on top of it, is looked at in `test_mails`."""
    world.submit("laptop-fault", by="employee")
    enter(client, world, ANONYMOUS)
    before = everything(client)
    plant_confidential(world, Planter())
    world.session.commit()
    after = everything(client)
    different = [key for key in before if before[key] != after[key]]
    assert different == []


def everything(client: TestClient) -> dict[str, tuple[int, str]]:
    """Status and body of every page, list, report and export, with what changes at each call masked."""
    answers = {}
    for call in calls(app_of(client), "GET", (), ()):
        for query in call.queries:
            answer = client.get(call.path, params=query)
            body = CHANGING.sub("#", answer.content.decode("utf-8", "replace"))
            answers[f"{call.path} {dict(query)}"] = (answer.status_code, body)
    return answers


@pytest.mark.parametrize("who", [*STRANGERS, "agent.it"])
def test_acts_on_what_one_may_not_see_are_answered_as_for_what_does_not_exist(
    client: TestClient, world: World, who: str
) -> None:
    tickets = plant_confidential(world, Planter())[:1]
    seed = seeded(world, tickets, Planter())
    enter(client, world, who)
    before = states(world)
    for call in calls(app_of(client), "POST", seed.tickets, seed.tasks):
        if not {*seed.tickets, *seed.tasks} & set(call.path.split("/")):
            continue
        missing = re.sub("|".join((*seed.tickets, *seed.tasks)), lambda one: lost(one[0]), call.path)
        mine, theirs = (send(client, path) for path in (call.path, missing))
        assert mine == theirs, call
    assert states(world) == before


def lost(name: str) -> str:
    """A reference or id of the same form that nothing has."""
    return "T-999999" if name.startswith("T-") else "00000000-0000-7000-8000-000000000000"


def send(client: TestClient, path: str) -> tuple[int, str]:
    """Status and body of an act, as a form or as JSON by the door it knocks at; names that were sent are masked."""
    body: dict[str, dict[str, str]] = {"json": {}} if path.startswith("/api/") else {"data": {}}
    answer = client.post(path, **body)  # type: ignore[arg-type] # one of two keyword arguments
    text = answer.text.replace(path, "#")
    return answer.status_code, CHANGING.sub("#", text)


def states(world: World) -> list[tuple[object, ...]]:
    world.session.expire_all()
    columns = select(TaskRow.id, TaskRow.state, TaskRow.assignee_id, TaskRow.result).order_by(TaskRow.id)
    return [tuple(row) for row in world.session.execute(columns)]


def test_each_asker_reads_what_they_wrote_but_for_what_is_secret(client: TestClient, world: World) -> None:
    planter = Planter()
    seed = seeded(world, plant_confidential(world, planter), planter)
    enter(client, world, ASKER)
    pages = "".join(client.get(f"/tickets/{reference}").text for reference in seed.tickets)
    assert "DE44500105175407324931" not in pages
    assert any(word in pages for word, readers in seed.words.items() if ASKER in readers)
