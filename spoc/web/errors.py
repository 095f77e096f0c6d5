"""The one table from what is the case to what the browser or program is told."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from catalog.errors import (
    CatalogueError,
    InvalidAnswers,
    InvalidCatalogue,
    InvalidCondition,
    InvalidDateRule,
    UnknownService,
)
from routing.errors import DateOutOfRange, NotPossible, RoutingError
from spoc.errors import (
    Conflict,
    Invalid,
    Misconfigured,
    NotAllowed,
    NotFound,
    NotSignedIn,
    SpocError,
    Unavailable,
)
from spoc.people.errors import TooManyAttempts
from spoc.web import plain
from spoc.web.words import gettext, marked

STATUS: Final[dict[type[Exception], int]] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    UnknownService: 404,
    Conflict: 409,
    TooManyAttempts: 429,
    NotPossible: 409,
    Invalid: 422,
    InvalidAnswers: 422,
    InvalidCatalogue: 422,
    InvalidCondition: 422,
    InvalidDateRule: 422,
    DateOutOfRange: 422,
    DataError: 422,
    UnicodeEncodeError: 422,
    Unavailable: 503,
    OperationalError: 503,
    InterfaceError: 503,
    NoConnectionFree: 503,
    Misconfigured: 500,
    CatalogueError: 500,
    RoutingError: 500,
    SpocError: 500,
}
"""The nearest class in an error's ancestry decides."""

SPOKEN: Final = (
    NotAllowed,
    UnknownService,
    Conflict,
    NotPossible,
    Invalid,
    InvalidAnswers,
    InvalidCatalogue,
    DateOutOfRange,
    TooManyAttempts,
)
"""Errors whose own sentence is meant for the one who asked. Of others only the title is told."""

TITLES: Final[dict[int, str]] = {
    400: marked("The request cannot be read"),
    401: marked("Sign in first"),
    403: marked("This is not allowed"),
    404: marked("There is nothing here"),
    405: marked("This cannot be done here"),
    409: marked("Things have moved on"),
    413: marked("This is too large"),
    415: marked("This kind of content is not accepted"),
    422: marked("Something needs to be mended"),
    429: marked("Too many attempts"),
    500: marked("Something went wrong on our side"),
    503: marked("The desk cannot be reached for a moment"),
}

DETAILS: Final[dict[int, str]] = {
    401: marked("Sign in, or send a token that is valid."),
    404: marked("The address does not exist, or it is not yours to see: both look the same on purpose."),
    405: marked("The address exists, but not for this method."),
    422: marked("At least one value cannot be accepted."),
    500: marked("It has been written to the log. Quote the code below when you ask about it."),
    503: marked("Nothing you have sent before is lost. Try again in a few seconds."),
}


@dataclass(frozen=True)
class Problem:
    """What is told, whether as a page or as a problem document (RFC 9457)."""

    status: int
    code: str
    title: str
    detail: str
    faults: tuple[dict[str, str], ...] = ()


def status_of(kind: type[BaseException]) -> int:
    """The status for a class of errors: that of its nearest listed ancestor; 500 without one."""
    return next((STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS), 500)


def problem_of(error: Exception) -> Problem:
    """What to tell about an error. A 404 never differs by its reason."""
    if isinstance(error, HTTPException):
        return _told(error.status_code, f"http_{error.status_code}", _http_detail(error))
    if isinstance(error, RequestValidationError):
        return _malformed(error)
    status = status_of(type(error))
    spoken = str(error) if isinstance(error, SPOKEN) else ""
    return _told(status, _code_of(error, status), spoken, _faults_of(error))


def _http_detail(error: HTTPException) -> str:
    return "" if error.status_code in DETAILS else str(error.detail)


def _code_of(error: Exception, status: int) -> str:
    if status == 404 and not isinstance(error, UnknownService):  # noqa: PLR2004 - the status itself
        return "not_found"
    code: str = getattr(error, "code", "") if isinstance(error, SpocError | CatalogueError | RoutingError) else ""
    return code or {422: "unreadable_text", 503: "unavailable"}.get(status, "internal")


def _told(status: int, code: str, detail: str, faults: tuple[dict[str, str], ...] = ()) -> Problem:
    code = "not_found" if code == "http_404" else code
    title = gettext(TITLES.get(status, TITLES[500 if status >= 500 else 400]))  # noqa: PLR2004 - the border of statuses
    return Problem(status, code, title, detail or gettext(DETAILS.get(status, "")), faults)


def _faults_of(error: Exception) -> tuple[dict[str, str], ...]:
    if not isinstance(error, Invalid | InvalidAnswers):
        return ()
    return tuple({key: str(getattr(fault, key)) for key in ("field", "code", "message")} for fault in error.faults)


def _malformed(error: RequestValidationError) -> Problem:
    """422 with every fault by field. An id in the path that cannot be one is an id that does not exist."""
    found = error.errors()
    if any(fault["loc"][:1] == ("path",) for fault in found):
        return _told(404, "not_found", "")
    faults = tuple(
        {
            "field": _field(fault["loc"]),
            "code": str(fault["type"]),
            "message": plain.said(fault["type"], fault.get("ctx", {})),
        }
        for fault in found
    )
    return _told(422, "invalid", "", faults)


def _field(place: tuple[Any, ...]) -> str:
    """`("body", "answers", "start_on")` is `answers.start_on`; the body as a whole is an empty text."""
    return ".".join(str(part) for part in place[1:])
