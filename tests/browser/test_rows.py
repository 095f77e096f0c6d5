"""Tables and options in a real browser: rows come in place, options go and come with the answers."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def test_a_row_is_added_in_place_and_sent_with_the_others(site: Site, context: BrowserContext) -> None:
    page = site.enter(context, "employee")
    page.goto(f"{site.url}/ask/several-starters")
    page.get_by_label("What the group is called").fill("The apprentices")
    rows = page.locator(".row-card")
    rows.nth(1).get_by_label("Name").fill("Ida")
    page.get_by_role("button", name="Add a row").click()
    expect(rows).to_have_count(3)
    expect(rows.nth(2).get_by_label("Name")).to_have_value("")
    expect(rows.nth(2).get_by_label("Name")).to_be_focused()
    expect(rows.nth(2).get_by_text("Row 3")).to_be_visible()
    expect(rows.nth(1).get_by_label("Name")).to_have_value("Ida")
    for at, name in ((0, "Finn"), (2, "Bo")):
        rows.nth(at).get_by_label("Name").fill(name)
    for at in range(3):
        rows.nth(at).get_by_label("First day").fill("2026-10-06")
    page.get_by_label("Day of the common welcome").fill("2026-10-07")
    page.get_by_label("Location").select_option("berlin")
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/tickets/**")
    expect(page.get_by_text("3. Name: Bo").first).to_be_attached()


def test_rows_are_added_without_a_script_too(site: Site, context: BrowserContext) -> None:
    page = site.enter(context, "employee")
    page.route("**/rows.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{site.url}/ask/several-starters")
    page.locator(".row-card").nth(0).get_by_label("Name").fill("Finn")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator(".row-card")).to_have_count(3)
    expect(page.locator(".row-card").nth(0).get_by_label("Name")).to_have_value("Finn")


def test_an_option_goes_and_comes_with_the_answer_it_hangs_on(site: Site, context: BrowserContext) -> None:
    page = site.enter(context, "employee")
    page.goto(f"{site.url}/ask/new-starter")
    also = page.get_by_role("group", name="Also needed")
    also.get_by_role("checkbox", name="Headset").check()
    also.get_by_role("checkbox", name="Docking station").check()
    with page.expect_response("**/ask/new-starter"):
        page.get_by_role("radio", name="No laptop needed").check()
    expect(also.get_by_role("checkbox", name="Docking station")).to_have_count(0)
    expect(also.get_by_role("checkbox", name="Headset")).to_be_checked()
    with page.expect_response("**/ask/new-starter"):
        page.get_by_role("radio", name="Mac laptop").check()
    expect(also.get_by_role("checkbox", name="Docking station")).not_to_be_checked()
    expect(also.get_by_role("checkbox", name="Headset")).to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_table_fits_its_page(site: Site, context: BrowserContext, tmp_path: Path, width: int, scheme: str) -> None:
    page = site.enter(context, "employee")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{site.url}/ask/several-starters")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / "table.png", full_page=True)
