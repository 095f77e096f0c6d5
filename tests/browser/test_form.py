"""A form in a real browser: what follows from the answers comes in, and nothing that was answered goes."""

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def form(site: Site, context: BrowserContext) -> Page:
    page = site.enter(context, "employee")
    page.goto(f"{site.url}/ask/new-starter")
    return page


@pytest.fixture
def held(form: Page) -> list[Route]:
    """The requests for what follows, which no answer reaches until the test lets one go on."""
    routes: list[Route] = []

    def hold(route: Route) -> None:  # the driver marks the function, which it cannot do to a list's own method
        routes.append(route)

    form.route("**/ask/new-starter", hold)
    return routes


def let_go(form: Page, held: list[Route]) -> None:
    with form.expect_response("**/ask/new-starter"):
        held[0].continue_()


def test_a_click_right_after_typing_counts(form: Page) -> None:
    form.get_by_label("Name", exact=True).press_sequentially("Anna Schmidt")
    with form.expect_response("**/ask/new-starter"):
        form.get_by_text("Contractor", exact=True).click()

    expect(form.get_by_role("radio", name="Contractor")).to_be_checked()
    expect(form.get_by_label("Last day of the contract")).to_be_visible()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Anna Schmidt")


def test_what_is_answered_while_the_questions_are_fetched_stays(form: Page, held: list[Route]) -> None:
    form.get_by_role("radio", name="Contractor").check()
    form.get_by_label("Department").fill("Data Platform")
    form.get_by_role("group", name="Will lead people").get_by_role("radio", name="Yes").check()
    form.get_by_label("Job title").fill("Data eng")
    let_go(form, held)

    expect(form.get_by_label("Last day of the contract")).to_be_visible()
    expect(form.get_by_role("radio", name="Contractor")).to_be_checked()
    expect(form.get_by_role("group", name="Will lead people").get_by_role("radio", name="Yes")).to_be_checked()
    expect(form.get_by_label("Department")).to_have_value("Data Platform")
    expect(form.get_by_label("Job title")).to_have_value("Data eng")


def test_a_question_goes_and_comes_with_the_answer_it_hangs_on(form: Page) -> None:
    last_day = form.get_by_label("Last day of the contract")
    for kind, asked in (("Contractor", 1), ("Employee", 0), ("Contractor", 1)):
        with form.expect_response("**/ask/new-starter"):
            form.get_by_role("radio", name=kind, exact=True).check()
        expect(last_day).to_have_count(asked)
    labels = form.locator("#questions [data-part] [data-part]").evaluate_all("all => all.map(one => one.dataset.part)")
    assert labels.index("employment_type") + 1 == labels.index("contract_end_on")
