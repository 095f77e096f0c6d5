"""Services and files that are begun, taken out and brought back."""

from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient

from spoc.intake.drafts import read_draft
from tests.web.editing import PAGE, send, text_of
from tests.world import World


def test_a_new_service_is_begun_from_one_that_works(owner: TestClient, world: World) -> None:
    answer = owner.post("/catalogue/edit/new", data={"key": "plant", "need": "my-place-of-work", "queue": "office"})
    assert answer.headers["location"] == "/catalogue/edit/files/plant.yaml"
    page = owner.get(answer.headers["location"]).text
    assert "There is no fault." in page
    assert "New service “Plant”." in page
    assert "Begin this service" in owner.get("/catalogue/edit").text
    assert read_draft(world.session, world.ids["owner"]).changed == ("plant.yaml",)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"key": "Plant pots"}, "cannot be the name of a file"),
        ({"key": "pay"}, "There is a file pay.yaml already."),
        ({"need": "none"}, "Choose one of the list."),
        ({"queue": ""}, "Choose one of the list."),
    ],
)
def test_a_service_that_cannot_be_begun_says_at_the_field_why(
    owner: TestClient, wrong: Mapping[str, str], told: str
) -> None:
    sent = {"key": "plant", "need": "my-place-of-work", "queue": "office", **wrong}
    answer = owner.post("/catalogue/edit/new", data=sent)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{sent["key"]}"' in answer.text


def test_a_file_is_taken_out_and_brought_back(owner: TestClient) -> None:
    assert owner.post(f"{PAGE}/remove").status_code == 303
    assert owner.get(PAGE).status_code == 404
    assert "Taken out" in owner.get("/catalogue/edit").text
    assert "Service “Payslip question” is gone" in owner.get("/catalogue/edit/publish").text
    assert owner.post(f"{PAGE}/discard").status_code == 303
    assert owner.get(PAGE).status_code == 200


def test_a_file_that_was_never_published_is_taken_out_without_a_trace(owner: TestClient, world: World) -> None:
    owner.post("/catalogue/edit/new", data={"key": "plant", "need": "my-place-of-work", "queue": "office"})
    owner.post("/catalogue/edit/files/plant.yaml/remove")
    assert read_draft(world.session, world.ids["owner"]).mine == {}


def test_all_changes_are_given_up_at_once(owner: TestClient, world: World) -> None:
    send(owner, text_of())
    owner.post("/catalogue/edit/discard")
    assert read_draft(world.session, world.ids["owner"]).mine == {}
