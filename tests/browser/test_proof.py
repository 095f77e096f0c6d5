"""A checklist and evidence in a real browser: what is missing is said where it is written, and nothing is lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from routing.work import TaskState
from spoc.db.tickets import TaskRow
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_task_is_done_when_all_is_ticked_and_given(
    site: Site, browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    context = browser.new_context()  # the usual one takes the console's word about a refused form for a fault
    ticket = site.world.submit("leaver", by="agent.hr")
    ready = update(TaskRow).where(TaskRow.key == "equipment").values(state=TaskState.READY, opens_at=None)
    site.world.session.execute(ready)
    site.world.session.commit()
    page = site.enter(context, "agent.it")
    context.add_cookies([{"name": "spoc_theme", "value": scheme, "url": site.url}])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site.url}/tickets/{ticket.reference}")
    task = page.locator("li.task", has_text="Take back equipment")
    task.get_by_text("Finish", exact=True).click()
    task.get_by_role("checkbox", name="Telephone").check()
    task.get_by_label("Number of the signed receipt").fill("R-1")
    task.get_by_label("Result").fill("Nothing is missing.")
    with page.expect_response("**/finish") as refused:
        task.get_by_role("button", name="Finish task").click()
    assert refused.value.status == 422
    expect(task.get_by_text("“Laptop and charger” is not ticked.")).to_be_visible()
    expect(task.get_by_role("checkbox", name="Telephone")).to_be_checked()
    expect(task.get_by_label("Result")).to_have_value("Nothing is missing.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / "refused.png", full_page=True)
    for box in task.get_by_role("checkbox").all()[:4]:
        box.check()
    task.get_by_label("Number of the signed receipt").fill("R-10423")
    task.get_by_role("button", name="Finish task").click()
    expect(page.get_by_text("Number of the signed receipt: R-10423")).to_be_visible()
