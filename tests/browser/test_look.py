"""The gallery in a real browser, under the product's own content policy: no page is wider than its screen."""

import mimetypes
import re

import pytest
from playwright.sync_api import Browser, Page, Route

from spoc.web.security import HEADERS
from tests.web.gallery_content import STATIC, context, environment
from tests.web.test_look import PAGES

pytestmark = pytest.mark.browser
SITE = "http://localhost/"  # answered by the test itself; browsers trust this name without TLS


def answer(route: Route) -> None:
    """The gallery's pages and the product's static files, with the product's headers and no network."""
    path = route.request.url.removeprefix(SITE)
    static = re.fullmatch(r"static/\w+/(.+)", path)
    if static:
        kind = mimetypes.guess_type(path)[0] or "font/woff2"
        route.fulfill(body=(STATIC / static[1]).read_bytes(), content_type=kind, headers=dict(HEADERS))
    else:
        name, _, theme = path.partition("?")
        body = environment().get_template(name).render(context(theme=theme or "auto"))
        route.fulfill(body=body, content_type="text/html", headers=dict(HEADERS))


def opened(
    browser: Browser, address: str, width: int, *, scripts: bool = True, dark: bool = False
) -> tuple[Page, list[str]]:
    """A page, and what the browser complains about."""
    place = browser.new_context(
        viewport={"width": width, "height": 844}, java_script_enabled=scripts, color_scheme="dark" if dark else "light"
    )
    place.route("**/*", answer)
    page = place.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(SITE + address, wait_until="load")
    return page, complaints


def colour(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_or_breaks_the_content_policy(browser: Browser, name: str) -> None:
    page, complaints = opened(browser, name, 1280)

    for width in (1280, 1024, 801, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_theme_follows_the_system_until_one_is_chosen(browser: Browser, scripts: bool) -> None:
    canvas_light, canvas_dark = "rgb(244, 246, 245)", "rgb(12, 19, 18)"

    for address, dark, expected in (
        ("desk.html?auto", False, canvas_light),
        ("desk.html?auto", True, canvas_dark),
        ("desk.html?light", True, canvas_light),
        ("desk.html?dark", False, canvas_dark),
    ):
        page, _ = opened(browser, address, 1280, scripts=scripts, dark=dark)
        assert colour(page) == expected
        page.context.close()


def test_a_menu_opens_without_a_script(browser: Browser) -> None:
    page, _ = opened(browser, "employee.html", 390, scripts=False)

    page.locator("details.menu > summary").click()

    assert page.get_by_role("button", name="Sign out").is_visible()
    page.context.close()


def test_a_chart_is_drawn_from_its_table_and_names_its_lines(browser: Browser) -> None:
    page, complaints = opened(browser, "report.html", 1280)

    drawn = page.locator("figure[data-source=weeks] svg").text_content()

    assert drawn is not None
    assert "Target 74 %" in drawn
    assert "Net" in drawn
    assert "Gross" in drawn
    assert complaints == []
    page.context.close()


def test_the_keyboard_reaches_the_content_first(browser: Browser) -> None:
    page, _ = opened(browser, "desk.html", 1280)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_touch_targets_on_employee_pages_are_large_enough(browser: Browser) -> None:
    place = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    place.route("**/*", answer)
    page = place.new_page()
    page.goto(SITE + "employee.html")

    heights = page.evaluate(
        "[...document.querySelectorAll('.btn, input.form-control, select.form-select, label.choice, .often a')]"
        ".filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height)"
    )

    assert min(heights) >= 44
    place.close()
