"""What is told when something is not possible, missing, malformed or broken (cases 13, 84, 95, 130)."""

import io
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Annotated

import pytest
from fastapi import APIRouter, Form, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from starlette.requests import ClientDisconnect

import catalog
import routing
import spoc
from catalog.errors import CatalogueError
from routing.errors import BrokenPlan, InvalidCalendar, NoWorkingTime, RoutingError
from spoc.app import create_app
from spoc.db.people import OrganisationRow
from spoc.errors import Misconfigured, SpocError
from spoc.settings import Settings
from spoc.web.deps import Database
from spoc.web.errors import STATUS, status_of
from spoc.web.runtime import Runtime
from tests.world import World

router = APIRouter()


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    count: int


@router.post("/api/try")
def take_json(body: Body) -> Body:
    return body


@router.post("/try")
def take_form(count: Annotated[int, Form()]) -> int:
    return count


@router.get("/api/try/{number}")
def take_number(number: int) -> int:
    return number


@router.get("/try/broken")
@router.get("/api/try-broken")
def break_down() -> None:
    message = "secret inside"
    raise RuntimeError(message)


@router.get("/api/try-leave")
def leave_early() -> None:
    raise ClientDisconnect


@router.get("/try/bad-greeting")
def break_the_greeting(http: Request) -> None:
    http.state.visit = "nobody"
    message = "secret inside"
    raise RuntimeError(message)


@router.post("/api/try-row")
def store_row(session: Database, body: dict[str, str]) -> None:
    session.add(OrganisationRow(id=2, name=body["name"]))


@router.post("/api/try-text")
def store_text(session: Database, body: dict[str, object]) -> str:
    return str(session.scalar(text("select cast(:value as text)"), body))


@pytest.fixture
def trial(runtime: Runtime, world: World) -> Iterator[TestClient]:
    """The application with a few routes of the test's own, added after its check."""
    world.session.commit()
    app = create_app(runtime)
    app.include_router(router)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as browser:
        yield browser


