"""The catalogue changed in a real browser: a fault as it is typed, mended, previewed, published, and asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from catalog.sources import shipped_sources
from spoc.intake.drafts import read_draft
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
FILE = "pay.yaml"
ADDRESS = f"/catalogue/edit/files/{FILE}"
RED = "code-late"


@pytest.fixture
def page(site: Site, context: BrowserContext) -> Page:
    page = site.enter(context, "owner")
    page.goto(f"{site.url}{ADDRESS}")
    return page


@pytest.fixture
def text(page: Page) -> Locator:
    return page.get_by_label(f"Text of {FILE}")


@contextmanager
def saved(page: Page) -> Iterator[None]:
    """What is done inside is saved by the script itself."""
    with page.expect_response(lambda answer: answer.url.endswith(ADDRESS) and answer.request.method == "POST"):
        yield


def put_caret(text: Locator, after: str) -> None:
    """Click into the text and go to the end of the first line that holds this."""
    text.focus()
    text.evaluate(
        """(area, after) => {
          const found = area.value.indexOf(after);
          const end = area.value.indexOf("\\n", found);
          area.setSelectionRange(end, end);
        }""",
        after,
    )


def line_of(file_text: str, part: str) -> int:
    return next(at for at, line in enumerate(file_text.splitlines(), 1) if part in line)


def test_a_fault_is_seen_at_its_line_mended_and_what_is_published_can_be_asked_for(
    page: Page, text: Locator, site: Site, context: BrowserContext
) -> None:
    title = line_of(text.input_value(), "title: Payslip question")
    put_caret(text, "title: Payslip question")
    with saved(page):
        page.keyboard.type(" or a bonus\nsummry: Wrong")

    expect(page.locator(".code-line").nth(title)).to_have_class(f"code-line {RED}")
    expect(page.get_by_text("This service cannot be shown before its faults are mended.")).to_be_visible()
    page.get_by_role("link", name=f"Line {title + 1}").click()
    expect(text).to_be_focused()
    assert text.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "    summry: Wrong"
    with saved(page):
        page.keyboard.press("Delete")
        page.keyboard.press("Backspace")

    expect(page.get_by_text("There is no fault.")).to_be_visible()
    expect(page.locator(f".{RED}")).to_have_count(0)
    expect(page.get_by_text("“Payslip question” is now called “Payslip question or a bonus”.")).to_be_visible()
    expect(page.get_by_role("img", name="Graph of the steps")).to_be_visible()
    with saved(page):
        page.get_by_role("button", name="Form", exact=True).click()
    expect(page.get_by_role("group", name="Form of Payslip question or a bonus")).to_be_visible()
    expect(page.get_by_role("button", name="Form", exact=True)).to_be_focused()
    expect(page.locator("#checked").get_by_role("textbox").first).to_be_disabled()

    page.get_by_role("link", name="See what changes and publish").click()
    page.get_by_label("Why").fill("Bonuses come up often")
    page.get_by_role("button", name="Publish this draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version ")
    expect(page.get_by_text("“Bonuses come up often”")).to_be_visible()

    employee = site.enter(context, "employee")
    employee.goto(f"{site.url}/ask/payslip-question")
    expect(employee.get_by_role("heading", name="Payslip question or a bonus")).to_be_visible()


def test_what_is_typed_is_kept_without_a_button_and_is_there_again(page: Page, text: Locator, site: Site) -> None:
    put_caret(text, "services:")
    with saved(page):
        page.keyboard.type("  # Mine")
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.get_by_text("Draft on version")).to_be_visible()
    page.reload()
    assert "services:  # Mine" in text.input_value()
    text.focus()
    with saved(page):
        page.keyboard.type("!")
    with site.sessions() as session:
        assert read_draft(session, site.world.ids["owner"]).text(FILE) == text.input_value()


def test_a_link_waits_for_what_was_typed_and_a_key_saves_at_once(page: Page, text: Locator) -> None:
    put_caret(text, "services:")
    with saved(page):
        page.keyboard.type("  # Mine")
        page.keyboard.press("Control+s")
    page.keyboard.type(" alone")
    page.get_by_role("link", name="See what changes and publish").click()
    expect(page.get_by_text("# Mine alone")).to_be_visible()


def test_keys_indent_and_leave_and_go_to_the_next_fault(page: Page, text: Locator) -> None:
    put_caret(text, "services:")
    with saved(page):
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("- key: Wrong\nalso: x")
    assert "services:\n  - key: Wrong\n  also: x\n" in text.input_value()
    page.keyboard.press("Control+Home")
    page.keyboard.press("F8")
    first = line_of(text.input_value(), "- key: Wrong")
    assert text.evaluate("area => area.value.slice(0, area.selectionStart).split('\\n').length") >= first
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save and check")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(text).to_be_focused()


def test_several_lines_are_indented_and_taken_back_together(page: Page, text: Locator) -> None:
    before = text.input_value()
    put_caret(text, "services:")
    page.keyboard.press("ArrowRight")
    page.keyboard.down("Shift")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.up("Shift")
    page.keyboard.press("Tab")
    assert text.input_value() != before
    page.keyboard.press("Shift+Tab")
    assert text.input_value() == before
    page.keyboard.press("Control+z")
    assert text.input_value() != before


def test_the_lines_under_the_text_are_the_text(page: Page, text: Locator) -> None:
    def shown() -> str:
        return "\n".join(page.locator(".code-line").all_text_contents())

    assert shown() == text.input_value() == shipped_sources()[FILE]
    put_caret(text, "services:")
    page.keyboard.type("\n# one: {a: b}\n- x: [y]\n")
    page.keyboard.press("Control+z")
    assert shown() == text.input_value()
    sizes = text.evaluate(
        "area => [area.clientHeight >= area.scrollHeight, area.clientWidth >= area.scrollWidth,"
        " getComputedStyle(area).lineHeight === getComputedStyle(document.querySelector('.code-lines')).lineHeight]"
    )
    assert sizes == [True, True, True]


def test_it_all_works_without_a_script(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = site.enter(context, "owner")
    page.goto(f"{site.url}{ADDRESS}")
    text = page.get_by_label(f"Text of {FILE}")
    text.fill(text.input_value().replace("queue: hr", "queue: hrr", 1))
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_text("there is no queue 'hrr'")).to_be_visible()
    text.fill(text.input_value().replace("queue: hrr", "queue: hr").replace("title: Payslip", "title: Pay", 1))
    page.get_by_role("button", name="Dates").click()
    expect(page.get_by_role("img", name="Timeline of the steps")).to_be_visible()
    page.get_by_role("link", name="See what changes and publish").click()
    page.get_by_label("Why").fill("Shorter")
    page.get_by_role("button", name="Publish this draft").click()
    expect(page.get_by_text("“Payslip question” is now called “Pay question”.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("address", ["/catalogue/edit", ADDRESS, "/catalogue/edit/publish"])
def test_no_page_is_wider_than_a_phone(page: Page, text: Locator, site: Site, address: str) -> None:
    put_caret(text, "services:")
    with saved(page):
        page.keyboard.type("  # Mine, and " + "long " * 60)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}{address}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
