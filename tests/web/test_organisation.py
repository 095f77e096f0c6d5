"""The administrator's pages of the organisation, and details and history on a person's page."""

import pytest
from fastapi.testclient import TestClient

from spoc.people.details import Details, details_of
from spoc.people.organisation import letterhead_of
from spoc.people.places import list_places
from spoc.people.working_time import one_calendar, queue_hours
from tests.world import World, mail_of

PAGES = ("/organisation", "/organisation/locations/new", "/organisation/locations/berlin")
CALENDARS = ("/organisation/calendars/new", "/organisation/calendars/office")
GIVEN = {"name": "Acme & Co", "time_zone": "Europe/Paris", "currency": "EUR", "desk_phone": "+33 1 99 00 00 00"}
HOURS = {"mon": ["08:00", "12:00", "13:00", "16:00"], "time_zone": "Europe/Paris", "country": "FR", "region": ""}


@pytest.fixture
def admin(client: TestClient, world: World) -> TestClient:
    world.sign_in(client, "admin")
    return client


@pytest.mark.parametrize("who", ["employee", "agent.hr", "lead", "manager", "owner"])
@pytest.mark.parametrize("path", [*PAGES, *CALENDARS])
def test_the_organisation_is_for_administrators_only(client: TestClient, world: World, who: str, path: str) -> None:
    world.sign_in(client, who)
    assert client.get(path).status_code == 404
    assert client.post("/organisation", data=GIVEN).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, *CALENDARS])
def test_each_page_is_shown(admin: TestClient, path: str) -> None:
    page = admin.get(path)
    assert page.status_code == 200
    assert "Europe/Berlin" in page.text


def test_a_new_name_stands_on_every_page(admin: TestClient, world: World) -> None:
    assert admin.post("/organisation", data=GIVEN).headers["location"] == "/organisation"
    page = admin.get("/people").text
    assert "Acme &amp; Co" in page
    assert letterhead_of(world.session).currency == "EUR"
    assert "Organisation changed by Bartholomew Fitzgerald" in admin.get("/organisation").text


def test_nothing_typed_is_lost_on_a_fault(admin: TestClient, world: World) -> None:
    page = admin.post("/organisation", data={**GIVEN, "time_zone": "Pariss"})
    assert page.status_code == 422
    for typed in ("Acme &amp; Co", "Pariss", "EUR", "+33 1 99 00 00 00"):
        assert f'value="{typed}"' in page.text
    assert 'aria-describedby="f-time-zone-help f-time-zone-fault"' in page.text
    assert "There is no such time zone" in page.text
    assert letterhead_of(world.session).name == "Halden Optics"


def test_an_empty_form_is_a_fault_at_each_field(admin: TestClient) -> None:
    for path in ("/organisation", "/organisation/locations/new", "/organisation/calendars/new"):
        page = admin.post(path, data={"desk_phone": ""} if path == "/organisation" else {"key": ""})
        assert page.status_code == 422, path
        assert "field-fault" in page.text, path


def test_a_location_is_added_changed_and_removed(admin: TestClient, world: World) -> None:
    oslo = {"key": "oslo", "title": "Oslo", "country": "NO", "time_zone": "Europe/Oslo"}
    assert admin.post("/organisation/locations/new", data=oslo).status_code == 303
    page = admin.get("/organisation/locations/oslo").text
    assert 'action="/organisation/locations/oslo/remove"' in page
    changed = {"title": "Oslo centre", "country": "NO", "time_zone": "Europe/Oslo"}
    assert admin.post("/organisation/locations/oslo", data=changed).status_code == 303
    assert "Oslo centre" in admin.get("/organisation").text
    assert admin.post("/organisation/locations/oslo/remove").status_code == 303
    assert "oslo" not in {one.place.key for one in list_places(world.session)}


def test_a_location_in_use_is_not_removed(admin: TestClient, world: World) -> None:
    assert 'action="/organisation/locations/berlin/remove"' not in admin.get("/organisation/locations/berlin").text
    assert admin.post("/organisation/locations/berlin/remove").status_code == 409
    assert "berlin" in {one.place.key for one in list_places(world.session)}


def test_a_wrong_location_keeps_what_was_typed(admin: TestClient) -> None:
    page = admin.post("/organisation/locations/berlin", data={"title": "Berlin Mitte", "time_zone": "Mars"})
    assert page.status_code == 422
    assert 'value="Berlin Mitte"' in page.text
    assert 'value="Mars"' in page.text


@pytest.mark.parametrize("path", ["locations/nowhere", "calendars/nowhen"])
def test_what_is_not_there_is_not_found(admin: TestClient, path: str) -> None:
    assert admin.get(f"/organisation/{path}").status_code == 404
    assert admin.post(f"/organisation/{path}", data={"time_zone": "UTC", "mon": ["09:00", "10:00"]}).status_code == 404


