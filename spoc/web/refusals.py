"""How an error is answered: as a page, as a problem document (RFC 9457), or by the way to the sign-in page."""

from typing import Any, Final
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response

from spoc.web.deps import recognised
from spoc.web.errors import STATUS, Problem, problem_of, try_again
from spoc.web.pages import local_path, render
from spoc.web.security import is_https, secure
from spoc.words import gettext

log = structlog.get_logger()
SILENT: Final = frozenset({"password", "token", "secret", "seen", "once"})
FEWEST_WORDS: Final = 3
"""What is shorter is chosen or soon written again."""


def wants_page(http: Request) -> bool:
    """Whether the one who asks reads pages: never below /api, at the intake by what was sent or is accepted."""
    if http.scope["path"].startswith("/api/"):
        return False
    accepted = http.headers.get("accept", "*/*")
    if http.scope["path"] == "/intake":
        return "text/html" in accepted or "form" in http.headers.get("content-type", "")
    return "json" not in accepted or "text/html" in accepted


def answer(http: Request, error: Exception) -> Response:
    """The answer to an error, for FastAPI's table of handlers."""
    problem = problem_of(error)
    if problem.status >= 500:  # noqa: PLR2004 - the border of statuses
        log.warning("web.unavailable" if problem.status == 503 else "web.failed", kind=type(error).__name__)  # noqa: PLR2004
    if problem.status == 401 and wants_page(http):  # noqa: PLR2004
        return _to_sign_in(http)
    return _answer(http, problem, _headers(problem, error))


def _headers(problem: Problem, error: Exception) -> dict[str, str]:
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if problem.status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = "Bearer"
    return headers | try_again(error)


def _answer(http: Request, problem: Problem, headers: dict[str, str]) -> Response:
    response = _page(http, problem) if wants_page(http) else _document(problem)
    response.headers.update(headers)
    return response


def _document(problem: Problem) -> Response:
    body: dict[str, Any] = {
        "type": f"/help/api#{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.faults:
        body["faults"] = list(problem.faults)
    return JSONResponse(body, problem.status, media_type="application/problem+json")


def _page(http: Request, problem: Problem) -> Response:
    if problem.status == 404 and not hasattr(http.state, "visit"):  # noqa: PLR2004
        http.state.visit = recognised(http)
    quoted = getattr(http.state, "request_id", "")
    return render(
        http,
        "error.html",
        problem.status,
        title=problem.title,
        text=problem.detail,
        code=quoted if problem.status >= 500 else None,  # noqa: PLR2004 - the border of statuses
        actions=_ways_on(http),
        wrote=_written(http),
    )


def _written(http: Request) -> list[str]:
    """What somebody wrote into the form that was refused, so that it is not lost; no passwords, keys or marks.

    The form is only looked at where the endpoint has read it: of what was turned away before, nothing is read.
    """
    form = getattr(http, "_form", None)
    items = form.multi_items() if form else ()
    texts = [value for name, value in items if isinstance(value, str) and not SILENT & {*name.split("_")}]
    return [text for text in texts if len(text.split()) >= FEWEST_WORDS]


def _ways_on(http: Request) -> list[tuple[str, str]]:
    """Back to the form first, where the browser says on which page of ours it stood."""
    came = urlsplit(http.headers.get("referer", ""))
    back = local_path(came.path + (f"?{came.query}" if came.query else ""), "")
    ours = came.netloc == http.url.netloc and http.method == "POST"
    first = [(gettext("Back to the page"), back)] if ours and back else []
    first += [(gettext("To the first page"), "/")]
    known = getattr(http.state, "visit", None) is not None
    return first + ([(gettext("My requests"), "/requests"), (gettext("Help"), "/help")] if known else [])


def _to_sign_in(http: Request) -> Response:
    """To the sign-in page and back; what a POST would have changed is not repeated after it."""
    query = http.scope["query_string"].decode("latin-1")
    path = quote(http.scope["path"]) + (f"?{query}" if query else "")
    wish = local_path(path) if http.method == "GET" else "/"
    address = "/sign-in" if wish == "/" else f"/sign-in?next={quote(wish, safe='/')}"
    if "hx-request" in http.headers:  # a fragment would put the sign-in page into the middle of another
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def broken(http: Request, error: Exception) -> Response:
    """The answer to an error nobody foresaw: a code to quote, and nothing of what is inside.

    It is sent outside of all middleware, so it brings its headers itself.
    """
    quoted = getattr(http.state, "request_id", "")
    log.error("web.broken", request_id=quoted, kind=type(error).__name__, exc_info=error)
    problem = problem_of(error)
    http.state.visit = None  # the greeting may be what is broken, so the page goes without
    response = _answer(http, problem, {"X-Request-Id": quoted})
    secure(MutableHeaders(raw=response.raw_headers), https=is_https(http.scope, http.app.state.runtime.settings))
    return response


def gone(_: Request, __: Exception) -> Response:
    """Whoever asked left before all was sent: no fault of ours, nothing was done, and nobody reads this."""
    return Response(status_code=400)


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ClientDisconnect, gone)
    for kind in (*STATUS, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(Exception, broken)
