"""The doors of the reports: who may read them, what they answer, and that a figure leads to its tickets."""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from routing.work import ContactKind, RepeatCause
from spoc.reports.export import defused, restored
from spoc.reports.question import By
from spoc.web.formats import View
from spoc.web.reports.words import Titles
from tests.spoc.reports.past import MINUTE, MONDAY, Past
from tests.world import World

PERIOD = "from=2026-07-06&to=2026-07-12"
PAGES = ("/reports", "/reports/repeat", "/reports/openings", "/api/reports/fcr", "/reports/first-contact.csv",
         "/reports/repeat-contacts.csv", "/reports/openings.csv")  # fmt: skip


@pytest.fixture
def past(world: World) -> Past:
    return Past(world)


def reader(world: World, client: TestClient, key: str = "manager") -> TestClient:
    world.sign_in(client, key)
    return client


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("key", "status"), [("manager", 200), ("lead", 200), ("employee", 404), ("agent.it", 404), ("admin", 404)]
)
def test_managers_and_leads_read_reports_and_for_others_there_are_none(
    world: World, client: TestClient, path: str, key: str, status: int
) -> None:
    assert reader(world, client, key).get(path).status_code == status


@pytest.mark.parametrize(("key", "status"), [("manager", 200), ("admin", 200), ("lead", 404), ("employee", 404)])
def test_managers_and_administrators_set_what_is_measured_against(
    world: World, client: TestClient, key: str, status: int
) -> None:
    assert reader(world, client, key).get("/reports/settings").status_code == status


def test_strangers_are_sent_to_sign_in(client: TestClient) -> None:
    assert client.get("/reports").status_code == 303
    assert client.get("/api/reports/fcr").status_code == 401


def test_the_api_gives_counts_rates_and_range(world: World, past: Past, client: TestClient) -> None:
    past.opening()
    spoilt = past.opening(eligible=False)
    past.event(spoilt, "handed_off", MONDAY, {"from": "desk", "to": "it"})
    answer = reader(world, client).get(f"/api/reports/fcr?{PERIOD}&by=service").json()
    assert answer["gross"] == {
        "resolved": 1, "not_resolved": 1, "provisional": 0, "pending": 0,
        "rate": 0.5, "headline": None, "low": None, "high": None,
    }  # fmt: skip
    assert answer["net"]["resolved"] == 1
    assert (answer["closed"], answer["window_days"], answer["version"], answer["reasons"]) == (True, 7, 1, {})
    assert [group["key"] for group in answer["groups"]] == ["password"]


def test_the_api_measures_with_another_window_and_no_limit(world: World, past: Past, client: TestClient) -> None:
    past.opening(resolved_at=MONDAY + timedelta(hours=4))
    browser = reader(world, client)
    assert browser.get(f"/api/reports/fcr?{PERIOD}").json()["gross"]["not_resolved"] == 1
    longer = browser.get(f"/api/reports/fcr?{PERIOD}&time_limit=none&window=30").json()
    assert (longer["gross"]["resolved"], longer["window_days"]) == (1, 30)


def test_every_parameter_that_means_nothing_is_named(world: World, client: TestClient) -> None:
    bad = "from=yesterday&to=2026-13-01&by=mood&channel=fax&window=31&time_limit=-1&as_admin=1&queue=a&queue=b"
    answer = reader(world, client).get(f"/api/reports/fcr?{bad}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {fault["field"] for fault in answer.json()["faults"]} == {
        "from", "to", "by", "channel", "window", "time_limit", "as_admin", "queue",
    }  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [
        "from=2026-07-02&to=2026-07-01",
        "from=1970-01-01&to=2026-01-01",
        "service=%00",
        "service=" + "x" * 300,
        "from=0001-01-01",
    ],
)
def test_periods_backwards_or_endless_and_texts_that_are_no_key_are_refused(
    world: World, client: TestClient, bad: str
) -> None:
    assert reader(world, client).get(f"/api/reports/fcr?{bad}").status_code == 422


@pytest.mark.parametrize(
    "bad", ["of=all", "verdict=good", "reason=x", "kind=x", "cause=x", "decided=no", "after=x", "after=2026-07-01/T-1"]
)
def test_a_list_behind_nothing_is_refused(world: World, client: TestClient, bad: str) -> None:
    assert reader(world, client).get(f"/reports/openings?{bad}").status_code == 422


def test_a_date_outside_the_years_is_told_which_years_there_are(world: World, client: TestClient) -> None:
    refused = reader(world, client).get("/api/reports/fcr?from=0001-01-01").json()
    assert [fault["message"] for fault in refused["faults"]] == ["Give a date of the years 1970 to 2200."]