def test_a_problem_document_names_every_fault_by_field(trial: TestClient) -> None:
    answer = trial.post("/api/try", json={"count": "1", "role": "admin"})
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, document["status"], document["code"]) == (422, 422, "invalid")
    assert {(fault["field"], fault["code"]) for fault in document["faults"]} == {
        ("count", "int_type"),
        ("role", "extra_forbidden"),
    }
    assert set(document) == {"type", "title", "status", "detail", "code", "faults"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"count": NaN}', b'{"count": 1e400}']
)
def test_malformed_json_is_told_and_never_breaks_us(trial: TestClient, body: bytes) -> None:
    answer = trial.post("/api/try", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_malformed_form_is_told_on_a_page(trial: TestClient) -> None:
    answer = trial.post("/try", data={"count": "many"})
    assert answer.status_code == 422
    assert "count:" in answer.text


def test_an_id_that_cannot_be_one_is_an_id_that_does_not_exist(trial: TestClient) -> None:
    malformed, missing = trial.get("/api/try/abc"), trial.get("/api/trial/1")
    assert malformed.status_code == missing.status_code == 404
    assert malformed.json() == missing.json()


def test_what_breaks_gives_a_code_to_quote_and_nothing_of_the_inside(trial: TestClient) -> None:
    page, document = trial.get("/try/broken"), trial.get("/api/try-broken")
    for answer in (page, document):
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert "content-security-policy" in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    assert page.headers["x-request-id"] in page.text
    assert document.json()["code"] == "internal"


def test_whoever_leaves_before_all_is_sent_breaks_nothing(trial: TestClient, written: io.StringIO) -> None:
    assert trial.get("/api/try-leave").status_code == 400
    assert "broken" not in written.getvalue()


def test_a_row_that_is_refused_is_not_in_the_log(trial: TestClient, written: io.StringIO) -> None:
    answer = trial.post("/api/try-row", json={"name": "Kündigung-Meyer"})
    assert answer.status_code == 500
    assert "CheckViolation 23514 ck_organisation_only_one" in written.getvalue()
    assert "Kündigung" not in written.getvalue() + answer.text


def test_the_page_for_what_broke_needs_nothing_of_what_broke(trial: TestClient) -> None:
    answer = trial.get("/try/bad-greeting")
    assert answer.headers["x-request-id"] in answer.text


@pytest.mark.parametrize("escaped", [b"\\u0000", b"\\ud800", b"\\udfff a"])
def test_text_that_the_database_cannot_hold_is_malformed_input(trial: TestClient, escaped: bytes) -> None:
    body = b'{"value": "' + escaped + b'"}'
    answer = trial.post("/api/try-text", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_text")
    assert "cannot be kept" in answer.json()["detail"]


def test_who_is_not_signed_in_is_told_in_kind(client: TestClient) -> None:
    document = client.get("/api/me")
    assert (document.status_code, document.headers["www-authenticate"]) == (401, "Bearer")
    assert document.json()["code"] == "not_signed_in"
    assert client.get("/profile?a=1&b=ü").headers["location"] == "/sign-in?next=/profile%3Fa%3D1%26b%3D%25C3%25BC"
    assert client.post("/profile/password", data={"current": "a", "password": "b"}).headers["location"] == "/sign-in"
    fragment = client.get("/profile", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (401, "/sign-in?next=/profile")


def test_a_refused_form_shows_what_was_written_and_the_way_back(client: TestClient, world: World) -> None:
    task = next(one for one in world.submit("laptop-fault").tasks if one.queue == "desk")
    world.sign_in(client, "agent.desk")
    form = {"to": "nobody@example.org", "why": "Is not ours", "know": "The lamp <b> blinks twice.", "once": "a b c d"}

    back = {"Referer": "http://testserver/desk/desk?state=ready"}
    answer = client.post(f"/desk/tasks/{task.id}/handoff", data=form, headers=back)

    assert answer.status_code == 422
    assert "The lamp &lt;b&gt; blinks twice." in answer.text
    assert "a b c d" not in answer.text
    assert 'href="/desk/desk?state=ready"' in answer.text


def test_the_way_back_leads_to_no_other_site(client: TestClient, world: World) -> None:
    world.sign_in(client, "agent.desk")
    for elsewhere in ("https://evil.example/desk", "http://testserver//evil.example", "nonsense"):
        answer = client.post("/desk/tasks/x/claim", headers={"Referer": elsewhere})
        assert "There is nothing here" in answer.text
        assert "Back to the page" not in answer.text


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "text/html"),
        ("text/html", "text/html"),
        ("application/json", "application/problem+json"),
        ("text/html, application/json", "text/html"),
    ],
)
def test_an_error_of_a_page_is_told_in_the_kind_that_is_accepted(client: TestClient, accept: str, kind: str) -> None:
    assert client.get("/nowhere", headers={"Accept": accept}).headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Content-Type": "application/json"}, "application/problem+json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "text/html"),
        ({"Content-Type": "text/plain", "Accept": "text/html"}, "text/html"),
    ],
)
def test_an_error_of_the_intake_is_told_in_the_kind_that_was_sent(
    client: TestClient, headers: dict[str, str], kind: str
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", **headers}
    answer = client.post("/intake", content=b"{}", headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith(kind)


def test_a_method_that_does_not_fit_says_which_does(trial: TestClient) -> None:
    answer = trial.put("/api/try", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_without_a_database_we_say_when_to_come_back() -> None:
    nobody = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1})
    client = TestClient(create_app(Runtime(Settings(), sessionmaker(nobody))), follow_redirects=False)
    page, document = client.get("/sign-in"), client.get("/api/me", headers={"Authorization": "Bearer spoc_" + "a" * 43})
    for answer in (page, document):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "127.0.0.1" not in answer.text


def test_a_failed_commit_is_not_answered_201(runtime: Runtime, world: World, sessions: sessionmaker[Session]) -> None:
    world.session.commit()

    failing = sessionmaker(**sessions.kw)
    lost = OperationalError("COMMIT", {}, Exception("connection lost"))

    @event.listens_for(failing, "before_commit")
    def lose(_session: Session) -> None:
        raise lost

    client = TestClient(create_app(Runtime(runtime.settings, failing, clock=runtime.clock)))
    client.headers["Sec-Fetch-Site"] = "same-origin"
    world.sign_in(client, "employee")
    answer = client.post("/intake", json={"text": "My screen stays black."})
    assert answer.status_code == 503


def test_every_error_has_a_status_of_its_own_or_inherits_one() -> None:
    for package in (catalog, routing, spoc):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    inside = {SpocError, CatalogueError, RoutingError, Misconfigured, BrokenPlan, InvalidCalendar, NoWorkingTime}
    kinds = {kind for kind in _all_kinds(SpocError, CatalogueError, RoutingError) if _may_reach_a_page(kind)}
    assert {kind for kind in kinds if status_of(kind) == 500} - inside == set()
    assert set(STATUS) >= {SpocError, CatalogueError, RoutingError}


def _may_reach_a_page(kind: type[Exception]) -> bool:
    """Not those of jobs and of starting the program."""
    return not kind.__module__.startswith(("spoc.jobs", "spoc.db", "spoc.cli", "spoc.demo"))


def _all_kinds(*roots: type[Exception]) -> set[type[Exception]]:
    return {kind for root in roots for kind in (root, *_all_kinds(*root.__subclasses__()))}
