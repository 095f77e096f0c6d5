"""The main job in a real browser: one ask in, four departments claim and finish, the last one resolves the ticket."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from routing.work import TaskState, TicketState
from spoc.db.jobs import JobRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.desk.sweeps import open_due
from tests.browser.conftest import Site
from tests.world import mail_of

pytestmark = pytest.mark.browser
AGENTS = {"agent.hr": "hr", "agent.it": "it", "agent.facilities": "facilities", "agent.office": "office"}
LATER = (
    datetime(2026, 8, 14, 8, tzinfo=UTC),
    datetime(2026, 9, 1, 8, tzinfo=UTC),
    datetime(2026, 10, 5, 8, tzinfo=UTC),
)


def ask(page: Page) -> str:
    """Say it in a sentence, follow the form, send it; gives the reference."""
    page.get_by_role("textbox", name="What do you need").fill(
        "New hire: Anna Schmidt starts on 1 September 2026 in Berlin"
    )
    page.get_by_role("link", name="Continue with “New starter”").click()
    expect(page.get_by_label("First day")).to_have_value("2026-09-01")
    expect(page.get_by_label("Location")).to_have_value("berlin")
    page.get_by_label("Name", exact=True).fill("Anna Schmidt")
    page.get_by_role("radio", name="Employee", exact=True).check()
    page.get_by_label("Job title").fill("Data engineer")
    page.get_by_label("Department").fill("Data Platform")
    page.get_by_label("Line manager").fill(mail_of("manager"))
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/tickets/T-*")
    return page.url.split("/")[-1].split("?")[0]


def work_off(page: Page, site: Site, queue: str) -> int:
    """Claim and finish all that is ready in the queue; gives how many."""
    done = 0
    page.goto(f"{site.url}/desk/{queue}")
    while page.get_by_role("button", name="Claim", exact=True).count():
        page.get_by_role("button", name="Claim", exact=True).first.click()
        page.goto(f"{site.url}/desk/mine")
        page.locator(".q-task a").first.click()
        page.get_by_label("Result").first.fill("As agreed, all in place")
        page.get_by_role("button", name="Finish task").first.click()
        page.wait_for_load_state()
        page.goto(f"{site.url}/desk/{queue}")
        done += 1
    return done


def open_tasks(site: Site) -> list[str]:
    over = (TaskState.DONE, TaskState.SKIPPED, TaskState.CANCELLED)
    with site.sessions() as session:
        return list(session.scalars(select(TaskRow.key).where(TaskRow.state.not_in(over))))


def test_a_new_starter_is_worked_off_by_four_departments(site: Site, browser: Browser, context: BrowserContext) -> None:
    page = site.enter(context, "employee")
    reference = ask(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna Schmidt starts on 1 September 2026")
    page.get_by_role("button", name="This is done").click()
    done = dict.fromkeys(AGENTS.values(), 0)
    for instant in LATER:
        site.clock.now = instant
        with site.sessions.begin() as session:
            open_due(session, instant)
        pages = {queue: site.enter(browser.new_context(), who) for who, queue in AGENTS.items()}
        while sum(counts := [work_off(pages[queue], site, queue) for queue in pages]):
            # What one department finishes makes work ready in another: go round until nobody finds any.
            done = {queue: done[queue] + count for queue, count in zip(pages, counts, strict=True)}
        for one in pages.values():
            one.context.close()
    assert open_tasks(site) == []
    assert all(done.values())

    page = site.enter(context, "employee")
    page.goto(f"{site.url}/tickets/{reference}")
    with site.sessions() as session:
        ticket = session.scalars(select(TicketRow)).one()
        assert ticket.state is TicketState.RESOLVED
        kinds = list(session.scalars(select(JobRow.kind)))
        assert kinds.count("mail.ticket_resolved") == 1
    expect(page.get_by_role("heading", name="Not solved?")).to_be_visible()
