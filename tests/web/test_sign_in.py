"""Signing in and out, and setting a password by a link (cases 57 to 60, 64 to 67)."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from spoc.db.access import LoginFailureRow, LoginSessionRow
from spoc.people.accounts import give_password
from spoc.people.links import make_link
from tests.world import COOKIE, World, mail_of

PASSWORD = "four unrelated words"


@pytest.fixture
def mail(world: World) -> str:
    give_password(world.session, world.ids["employee"], PASSWORD, world.now)
    world.session.commit()
    return mail_of("employee")


def pair(mail: str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"mail": mail, "password": password, **more}


def test_the_right_pair_opens_a_session_and_goes_where_one_wanted(client: TestClient, mail: str) -> None:
    answer = client.post("/sign-in", data=pair(mail.upper(), next="/profile?x=1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile?x=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_a_wrong_password_and_an_unknown_mail_get_the_same_page(client: TestClient, mail: str) -> None:
    known = client.post("/sign-in", data=pair(mail, "wrong"))
    unknown = client.post("/sign-in", data=pair("nobody.here@demo.example", "wrong"))
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert known.text.replace(mail, "-") == unknown.text.replace("nobody.here@demo.example", "-")
    assert COOKIE not in client.cookies


def test_an_inactive_person_cannot_sign_in(client: TestClient, mail: str, world: World) -> None:
    world.person("employee").active = False
    world.session.commit()
    assert client.post("/sign-in", data=pair(mail)).status_code == 401


def test_a_person_without_a_password_cannot_sign_in(client: TestClient, world: World) -> None:
    assert client.post("/sign-in", data=pair(mail_of("manager"), "")).status_code in {401, 422}
    assert client.post("/sign-in", data=pair(mail_of("manager"), "anything")).status_code == 401


def test_after_five_wrong_passwords_even_the_right_one_waits(client: TestClient, mail: str) -> None:
    for _ in range(5):
        assert client.post("/sign-in", data=pair(mail, "wrong")).status_code == 401
    answer = client.post("/sign-in", data=pair(mail))
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"


def test_an_unknown_mail_is_held_back_in_the_same_way(client: TestClient, mail: str) -> None:
    for _ in range(5):
        client.post("/sign-in", data=pair("nobody.here@demo.example", "wrong"))
    answer = client.post("/sign-in", data=pair("nobody.here@demo.example", "wrong"))
    assert answer.status_code == 429


def test_a_right_password_forgets_the_wrong_ones(client: TestClient, mail: str, world: World) -> None:
    for _ in range(4):
        client.post("/sign-in", data=pair(mail, "wrong"))
    assert client.post("/sign-in", data=pair(mail)).status_code == 303
    left = select(func.count()).where(LoginFailureRow.subject == f"mail:{mail}")
    assert world.session.scalar(left) == 0


def test_signing_in_gives_a_new_session_and_ends_the_one_before(client: TestClient, mail: str, world: World) -> None:
    world.sign_in(client, "employee")
    planted = client.cookies[COOKIE]
    client.post("/sign-in", data=pair(mail))
    assert client.cookies.get(COOKIE, domain="testserver.local") != planted
    assert world.session.scalar(select(func.count()).select_from(LoginSessionRow)) == 1


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", "https:evil", "", "/a\r\nb"],
)
def test_next_never_leads_to_another_site(client: TestClient, mail: str, elsewhere: str) -> None:
    assert client.post("/sign-in", data=pair(mail, next=elsewhere)).headers["location"] == "/"
    assert 'value="/"' in client.get("/sign-in", params={"next": elsewhere}).text


def test_signing_out_ends_the_session_on_the_server(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert world.session.scalar(select(func.count()).select_from(LoginSessionRow)) == 0
    assert "You are signed out." in client.get("/sign-in").text


def test_signing_out_is_not_something_a_link_can_do(client: TestClient) -> None:
    assert client.get("/sign-out").status_code == 405


def test_a_link_shows_whose_it_is_and_works_once(client: TestClient, world: World) -> None:
    token = make_link(world.session, world.ids["employee"], world.now)
    world.session.commit()
    for _ in range(2):
        assert mail_of("employee") in client.get("/set-password", params={"token": token}).text
    done = client.post("/set-password", data={"token": token, "password": PASSWORD, "again": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert client.get("/set-password", params={"token": token}).status_code == 409
    assert client.post("/set-password", data={"token": token, "password": "another password"}).status_code == 409


def test_a_password_that_is_too_short_leaves_the_link_as_it_was(client: TestClient, world: World) -> None:
    token = make_link(world.session, world.ids["employee"], world.now)
    world.session.commit()
    refused = client.post("/set-password", data={"token": token, "password": "short"})
    assert refused.status_code == 422
    assert "10 to 200" in refused.text
    assert client.post("/set-password", data={"token": token, "password": PASSWORD}).status_code == 303


def test_two_different_passwords_are_not_taken(client: TestClient, world: World) -> None:
    token = make_link(world.session, world.ids["employee"], world.now)
    world.session.commit()
    refused = client.post("/set-password", data={"token": token, "password": PASSWORD, "again": PASSWORD + "!"})
    assert refused.status_code == 422
    assert "differ" in refused.text


def test_a_link_that_has_run_out_does_not_work(client: TestClient, world: World) -> None:
    token = make_link(world.session, world.ids["employee"], world.now - timedelta(hours=2))
    world.session.commit()
    assert client.get("/set-password", params={"token": token}).status_code == 409


def test_behind_tls_the_cookie_belongs_to_this_host_alone(client: TestClient, mail: str) -> None:
    client.base_url = "https://testserver"
    cookie = client.post("/sign-in", data=pair(mail)).headers["set-cookie"]
    assert cookie.startswith("__Host-spoc_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