def test_an_empty_desk_says_so_on_every_page(world: World, client: TestClient) -> None:
    browser = reader(world, client)
    page = browser.get("/reports").text
    assert "Nobody asked for anything" in page
    assert 'id="weeks"' not in page
    assert "Why 0 were not solved" not in page
    assert "Nobody had to come back" in browser.get("/reports/repeat").text
    assert "Nothing is behind this figure" in browser.get("/reports/openings").text


def test_few_cases_are_a_fraction_and_never_a_percentage(world: World, past: Past, client: TestClient) -> None:
    for _ in range(19):
        past.opening()
    page = reader(world, client).get(f"/reports?{PERIOD}").text
    assert "19 of 19" in page
    assert "too few for a percentage" in page
    past.opening()
    past.session.commit()
    page = client.get(f"/reports?{PERIOD}").text
    assert "100 of 100" in page
    assert "26.0 points above the target" in page


def test_a_period_that_is_not_closed_gets_no_verdict_against_the_target(
    world: World, past: Past, client: TestClient
) -> None:
    for _ in range(25):
        past.opening(at=world.now - 2 * MINUTE, resolved_at=world.now - MINUTE)
    page = reader(world, client).get("/reports").text
    assert "It is too early for a verdict" in page
    assert "of the target" not in page


def test_an_open_period_gets_a_range_even_where_nothing_is_provisional(
    world: World, past: Past, client: TestClient
) -> None:
    for _ in range(20):
        past.opening(at=world.now - 3 * MINUTE, resolved_at=None)
    for _ in range(40):
        row = past.opening(at=world.now - 3 * MINUTE, resolved_at=world.now - 2 * MINUTE)
        past.event(row, "handed_off", world.now - 2 * MINUTE, {"from": "desk", "to": "it"})
    browser = reader(world, client)
    page = browser.get("/reports").text
    assert "0 to 0 of 40" in page
    assert "not closed yet" in page
    answer = browser.get("/api/reports/fcr").json()
    assert (answer["net"]["headline"], answer["net"]["low"]) == (None, 0.0)
    table = rows_of(browser.get("/reports/first-contact.csv").text)
    everything = dict(zip(table[4], table[-1], strict=True))
    assert (everything["net_headline"], everything["net_low"]) == ("", "0.0")


def test_the_csv_has_no_rate_below_twenty_cases(world: World, past: Past, client: TestClient) -> None:
    for _ in range(19):
        past.opening()
    table = rows_of(reader(world, client).get(f"/reports/first-contact.csv?{PERIOD}").text)
    line = dict(zip(table[4], table[-1], strict=True))
    assert (line["net_resolved"], line["net_headline"], line["net_low"], line["repeat_contact_rate"]) == (
        "19",
        "",
        "",
        "",
    )
    past.opening()
    past.session.commit()
    table = rows_of(client.get(f"/reports/first-contact.csv?{PERIOD}").text)
    line = dict(zip(table[4], table[-1], strict=True))
    assert (line["net_resolved"], line["net_headline"], line["net_low"], line["repeat_contact_rate"]) == (
        "20", "1.0", "1.0", "0.0",
    )  # fmt: skip


def test_what_agents_asked_for_themselves_is_left_out_by_that_name(
    world: World, past: Past, client: TestClient
) -> None:
    past.opening(excluded="own")
    browser = reader(world, client, "lead")
    assert "asked by an agent for themselves: 1" in browser.get(f"/reports?{PERIOD}").text
    assert "asked by an agent for themselves" in browser.get(f"/reports/openings?{PERIOD}&of=excluded").text


def test_months_are_named_in_the_readers_language() -> None:
    titles = Titles(View("de", "Europe/Berlin"), {})
    assert titles.of(By.MONTH, "2026-03", "") == "März 2026"
    assert Titles(View("en", "Europe/Berlin"), {}).of(By.MONTH, "2026-03", "") == "March 2026"


@pytest.mark.parametrize(("key", "shown"), [("manager", 1), ("lead", 0)])
@pytest.mark.parametrize("path", ["/reports", "/reports/repeat", "/reports/openings"])
def test_whoever_may_set_targets_finds_them_in_the_head_of_every_report(
    world: World, client: TestClient, key: str, shown: int, path: str
) -> None:
    page = reader(world, client, key).get(path).text
    head = re.search(r'<header class="toolbar">.*?</header>', page, re.DOTALL)
    assert head is not None
    assert head[0].count('href="/reports/settings"') == shown


def test_administrators_who_read_no_reports_find_targets_and_rates_in_the_rail(
    world: World, client: TestClient
) -> None:
    assert 'href="/reports/settings"' in reader(world, client, "admin").get("/people").text


