"""Routes that take files, held together: what they depend on, how they read a body, and how long it may be."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from spoc.web.security import WITH_FILES
from spoc.web.upload import doors, kept
from spoc.web.upload.route import FilesRoute
from tests.security.routes import PLACEHOLDER

TAKING = (kept.arrived, kept.sent_evidence)
MESSAGES = "/tickets/{reference}/messages"


def taking_files(app: FastAPI) -> Iterator[APIRoute]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
            calls = {one.call for one in route.dependant.dependencies}
            if calls & set(TAKING) or route.endpoint is doors.upload or route.path == MESSAGES:
                yield route


def test_a_route_that_takes_files_reads_them_piece_by_piece_and_may_have_a_longer_body(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    routes = list(taking_files(app))
    assert {route.path for route in routes} >= {"/api/files", "/intake", "/ask/{key}", MESSAGES}
    assert [route.path for route in routes if not isinstance(route, FilesRoute)] == []
    assert [route.path for route in routes if not WITH_FILES.fullmatch(PLACEHOLDER.sub("x", route.path))] == []


def test_no_other_route_may_have_a_longer_body(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    taking = {route.path for route in taking_files(app)}
    posts = {one.path or "" for one in iter_route_contexts(app.routes) if "POST" in (one.methods or ())}
    assert [path for path in posts - taking if WITH_FILES.fullmatch(PLACEHOLDER.sub("x", path))] == []
