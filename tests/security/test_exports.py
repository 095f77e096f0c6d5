"""The canary sweep of figures (cases 9, 19): every report, its export and its API, cut and narrowed every way."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from spoc.reports.listing import Of
from spoc.reports.question import By
from tests.security.routes import routes
from tests.security.seed import ASKER, HR, NAMED, Planter, plant_confidential, plant_names, plant_shared, seeded
from tests.security.test_sweep import CHANGING, app_of, enter
from tests.world import PEOPLE, World

PERIOD = {"from": "2026-06-01", "to": "2026-12-31"}
NARROWED: tuple[dict[str, str], ...] = (
    {"service": "payslip-question"},
    {"service": "leaver"},
    {"queue": "hr"},
    {"queue": "it", "channel": "web"},
    {"location": "berlin", "department": "Data Platform"},
)
READERS = ("lead", "manager")
SETTINGS = "/reports/settings"


def report_routes(client: TestClient) -> list[str]:
    found = [path for method, path in routes(app_of(client)) if method == "GET" and "report" in path]
    return [path for path in found if path != SETTINGS]


def questions(path: str) -> Iterator[dict[str, str]]:
    """Cut by everything, then narrowed to everything; the lists also behind every measure, whole and by group."""
    for by in By:
        yield {**PERIOD, "by": by.value}
    for only in NARROWED:
        yield {**PERIOD, "by": By.SERVICE.value, **only}
    for one in Of if "openings" in path else ():
        yield {**PERIOD, "by": By.QUEUE.value, "of": one.value}
        yield {**PERIOD, "by": By.QUEUE.value, "of": one.value, "key": "hr"}


def answers(client: TestClient) -> dict[str, tuple[int, str]]:
    asked = ((path, question) for path in report_routes(client) for question in questions(path))
    return {f"{path} {question}": _answer(client, path, question) for path, question in asked}


def _answer(client: TestClient, path: str, question: dict[str, str]) -> tuple[int, str]:
    """With the headers that are made from what is asked."""
    given = client.get(path, params=question)
    headers = [given.headers.get(name, "") for name in ("content-disposition", "location", "link")]
    return given.status_code, CHANGING.sub("#", "\n".join((given.content.decode(), *headers)))


def plant(world: World, planter: Planter) -> None:
    payslip, leaver = plant_confidential(world, planter)
    plant_names(world, planter, payslip, HR)
    plant_names(world, planter, leaver, NAMED)
    seeded(world, [payslip, leaver, plant_shared(world, planter)], planter)


@pytest.mark.parametrize("who", PEOPLE)
def test_no_figure_or_export_says_a_word_that_is_not_its_readers(client: TestClient, world: World, who: str) -> None:
    planter = Planter()
    plant(world, planter)
    enter(client, world, who)
    forbidden = [word for word, readers in planter.words.items() if who not in readers]
    received = answers(client)

    leaks = [(asked, word) for asked, (_, text) in received.items() for word in forbidden if word in text]
    assert leaks == []
    assert {status for status, _ in received.values()} <= ({200, 422} if who in READERS else {404})


def test_figures_are_the_same_with_and_without_what_is_confidential(client: TestClient, world: World) -> None:
    world.submit("laptop-fault", by=ASKER)
    enter(client, world, "manager")
    before = answers(client)
    plant_confidential(world, Planter())
    world.session.commit()
    after = answers(client)

    assert [asked for asked in before if before[asked] != after[asked]] == []
    assert sum(status == 200 for status, _ in before.values()) > len(before) // 2