def test_the_closed_days_of_an_open_period_are_spoken_of(world: World, past: Past, client: TestClient) -> None:
    for _ in range(25):
        past.opening()
    past.opening(at=world.now - 2 * MINUTE, resolved_at=world.now - MINUTE)
    page = reader(world, client).get(f"/reports?from=2026-07-06&to={world.now.date()}").text
    assert re.search(r"Up to \w+ \d+ \w+, we solved\s*<strong>100 of 100</strong>", page)


def test_each_figure_leads_to_its_tickets(world: World, past: Past, client: TestClient) -> None:
    spoilt = past.opening(department="Sales")
    past.event(spoilt, "handed_off", MONDAY, {"from": "desk", "to": "it"})
    past.opening()
    browser = reader(world, client, "lead")
    page = browser.get(f"/reports?{PERIOD}&by=service").text
    hrefs = {href.replace("&amp;", "&") for href in re.findall(r'href="(/reports/openings[^"]+)"', page)}
    assert hrefs
    counted = {href: browser.get(href).text.count('href="/tickets/') for href in hrefs}
    reason = next(href for href in hrefs if "reason=handoff" in href)
    assert counted[reason] == 1
    assert "Handed to another queue" in browser.get(reason).text


def test_a_manager_reads_figures_and_no_tickets_of_others(world: World, past: Past, client: TestClient) -> None:
    past.opening()
    browser = reader(world, client)
    assert "1 of 1" in browser.get(f"/reports?{PERIOD}").text
    assert "/tickets/T-" not in browser.get(f"/reports/openings?{PERIOD}").text


