"""Every route says who may use it, and that is what holds (case 20)."""

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from routing.visibility import Actor, Role
from spoc.app import create_app
from spoc.web.deps import require
from spoc.web.permissions import PUBLIC, Permission, Undeclared, check_routes, permits
from spoc.web.runtime import Runtime
from tests.world import World


def bare() -> FastAPI:
    return FastAPI(openapi_url=None)


def nothing() -> None: ...


def test_a_route_without_a_permission_does_not_start() -> None:
    app = bare()
    app.get("/open")(nothing)
    with pytest.raises(Undeclared, match=r"/open.*none"):
        check_routes(app)


def test_a_route_with_two_permissions_does_not_start() -> None:
    app = bare()
    app.get("/two", dependencies=[require(Permission.AGENT), require(Permission.OWNER)])(nothing)
    with pytest.raises(Undeclared, match="agent, owner"):
        check_routes(app)


def test_a_mount_that_is_not_public_does_not_start() -> None:
    app = bare()
    app.mount("/inside", Starlette())
    with pytest.raises(Undeclared, match="/inside"):
        check_routes(app)


def test_a_public_route_that_asks_for_a_permission_does_not_start() -> None:
    app = bare()
    app.get("/sign-in", dependencies=[require(Permission.OWNER)])(nothing)
    with pytest.raises(Undeclared, match="/sign-in"):
        check_routes(app)


def test_a_permission_of_a_router_counts_for_its_routes() -> None:
    app = bare()
    router = APIRouter(prefix="/all", dependencies=[require(Permission.AGENT)])
    router.get("/one")(nothing)
    app.include_router(router)
    check_routes(app)


def test_a_permission_as_a_parameter_counts() -> None:
    def show(_actor: Annotated[Actor, require(Permission.OWNER)]) -> None: ...

    app = bare()
    app.get("/one")(show)
    check_routes(app)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.SIGNED_IN, set(Role)),
        (Permission.AGENT, {Role.AGENT, Role.LEAD}),
        (Permission.MANAGER_OR_LEAD, {Role.MANAGER, Role.LEAD}),
        (Permission.OWNER, {Role.OWNER}),
        (Permission.ADMINISTRATOR, {Role.ADMINISTRATOR}),
    ],
)
def test_one_role_of_those_needed_is_enough_and_no_other_is(permission: Permission, roles: set[Role]) -> None:
    allowed = {role for role in Role if permits(permission, Actor(1, "a@b.example", frozenset({role})))}
    assert allowed == roles


def test_the_public_list_is_short_and_all_of_it_is_about_getting_in_or_signed() -> None:
    pages = {"/sign-in", "/sign-out", "/set-password", "/approve", "/theme", "/static"}
    proven = {"/health/live", "/health/ready", "/api/catalogue/schema", "/api/calls/{call_id}/callback"}
    assert pages | proven == PUBLIC


def test_strangers_are_sent_to_sign_in_or_told_401_everywhere_else(client: TestClient, runtime: Runtime) -> None:
    for route in iter_route_contexts(create_app(runtime).routes):
        path = route.path or ""
        if path in PUBLIC or path.startswith("/static/"):
            continue
        for method in route.methods or set():
            answer = client.request(method, path.replace("{", "").replace("}", ""))
            if path.startswith("/api/") or path == "/intake":
                assert answer.status_code in {401, 415, 422}, (method, path)
            else:
                assert answer.status_code == 303, (method, path)
                assert answer.headers["location"].startswith("/sign-in"), (method, path)


def test_the_page_of_a_role_one_does_not_have_looks_like_no_page(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    hidden, missing = client.get("/people"), client.get("/peopel")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace("/people", "-") == missing.text.replace("/peopel", "-")
    assert set(hidden.headers) == set(missing.headers)


def test_the_description_of_the_api_is_for_those_who_are_signed_in(client: TestClient, world: World) -> None:
    assert client.get("/api/openapi.json").status_code == 401
    world.sign_in(client, "employee")
    described = client.get("/api/openapi.json").json()
    assert "/api/me" in described["paths"]
    assert "/sign-in" not in described["paths"]
