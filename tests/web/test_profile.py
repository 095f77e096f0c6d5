"""One's own account, and the administrator's list of people (cases 59, 65, 69, 70)."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from routing.visibility import Role
from spoc.db.access import ApiTokenRow, LoginSessionRow
from spoc.db.people import PersonRow
from spoc.people.accounts import give_password
from spoc.people.directory import actor_of, find_person
from spoc.people.tokens import create_token
from tests.world import World, mail_of

PASSWORD = "four unrelated words"


def bearer(client: TestClient, token: str) -> int:
    return client.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_the_profile_says_who_one_is(client: TestClient, world: World) -> None:
    world.sign_in(client, "lead")
    page = client.get("/profile").text
    assert "Piotr Zieliński" in page
    assert "Lead" in page
    assert "this browser" in page


def test_a_token_is_shown_once_and_works_until_it_is_revoked(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    made = client.post("/profile/tokens", data={"name": "nightly import", "days": "30"})
    found = re.search(r"spoc_[A-Za-z0-9_-]{43}", made.text)
    assert found is not None
    assert found[0] not in client.get("/profile").text
    assert bearer(client, found[0]) == 200
    row = world.session.scalars(select(ApiTokenRow)).one()
    assert client.post(f"/profile/tokens/{row.public_id}/revoke").status_code == 303
    assert bearer(client, found[0]) == 401


def test_nobody_revokes_the_token_of_somebody_else(client: TestClient, world: World) -> None:
    create_token(world.session, world.ids["lead"], "theirs", world.now)
    row = world.session.scalars(select(ApiTokenRow)).one()
    world.session.commit()
    world.sign_in(client, "employee")
    assert client.post(f"/profile/tokens/{row.public_id}/revoke").status_code == 404


def test_a_token_cannot_make_a_token_or_change_the_password(client: TestClient, world: World) -> None:
    token = create_token(world.session, world.ids["employee"], "one", world.now)
    world.session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/profile/tokens", data={"name": "two"}, headers=headers).status_code == 403
    change = {"current": PASSWORD, "password": "another long one"}
    assert client.post("/profile/password", data=change, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "odd",
    [
        "",
        " ",
        "null",
        "0",
        "[]",
        "spoc_",
        "SPOC_" + "a" * 43,
        "spoc_" + "a" * 42,
        "spoc_" + "a" * 44,
        "spoc_" + "é" * 43,
    ],
)
def test_what_is_no_token_is_refused(client: TestClient, odd: str) -> None:
    assert client.get("/api/me", headers={b"Authorization": f"Bearer {odd}".encode()}).status_code == 401


def test_changing_the_password_takes_the_current_one_and_ends_other_sessions(client: TestClient, world: World) -> None:
    give_password(world.session, world.ids["employee"], PASSWORD, world.now)
    world.sign_in(client, "employee")
    world.sign_in(client, "employee")
    refused = client.post("/profile/password", data={"current": "wrong", "password": "another long one"})
    assert refused.status_code == 403
    assert "not right" in refused.text
    changed = client.post("/profile/password", data={"current": PASSWORD, "password": "another long one"})
    assert changed.status_code == 303
    assert world.session.scalar(select(func.count()).select_from(LoginSessionRow)) == 1
    assert "spoc_session=" in changed.headers["set-cookie"]


def test_guessing_the_current_password_is_held_back(client: TestClient, world: World) -> None:
    give_password(world.session, world.ids["employee"], PASSWORD, world.now)
    world.sign_in(client, "employee")
    guesses = [
        client.post("/profile/password", data={"current": "wrong", "password": "another long one"}) for _ in range(6)
    ]
    assert [guess.status_code for guess in guesses] == [403] * 5 + [429]


def test_one_can_sign_out_everywhere_else(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    world.sign_in(client, "employee")
    assert client.post("/profile/sessions/end-others").status_code == 303
    assert world.session.scalar(select(func.count()).select_from(LoginSessionRow)) == 1
    assert client.get("/profile").status_code == 200


@pytest.mark.parametrize("who", ["employee", "agent.hr", "lead", "manager", "owner"])
def test_the_list_of_people_is_for_administrators_only(client: TestClient, world: World, who: str) -> None:
    world.sign_in(client, who)
    public_id = world.person("employee").public_id
    assert client.get("/people").status_code == 404
    assert client.get("/people").text == client.get("/people/new").text.replace("/people/new", "/people")
    assert client.post(f"/people/{public_id}/rights", data={"roles": "administrator"}).status_code == 404
    assert Role.ADMINISTRATOR not in actor_of(world.session, world.ids["employee"]).roles


def test_an_administrator_adds_a_person_and_hands_over_a_link(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    page = client.post("/people/new", data={"name": "Ada Lovelace", "mail": "ada@demo.example"})
    link = re.search(r"/set-password\?token=([A-Za-z0-9_-]{43})", page.text)
    assert link is not None
    client.cookies.clear()
    assert client.post("/set-password", data={"token": link[1], "password": PASSWORD}).status_code == 303
    person = find_person(world.session, "ADA@demo.example")
    assert person is not None
    assert person.sort_name == "lovelace, ada"


def test_a_taken_mail_address_and_an_empty_name_are_told_by_field(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    taken = client.post("/people/new", data={"name": "X", "mail": mail_of("lead").upper()})
    assert (taken.status_code, "already" in taken.text) == (422, True)
    both = client.post("/people/new", data={"name": " ", "mail": "nonsense"})
    assert both.status_code == 422
    assert "not a mail address" in both.text
    assert "1 to 120" in both.text


def test_rights_hold_from_the_next_request(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    public_id = world.person("employee").public_id
    given = {"roles": ["owner"], "members": ["it", "hr"], "leads": ["it"]}
    assert client.post(f"/people/{public_id}/rights", data=given).status_code == 303
    actor = actor_of(world.session, world.ids["employee"])
    assert actor.roles == {Role.EMPLOYEE, Role.AGENT, Role.LEAD, Role.OWNER}
    assert actor.queues == {"it", "hr"}
    assert actor.leads == {"it"}
    assert client.post(f"/people/{public_id}/rights", data={}).status_code == 303
    assert actor_of(world.session, world.ids["employee"]).roles == {Role.EMPLOYEE}


def test_nobody_changes_their_own_rights(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    own = world.person("admin").public_id
    assert client.post(f"/people/{own}/rights", data={"roles": ["administrator"], "members": ["hr"]}).status_code == 403
    assert client.post(f"/people/{own}/switch-off").status_code == 403
    assert actor_of(world.session, world.ids["admin"]).queues == frozenset()
    assert "This is you." in client.get(f"/people/{own}").text


def test_agent_and_lead_and_unknown_words_are_not_granted(client: TestClient, world: World) -> None:
    world.sign_in(client, "admin")
    public_id = world.person("employee").public_id
    for wrong in ({"roles": ["agent"]}, {"roles": ["emperor"]}, {"members": ["nowhere"]}):
        assert client.post(f"/people/{public_id}/rights", data=wrong).status_code == 422


def test_an_account_that_is_switched_off_is_off_everywhere(client: TestClient, world: World) -> None:
    token = create_token(world.session, world.ids["employee"], "one", world.now)
    world.sign_in(client, "employee")
    cookie = client.cookies["spoc_session"]
    world.sign_in(client, "admin")
    public_id = world.person("employee").public_id
    assert client.post(f"/people/{public_id}/switch-off").status_code == 303
    assert bearer(client, token) == 401
    assert client.post(f"/people/{public_id}/switch-on").status_code == 303
    assert bearer(client, token) == 401
    client.cookies.clear()
    client.cookies.set("spoc_session", cookie)
    assert client.get("/profile").headers["location"] == "/sign-in?next=/profile"


def test_the_list_is_searched_and_paged(client: TestClient, world: World) -> None:
    world.session.add_all(
        PersonRow(mail=f"p{n}@demo.example", name=f"Person {n:03}", sort_name=f"{n:03}", created_at=world.now)
        for n in range(60)
    )
    world.session.commit()
    world.sign_in(client, "admin")
    first = client.get("/people").text
    assert "Person 049" in first
    assert "Person 050" not in first
    following = re.search(r'href="(/people\?[^"]*after=[^"]*)"', first)
    assert following is not None
    assert "Person 050" in client.get(following[1].replace("&amp;", "&")).text
    assert "Person 007" in client.get("/people", params={"search": "p7@"}).text
    assert "Nobody is called that" in client.get("/people", params={"search": "50%"}).text