def test_a_long_list_goes_on_where_its_page_ended(world: World, past: Past, client: TestClient) -> None:
    for number in range(120):
        past.opening(at=MONDAY + number * MINUTE, resolved_at=MONDAY + number * MINUTE)
    browser = reader(world, client, "lead")
    seen: list[str] = []
    address: str | None = f"/reports/openings?{PERIOD}&of=gross"
    while address:
        page = browser.get(address).text
        seen += re.findall(r'href="/tickets/(T-\d+)"', page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 120


def test_filters_stand_in_the_address_and_can_be_taken_off(world: World, past: Past, client: TestClient) -> None:
    past.opening()
    page = (
        reader(world, client, "lead")
        .get(f"/reports/openings?{PERIOD}&by=week&key=2026-W28&of=net&verdict=resolved&queue=desk")
        .text
    )
    assert page.count("filter-on") == 3


def test_the_repeat_page_tells_cost_and_a_year_of_it(world: World, past: Past, client: TestClient) -> None:
    past.contact(past.opening(), kind=ContactKind.REPEAT, at=MONDAY + MINUTE)
    page = reader(world, client).get(f"/reports/repeat?{PERIOD}&by=service").text
    assert "<strong>once</strong>" in page
    for by in ("cause", "week", "month", "queue", "channel"):
        assert client.get(f"/reports/repeat?{PERIOD}&by={by}").status_code == 200


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_csv_carries_its_definition_and_defuses_formulas(world: World, past: Past, client: TestClient) -> None:
    past.opening(service_key="evil", service_title='=cmd|"/c calc"!A1')
    answer = reader(world, client).get(f"/reports/first-contact.csv?{PERIOD}&by=service")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="first-contact-2026-07-06-2026-07-12.csv"' in answer.headers["content-disposition"]
    rows = rows_of(answer.text)
    assert rows[0][0] == "definition"
    table = [dict(zip(rows[4], row, strict=True)) for row in rows[5:]]
    assert table[0]["title"] == '\'=cmd|"/c calc"!A1'
    assert (table[-1]["key"], table[-1]["net_resolved"]) == ("all", "1")


def test_a_list_and_its_csv_hold_every_case_and_name_the_tickets_their_reader_may_open(
    world: World, past: Past, client: TestClient
) -> None:
    past.opening()
    for who, is_named in (("manager", False), ("lead", True)):
        browser = reader(world, client, who)
        case = rows_of(browser.get(f"/reports/openings.csv?{PERIOD}").text)[-1]
        assert (bool(case[0]), bool(case[1]), case[2]) == (is_named, is_named, "Password or access")
        page = browser.get(f"/reports/openings?{PERIOD}").text
        assert ("/tickets/T-" in page) == is_named
        assert ("Not yours to open" in page) != is_named
    assert client.get(f"/reports/repeat-contacts.csv?{PERIOD}&by=week").status_code == 200


@given(st.text(st.sampled_from("=+-@＝＋－＠\t\r\n' \u00a0|cmd!A1\"") | st.characters(codec="utf-8"), max_size=12))
def test_no_text_begins_like_a_formula_and_each_can_be_had_back(text: str) -> None:
    safe = defused(text)
    assert safe.strip(" \u00a0")[:1] not in set("=+-@＝＋－＠\t\r\n")
    assert restored(safe) == text


def test_a_setting_is_stored_with_its_source_and_who_changed_it(world: World, client: TestClient) -> None:
    browser = reader(world, client)
    form = {"key": "target.net_fcr", "value": "80", "source": "SQM, world class", "why": "Agreed with the board"}
    answer = browser.post("/reports/settings", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports/settings")
    page = browser.get("/reports/settings").text
    assert "SQM, world class" in page
    assert "Ingeborg van den Heuvel" in page
    history = page[page.index('id="history"') :]
    assert "Agreed with the board" in history
    assert "80 (SQM, world class)" in history
    assert "74 (The target this product was asked for" in history


def test_a_rate_is_stored_and_the_history_stays(world: World, client: TestClient) -> None:
    browser = reader(world, client, "admin")
    form = {
        "low": "9",
        "high": "12",
        "currency": "EUR",
        "valid_from": "2026-01-01",
        "source": "Our books",
        "why": "We counted",
        "channel": "phone",
        "tier": "1",
    }
    assert browser.post("/reports/rates", data=form).status_code == 303
    assert browser.post("/reports/rates", data=form | {"valid_from": "2026-06-01", "low": "8"}).status_code == 303
    page = browser.get("/reports/settings").text
    assert page[: page.index('id="history"')].count("Our books") == 2
    assert "Phone, level 1" in page[page.index('id="history"') :]


def test_what_cannot_be_stored_is_told_beside_what_was_typed(world: World, client: TestClient) -> None:
    browser = reader(world, client)
    answer = browser.post("/reports/settings", data={"key": "limit.web", "value": "soon", "source": "me"})
    assert answer.status_code == 422
    assert 'value="soon"' in answer.text
    answer = browser.post(
        "/reports/rates", data={"low": "3", "high": "1", "currency": "EURO", "valid_from": "", "source": "x"}
    )
    assert answer.status_code == 422
    assert "three letters" in answer.text


def test_the_report_of_a_year_ago_is_that_of_its_own_days(world: World, past: Past, client: TestClient) -> None:
    past.opening(at=datetime.fromisoformat("2025-07-06T10:00:00+02:00"), resolved_at=None)
    answer = reader(world, client).get("/api/reports/fcr?from=2025-07-01&to=2025-07-31&by=month").json()
    assert [(group["key"], group["gross"]["not_resolved"]) for group in answer["groups"]] == [("2025-07", 1)]


@pytest.mark.parametrize("key", ["manager", "lead"])
@pytest.mark.parametrize("secret", [False, True])
def test_pages_files_and_api_are_the_same_with_and_without_what_is_confidential(
    world: World, past: Past, client: TestClient, key: str, secret: bool
) -> None:
    plain = past.opening()
    asked = [
        f"{path}?{PERIOD}{more}"
        for path in PAGES
        for more in ("", "&by=service", "&service=leaver", "&queue=hr", "&department=Board")
    ]
    browser = reader(world, client, key)
    before = {address: browser.get(address).text for address in asked}
    hidden: dict[str, Any] = {
        "service_key": "leaver",
        "service_title": "Leaver",
        "queue": "hr",
        "confidential_to": ("hr",),
        "department": "Board",
    }
    for _ in range(6):
        row = past.opening(**hidden, secret=secret, same_issue_of_id=plain.id)
        past.contact(row, ContactKind.REPEAT, MONDAY + MINUTE)
    past.session.commit()
    assert {address: browser.get(address).text for address in asked} == before


@pytest.mark.parametrize("path", ["/reports", "/reports/repeat"])
@pytest.mark.parametrize("by", ["week", "month", "service", "queue", "channel", "cause"])
def test_every_link_of_a_report_leads_somewhere(
    world: World, past: Past, client: TestClient, path: str, by: str
) -> None:
    row = past.opening(excluded=None)
    past.contact(row, ContactKind.REPEAT, MONDAY + MINUTE, cause=RepeatCause.CHASED)
    past.contact(past.opening(queue="it"), ContactKind.RESPONSE, MONDAY + MINUTE)
    past.opening(excluded="spam")
    browser = reader(world, client, "lead")
    page = browser.get(f"{path}?{PERIOD}&by={by}")
    if by == "cause" and path == "/reports":
        assert page.status_code == 422
        return
    hrefs = {href.replace("&amp;", "&") for href in re.findall(r'href="(/reports[^"]*)"', page.text)}
    assert len(hrefs) >= 6
    assert {href for href in hrefs if browser.get(href).status_code != 200} == set()
