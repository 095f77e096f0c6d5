"""Restatements at their doors: the reports' pages, the API and the CSV."""

import csv
import io
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from spoc.db.tickets import AskRow
from spoc.reports.change import change_setting
from spoc.reports.restating.stating import state_weeks
from tests.spoc.reports.past import MINUTE, MONDAY, Past
from tests.spoc.reports.test_restatements import CLOSES, DAY, HOUR, came_back, price, reference
from tests.world import World

PERIOD = "from=2026-07-06&to=2026-07-12"
DOORS = ("/api/reports/restatements", "/reports/restatements.csv")


@pytest.fixture
def past(world: World) -> Past:
    return Past(world)


def restate(past: Past) -> str:
    """A week with one request that is found to have been spoilt; the request's reference."""
    price(past)
    ask = past.opening()
    past.opening(at=MONDAY + HOUR, resolved_at=MONDAY + HOUR + MINUTE)
    state_weeks(past.session, CLOSES)
    came_back(past, ask, CLOSES + HOUR)
    state_weeks(past.session, CLOSES + 2 * HOUR)
    past.session.commit()
    return reference(past, ask)


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(("who", "status"), [("manager", 200), ("lead", 200), ("agent.it", 404), ("admin", 404)])
def test_managers_and_leads_read_them(world: World, client: TestClient, path: str, who: str, status: int) -> None:
    world.sign_in(client, who)
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", ["/reports", "/reports/repeat"])
def test_a_page_says_what_was_restated_why_and_by_whom(world: World, past: Past, client: TestClient, path: str) -> None:
    ticket = restate(past)
    world.sign_in(client, "lead")
    page = client.get(f"{path}?{PERIOD}").text
    assert "2 of 2" in page
    assert "1 of 2" in page
    assert "A contact was logged late, Amara Okafor" in page
    assert f'<a href="/tickets/{ticket}">{ticket}</a>' in page


def test_a_page_names_the_setting_or_says_that_nothing_explains_it(
    world: World, past: Past, client: TestClient
) -> None:
    ask = past.opening()
    manager = world.actor("manager")
    state_weeks(past.session, CLOSES)
    change_setting(past.session, manager, "limit.web", "10", "us", CLOSES + HOUR, why="Stricter")
    state_weeks(past.session, CLOSES + 2 * HOUR)
    past.session.execute(update(AskRow).where(AskRow.id == ask.id).values(eligible=False))
    state_weeks(past.session, CLOSES + DAY)
    world.sign_in(client, "manager")
    page = client.get(f"/reports?{PERIOD}").text
    assert "A setting was changed (Limit of a first contact: web), Ingeborg van den Heuvel" in page
    assert "Not explained by anything that was recorded" in page


@pytest.mark.parametrize("path", ["/reports", "/reports/repeat"])
def test_a_page_says_when_nothing_was_restated(world: World, past: Past, client: TestClient, path: str) -> None:
    past.opening()
    state_weeks(past.session, CLOSES)
    world.sign_in(client, "manager")
    assert "no closed week of this time says anything else" in client.get(f"{path}?{PERIOD}").text


def test_a_program_reads_from_to_and_why(world: World, past: Past, client: TestClient) -> None:
    ticket = restate(past)
    world.sign_in(client, "lead")
    answer = client.get(f"/api/reports/restatements?{PERIOD}").json()
    (one,) = answer["restatements"]
    assert (one["week_from"], one["week_to"], one["number"]) == ("2026-07-06", "2026-07-12", 2)
    told = {change["measure"]: (change["from"], change["to"]) for change in one["changes"]}
    assert [side["numerator"] for side in told["net_fcr"]] == [2, 1]
    assert told["repeat_cost"] == ([], [{"low": "2.70", "high": "5.60", "currency": "USD"}])
    assert [(why["kind"], why["by"], why["reference"]) for why in one["because"]] == [
        ("contact_logged", "Amara Okafor", ticket)
    ]
    outside = client.get("/api/reports/restatements?from=2026-07-13&to=2026-07-19").json()
    assert outside["restatements"] == []


def test_a_spreadsheet_has_a_line_for_each_measure(world: World, past: Past, client: TestClient) -> None:
    restate(past)
    world.sign_in(client, "manager")
    text = client.get(f"/reports/restatements.csv?{PERIOD}").text.removeprefix("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text.split("\r\n\r\n", 1)[1])))
    assert [line["measure"] for line in lines] == ["net_fcr", "gross_fcr", "repeat_contacts", "repeat_cost"]
    assert (lines[0]["from_numerator"], lines[0]["to_numerator"], lines[3]["to_high"]) == ("2", "1", "5.60")
    assert {line["why"] for line in lines} == {"contact_logged Amara Okafor"}


@pytest.mark.parametrize("path", DOORS)
def test_only_a_period_can_be_asked_for(world: World, client: TestClient, path: str) -> None:
    world.sign_in(client, "manager")
    answer = client.get(f"{path}?window=soon&from=soon&to=&to=", headers={"accept": "application/json"})
    assert answer.status_code == 422
    told = [(fault["field"], fault["code"]) for fault in answer.json()["faults"]]
    assert told == [("window", "unknown"), ("to", "repeated"), ("from", "invalid_date")]
    assert client.get(f"{path}?from=2026-07-02&to=2026-07-01").status_code == 422


def test_a_week_counts_with_any_day_in_the_period(world: World, past: Past, client: TestClient) -> None:
    restate(past)
    world.sign_in(client, "lead")
    sunday = (MONDAY + timedelta(days=6)).date()
    answer = client.get(f"/api/reports/restatements?from={sunday}&to={sunday}").json()
    assert len(answer["restatements"]) == 1
