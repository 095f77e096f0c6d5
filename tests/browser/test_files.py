"""A file that is chosen in a form whose questions change with its answers is sent at once, and only once."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import select

from catalog.document import shipped
from catalog.field import Field, FieldKind
from catalog.service import Service
from spoc.db.tickets import AttachmentRow
from spoc.intake.catalogue import publish
from tests.browser.conftest import Site
from tests.sample_files import PNG

pytestmark = pytest.mark.browser
SHOWN_WHEN = 'symptom == "damage"'


def with_photos(service: Service) -> Service:
    if service.key != "laptop-fault":
        return service
    photos = Field(key="photos", label="Photos", kind=FieldKind.FILE, help="Of it.", visible_when=SHOWN_WHEN)
    return service.model_copy(update={"form": (*service.form, photos)})


def test_a_chosen_file_is_kept_while_other_answers_change(site: Site, context: BrowserContext, tmp_path: Path) -> None:
    services = tuple(map(with_photos, shipped().services))
    publish(site.world.session, shipped().model_copy(update={"services": services}), None, "photos", site.clock.now)
    site.world.session.commit()
    (tmp_path / "cracked.png").write_bytes(PNG)
    page = site.enter(context, "employee")
    page.goto(f"{site.url}/ask/laptop-fault")
    expect(page.get_by_label("Photos")).to_have_count(0)
    page.locator('input[value="damage"]').check()
    page.get_by_label("What happens").fill("It fell.")
    page.get_by_label("Photos").set_input_files(tmp_path / "cracked.png")
    expect(page.get_by_role("checkbox", name="cracked.png")).to_be_checked()
    with page.expect_response("**/ask/laptop-fault"):
        page.get_by_role("group", name="I cannot work because of it").get_by_label("Yes").check()
    expect(page.get_by_role("checkbox", name="cracked.png")).to_be_checked()
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/tickets/**")
    with page.expect_download() as saved:
        page.get_by_role("link", name="cracked.png").click()
    assert saved.value.path().read_bytes() == PNG
    site.world.session.expire_all()
    assert [row.field_key for row in site.world.session.scalars(select(AttachmentRow))] == ["photos"]
