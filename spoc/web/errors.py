"""The one table from what is the case to what the browser or program is told."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from catalog.errors import (
    CatalogueError,
    DocumentFault,
    InvalidAnswers,
    InvalidCatalogue,
    InvalidCondition,
    InvalidDateRule,
    UnknownService,
)
from routing.errors import DateOutOfRange, NotPossible, RoutingError
from spoc.db.events import TicketBusy
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
from spoc.files.errors import FileTooLarge
from spoc.people.errors import TooManyAttempts
from spoc.web import plain
from spoc.web.security import TurnedAway
from spoc.words import Sentence, gettext, marked, said, said_as_is

STATUS: Final[dict[type[Exception], int]] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    UnknownService: 404,
    Conflict: 409,
    TooManyAttempts: 429,
    FileTooLarge: 413,
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
    FileTooLarge,
    TicketBusy,
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


TRY_AGAIN_SECONDS: Final = 5
UNREADABLE: Final = "unreadable_text"
NOT_KEPT: Final = marked(
    "A text or number that was sent cannot be kept: it holds a character such as NUL, or half of one, or is far too"
    " large. Write it anew."
)


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


def try_again(error: Exception) -> dict[str, str]:
    """The header that says when it may be tried again, where it may."""
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.retry_after_seconds)}
    status = error.status_code if isinstance(error, HTTPException) else status_of(type(error))
    return {"Retry-After": str(TRY_AGAIN_SECONDS)} if status == 503 else {}  # noqa: PLR2004 - the status itself


def problem_of(error: Exception) -> Problem:
    """What to tell about an error. A 404 never differs by its reason."""
    if isinstance(error, HTTPException):
        return _told(error.status_code, f"http_{error.status_code}", _http_detail(error))
    if isinstance(error, RequestValidationError):
        return _malformed(error)
    status = status_of(type(error))
    return _told(status, _code_of(error, status), spoken(error), _faults_of(error))


def spoken(error: Exception) -> str:
    """An error's own sentence in the reader's language; "" where it has none, or none for the one who asked."""
    return said(error) if isinstance(error, SPOKEN) and isinstance(error, Sentence) else ""


def _http_detail(error: HTTPException) -> str:
    if isinstance(error, TurnedAway):
        return said(error.phrase)
    return "" if error.status_code in DETAILS else str(error.detail)


def _code_of(error: Exception, status: int) -> str:
    if status == 404 and not isinstance(error, UnknownService):  # noqa: PLR2004 - the status itself
        return "not_found"
    code: str = getattr(error, "code", "") if isinstance(error, SpocError | CatalogueError | RoutingError) else ""
    return code or {422: UNREADABLE, 503: "unavailable"}.get(status, "internal")


def _told(status: int, code: str, detail: str, faults: tuple[dict[str, str], ...] = ()) -> Problem:
    code = "not_found" if code == "http_404" else code
    title = gettext(TITLES.get(status, TITLES[500 if status >= 500 else 400]))  # noqa: PLR2004 - the border of statuses
    return Problem(status, code, title, detail or _detail(status, code, faults), faults)


def _detail(status: int, code: str, faults: tuple[dict[str, str], ...]) -> str:
    """For whoever reads no list: a sentence, then each fault after its field."""
    if code == UNREADABLE:
        return gettext(NOT_KEPT)
    named = (f"{fault['field']}: {fault['message']}" if fault["field"] else fault["message"] for fault in faults)
    return " ".join([gettext(DETAILS.get(status, "")), *named])


def _faults_of(error: Exception) -> tuple[dict[str, str], ...]:
    if isinstance(error, InvalidCatalogue):
        return tuple(map(_document_fault, error.faults))
    if not isinstance(error, Invalid | InvalidAnswers):
        return ()
    return tuple({"field": fault.field, "code": fault.code, "message": said(fault)} for fault in error.faults)


def _document_fault(fault: DocumentFault) -> dict[str, str]:
    reason, advice = said_as_is(fault.reason), said_as_is(fault.advice)
    place = f"{fault.file}:{fault.line}: {fault.where}".removesuffix(": ")
    return {"field": place, "code": "document", "message": f"{reason} ({advice})" if advice else reason}


def _malformed(error: RequestValidationError) -> Problem:
    """422 with every fault by field. An id in the path that cannot be one is an id that does not exist."""
    found = error.errors()
    if any(fault["loc"][:1] == ("path",) for fault in found):
        return _told(404, "not_found", "")
    faults = tuple(
        {
            "field": _field(fault["loc"]),
            "code": str(fault["type"]),
            "message": said(plain.sentence(fault["type"], fault.get("ctx", {}))),
        }
        for fault in found
    )
    return _told(422, "invalid", "", faults)


def _field(place: tuple[Any, ...]) -> str:
    """`("body", "answers", "start_on")` is `answers.start_on`; the body as a whole is an empty text."""
    return ".".join(str(part) for part in place[1:])