def test_working_time_is_set_by_the_day(admin: TestClient, world: World) -> None:
    assert admin.post("/organisation/calendars/new", data={**HOURS, "key": "early"}).status_code == 303
    early = one_calendar(world.session, "early")
    assert early.week[:2] == ((("08:00", "12:00"), ("13:00", "16:00")), ())
    changed = {**HOURS, "mon": ["", "", "", ""], "tue": ["10:00", "11:00", "", ""]}
    assert admin.post("/organisation/calendars/early", data=changed).status_code == 303
    assert one_calendar(world.session, "early").week[:2] == ((), (("10:00", "11:00"),))
    assert admin.post("/organisation/queues", data={"queue": ["it"], "calendar": ["early"]}).status_code == 303
    assert {one.key: one.calendar for one in queue_hours(world.session)}["it"] == "early"


def test_a_wrong_day_is_told_at_that_day_and_kept(admin: TestClient) -> None:
    page = admin.post("/organisation/calendars/office", data={**HOURS, "tue": ["17:00", "09:00", "18:00"]})
    assert page.status_code == 422
    assert 'id="f-tue-fault"' in page.text
    assert page.text.count('aria-describedby="f-tue-fault"') == 4
    for typed in ("08:00", "17:00", "18:00"):
        assert f'value="{typed}"' in page.text


@pytest.mark.parametrize(
    "wrong",
    [{"queue": ["it"]}, {"queue": ["it"], "calendar": ["nowhen"]}, {"queue": ["nowhere"], "calendar": ["office"]}],
)
def test_a_queue_without_a_calendar_is_refused(admin: TestClient, wrong: dict[str, list[str]]) -> None:
    assert admin.post("/organisation/queues", data=wrong).status_code == 422


def test_details_of_a_person_are_set_on_their_page(admin: TestClient, world: World) -> None:
    path = f"/people/{world.person('employee').public_id}"
    given = {"department": "Labs", "job_title": "Optician", "location": "lyon", "manager": mail_of("lead")}
    given |= {"employment": "contractor", "shared": "true"}
    assert admin.post(f"{path}/details", data=given).headers["location"] == path
    assert details_of(world.session, world.ids["employee"]) == Details(
        "Labs", "Optician", "lyon", mail_of("lead"), shared=True, employment="contractor"
    )
    page = admin.get(path).text
    assert "Details changed by Bartholomew Fitzgerald" in page
    assert "Kind of employment: employee is now contractor" in page
    assert f"Line manager: {mail_of('manager')} is now {mail_of('lead')}" in page


def test_a_page_that_did_not_ask_for_the_employment_yet_leaves_it(admin: TestClient, world: World) -> None:
    path = f"/people/{world.person('employee').public_id}/details"
    kinds = []
    for given in ({"employment": "contractor"}, {"department": "Labs"}, {"employment": ""}):
        assert admin.post(path, data=given).status_code == 303
        kinds.append(details_of(world.session, world.ids["employee"]).employment)
    assert kinds == ["contractor", "contractor", "employee"]


def test_a_wrong_line_manager_is_told_at_the_field(admin: TestClient, world: World) -> None:
    path = f"/people/{world.person('employee').public_id}/details"
    page = admin.post(path, data={"job_title": "Optician", "manager": mail_of("employee")})
    assert page.status_code == 422
    assert 'id="f-manager-fault"' in page.text
    assert 'value="Optician"' in page.text
    assert details_of(world.session, world.ids["employee"]).job_title == ""


def test_rights_that_were_changed_are_told_on_the_persons_page(admin: TestClient, world: World) -> None:
    path = f"/people/{world.person('employee').public_id}"
    admin.post(f"{path}/rights", data={"roles": ["owner"], "members": ["it"]})
    page = admin.get(path).text
    assert "Roles changed by Bartholomew Fitzgerald" in page
    assert "Roles: none is now Service owner" in page
    assert "Queues: none is now it" in page


def test_an_unknown_role_is_told_with_its_field(admin: TestClient, world: World) -> None:
    page = admin.post(f"/people/{world.person('employee').public_id}/rights", data={"roles": ["emperor"]})
    assert page.status_code == 422
    assert "There is no such role." in page.text


def test_an_empty_new_person_is_told_by_field(admin: TestClient) -> None:
    page = admin.post("/people/new", data={"name": "", "mail": "", "department": "Labs"})
    assert page.status_code == 422
    assert "not a mail address" in page.text
    assert 'value="Labs"' in page.text
