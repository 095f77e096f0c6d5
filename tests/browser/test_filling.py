"""Filling in a part of a request in a real browser, wide and narrow, by day and by night."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Site
from tests.world import mail_of

pytestmark = pytest.mark.browser
SIZES = ((1280, 900), (390, 844))


def test_the_manager_answers_and_the_request_goes_on(site: Site, context: BrowserContext, tmp_path: Path) -> None:
    ticket = site.world.submit("move", person=mail_of("colleague"), move_on="2026-10-06")
    page = site.enter(context, "manager")
    page.goto(f"{site.url}/tickets/{ticket.reference}")
    page.get_by_role("link", name="Answer the questions").click()
    expect(page.get_by_role("heading", name="Choose the equipment")).to_be_visible()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            page.screenshot(path=str(tmp_path / f"form-{width}-{scheme}.png"), full_page=True)

    site.clock.now += timedelta(hours=1)
    page.get_by_label("Docking station").check()
    page.get_by_role("button", name="Send answers").click()

    expect(page.get_by_text("Thank you. What hangs on your answers goes on from here.")).to_be_visible()
    expect(page.get_by_text("Equipment at the new place: Docking station").first).to_be_visible()


def test_an_administrator_adds_a_system_and_sees_its_secret_once(
    site: Site, context: BrowserContext, tmp_path: Path
) -> None:
    page = site.enter(context, "admin")
    page.goto(f"{site.url}/organisation/systems/new")
    page.get_by_label("Title").fill("Door system")
    page.get_by_label("Key").fill("doors")
    page.get_by_label("Address").fill("https://doors.example.org/orders")
    page.get_by_role("button", name="Add this system").click()

    expect(page.get_by_text("This is its secret.")).to_be_visible()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            page.screenshot(path=str(tmp_path / f"system-{width}-{scheme}.png"), full_page=True)
    page.goto(f"{site.url}/organisation/systems/doors")
    expect(page.get_by_text("This is its secret.")).to_have_count(0)
