"""The pages on what changes in the catalogue, and on what teams do twice: for its owners alone, and in words."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from catalog.compare import Kind, What
from catalog.dates import DateRule
from catalog.document import shipped
from catalog.service import Catalogue, Step
from spoc.errors import NotFound
from spoc.intake.catalogue import newest_version, publish, service_at
from spoc.intake.versions import changes, list_versions, one_version
from spoc.web.catalogue_changes import PARTS
from tests.world import World

DOOR = Step(
    key="door", title="Door code", queue="facilities", needs=("badge",), due=DateRule.parse("1 day before start_on")
)


def with_door() -> Catalogue:
    services = tuple(
        one.model_copy(update={"steps": (*one.steps, DOOR)}) if one.key == "new-starter" else one
        for one in shipped().services
    )
    return shipped().model_copy(update={"services": services})


def publish_door(world: World) -> tuple[int, int]:
    """The number of the version before and of the one with the door code."""
    first = newest_version(world.session)
    second = publish(world.session, with_door(), world.ids["owner"], "A code for the door", world.now)
    world.session.commit()
    return first, second


@pytest.fixture
def owner(client: TestClient, world: World) -> TestClient:
    world.sign_in(client, "owner")
    return client


@pytest.mark.parametrize("who", ["employee", "agent.hr", "lead", "manager", "admin"])
@pytest.mark.parametrize("page", ["versions", "versions/1", "overlaps"])
def test_the_pages_are_for_owners_of_services_only(client: TestClient, world: World, who: str, page: str) -> None:
    world.sign_in(client, who)
    assert client.get(f"/catalogue/{page}").status_code == 404


def test_the_catalogue_leads_to_both_pages(owner: TestClient) -> None:
    page = owner.get("/catalogue").text
    assert 'href="/catalogue/versions"' in page
    assert 'href="/catalogue/overlaps"' in page


def test_each_version_is_listed_with_when_by_whom_why_and_how_much_it_changed(owner: TestClient, world: World) -> None:
    first, second = publish_door(world)
    page = owner.get("/catalogue/versions").text
    assert page.index(f">Version {second}<") < page.index(f">Version {first}<")
    for text in ("A code for the door", "Ngọc Anh Trần", "today 11:00", "the command line", "the first"):
        assert text in page
    assert (
        "Version" not in owner.get(f"/catalogue/versions?below={first}").text.split("<tbody>")[1].split("</tbody>")[0]
    )


def test_a_version_tells_in_words_what_it_changes(owner: TestClient, world: World) -> None:
    first, second = publish_door(world)
    page = owner.get(f"/catalogue/versions/{second}").text
    assert f"1 change against version {first}." in page
    assert "New step “Door code”, Facilities, after “Make badge and door codes ready”." in page
    assert '<a href="/catalogue/new-starter">New starter</a>' in page


def test_any_two_versions_can_be_compared(owner: TestClient, world: World) -> None:
    first, second = publish_door(world)
    backwards = owner.get(f"/catalogue/versions/{first}?against={second}").text
    assert "Step “Door code” is gone." in backwards
    assert f'<option value="{second}" selected>' in backwards
    assert "Nothing changes for anybody." in owner.get(f"/catalogue/versions/{second}?against={second}").text
    assert "This is the first version." in owner.get(f"/catalogue/versions/{first}").text


@pytest.mark.parametrize("number", ["0", "999999999", "99999999999999", "x", "-1", "٣"])
def test_a_version_that_is_not_there_is_not_found(owner: TestClient, world: World, number: str) -> None:
    assert owner.get(f"/catalogue/versions/{number}").status_code == 404
    known = newest_version(world.session)
    assert owner.get(f"/catalogue/versions/{known}", params={"against": number}).status_code == 404


def test_a_long_history_is_read_page_by_page(owner: TestClient, world: World) -> None:
    for number in range(11):
        publish(world.session, with_door(), None, f"there {number}", world.now)
        publish(world.session, shipped(), None, f"back {number}", world.now)
    world.session.commit()
    first = owner.get("/catalogue/versions").text
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].rstrip('" ')
    rest = owner.get(address).text
    assert "there 0" in rest
    assert "there 0" not in first
    assert "Back to the first" in rest
    assert 'rel="next"' not in rest


def test_publishing_is_seen_by_every_session_at_once_and_asks_keep_theirs(world: World, session: Session) -> None:
    before = newest_version(session)
    world.submit("new-starter")
    first, second = publish_door(world)
    assert before == first
    assert newest_version(session) == second
    assert "door" not in {step.key for step in service_at(session, first, "new-starter").steps}
    assert "door" in {step.key for step in service_at(session, second, "new-starter").steps}


def test_what_a_version_changed_is_a_value(world: World, session: Session) -> None:
    first, second = publish_door(world)
    (change,) = changes(session, first, second)
    assert (change.service, change.kind, change.what, change.name) == ("new-starter", Kind.STEP, What.NEW, "Door code")
    assert changes(session, None, first) == ()
    assert [version.number for version in list_versions(session)] == [second, first]
    with pytest.raises(NotFound):
        one_version(session, second + 1)


def test_every_part_that_comes_and_goes_has_a_sentence() -> None:
    alone = {(Kind.SERVICE, What.ORDER)}
    assert {(kind, what) for kind in Kind for what in (What.NEW, What.GONE, What.ORDER)} - alone == set(PARTS)


def test_overlaps_name_teams_questions_and_waits(owner: TestClient) -> None:
    page = owner.get("/catalogue/overlaps").text
    for text in (
        "Give the access of the new team",
        "Password or access",
        "What happens",
        "In different ways",
        "IT waits for HR",
        "“Create the accounts” after “Prepare the contract and have it signed”",
    ):
        assert text in page
    link = page.split('href="#waits-')[1].split('"')[0]
    assert f'id="waits-{link}"' in page


def test_a_catalogue_without_overlaps_says_so(owner: TestClient, world: World) -> None:
    alone = shipped().model_copy(update={"services": (shipped().service("something-else"),), "tests": ()})
    publish(world.session, alone, None, "", world.now)
    world.session.commit()
    page = owner.get("/catalogue/overlaps").text
    for text in ("No two teams are asked for the same.", "No question is asked twice.", "No team waits for another."):
        assert text in page
