"""What every request passes before a route and every answer after it, as plain ASGI."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routing.phrase import Phrase
from spoc import words
from spoc.settings import Settings

UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON: Final = frozenset({"application/json"})
FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
UPLOADS: Final = frozenset({"multipart/form-data"})
WITH_FILES: Final = re.compile(
    r"/api/files|/intake|/ask/[^/]+|/desk/tasks/[^/]+/(?:finish|proof)"
    r"|/tickets/[^/]+/(?:messages|asks/[^/]+/(?:change|difference|amend)|steps/[^/]+/(?:finish|proof|form|answers))"
)
"""The paths of routes that take files."""

HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE
)

HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def is_https(scope: Scope, settings: Settings) -> bool:
    """Whether the browser came by TLS. A proxy's word counts only if `scheme` was set from a trusted one."""
    return scope.get("scheme") == "https" or (settings.base_url or "").startswith("https:")


def secure(headers: MutableHeaders, *, https: bool) -> None:
    """Put the security headers on an answer; caching stays as the answer says, and is off if it says nothing."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "no-store")
    if https:
        headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")


class TurnedAway(HTTPException):
    """What no route should see, with a sentence that can be said in the reader's language."""

    def __init__(self, status: int, phrase: Phrase) -> None:
        super().__init__(status, str(phrase))
        self.phrase = phrase


@dataclass(frozen=True)
class Frame:
    """Outermost: a code to quote for each request, the language of its texts, headers on each answer, and HEAD."""

    app: ASGIApp
    settings: Settings
    texts: Path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        code = secrets.token_hex(5)
        scope.setdefault("state", {})["request_id"] = code
        accepted = Headers(scope=scope).get("accept-language", "")
        words.speak(words.choose(accepted, words.languages(self.texts)), self.texts)
        https = is_https(scope, self.settings)
        is_head = scope["method"] == "HEAD"  # answered as GET is, by the same route with the same rights

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                secure(headers, https=https)
                headers["x-request-id"] = code
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=code):
            await self.app({**scope, "method": "GET"} if is_head else scope, receive, framed)


@dataclass(frozen=True)
class Doorkeeper:
    """Turns away what no route should see: a malformed host, a foreign origin, a wrong kind or size of body."""

    app: ASGIApp
    settings: Settings
    refuse: Callable[[Request, Exception], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            admitted = self.admit(Request(scope, receive))
        except HTTPException as refusal:  # outside of the table of handlers, so it is asked by hand
            await self.refuse(Request(scope, receive), refusal)(scope, receive, send)
            return
        await self.app(scope, admitted, send)

    def admit(self, http: Request) -> Receive:
        """The body to read on with.

        Raises:
            HTTPException: no route should see this request.
        """
        check_host(http.headers)
        if http.method in UNSAFE:
            check_origin(http, self.settings)
            check_kind(http.scope["path"], http.headers)
        return limited(http.receive, http.headers, most_for(http.scope["path"], http.headers, self.settings))


def check_host(headers: Headers) -> None:
    """400 unless there is exactly one Host that is a host: addresses are built from it."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or HOST.fullmatch(hosts[0]) is None:
        raise TurnedAway(400, Phrase("The Host header cannot be used."))


def check_origin(http: Request, settings: Settings) -> None:
    """403 for a change that another site's page caused.

    Browsers say where a request comes from in Sec-Fetch-Site (TLS and loopback) or Origin. A request with a
    cookie and neither is refused too; one with a token is a program's, which no other site can make a browser send.
    """
    headers = http.headers
    if headers.get("authorization", "").lower().startswith("bearer "):
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        allowed = site == "same-origin"
    elif origin is not None:
        allowed = _origin(origin) in _own_origins(http, settings)
    else:
        allowed = "cookie" not in headers
    if not allowed:
        raise TurnedAway(403, Phrase("This request came from another site."))


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()


def _own_origins(http: Request, settings: Settings) -> set[tuple[str, str]]:
    scheme = "https" if is_https(http.scope, settings) else "http"
    configured = {_origin(settings.base_url)} if settings.base_url else set()
    return configured | {(scheme, http.headers["host"].lower())}


def check_kind(path: str, headers: Headers) -> None:
    """415 unless the body is of a kind that the path takes: JSON for the API, forms for pages, both at the intake.

    JSON that calls itself text/plain would reach us from another site without a preflight.
    """
    given = kind_of(headers)
    if not given and not _has_body(headers):
        return
    if given not in kinds_for(path):
        raise TurnedAway(415, Phrase("This kind of content is not accepted here."))


def kinds_for(path: str) -> frozenset[str]:
    if path == "/intake":
        return JSON | FORMS
    if path == "/api/files":
        return UPLOADS
    return JSON if path.startswith("/api/") else FORMS


def most_for(path: str, headers: Headers, settings: Settings) -> int:
    """How long a body may be. Only forms that bring files, to routes that take them, may be longer than others."""
    if kind_of(headers) not in UPLOADS or not WITH_FILES.fullmatch(path):
        return settings.max_body_bytes
    if path == "/api/files":
        return settings.max_file_bytes + settings.max_body_bytes
    return settings.max_upload_bytes


def kind_of(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def limited(receive: Receive, headers: Headers, most: int) -> Receive:
    """The same stream, ending in 413 once it says or turns out to be longer than `most` bytes."""
    declared = headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit():
        raise TurnedAway(400, Phrase("The Content-Length header cannot be used."))
    if int(declared[:20]) > most:
        raise _too_large(most)
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise _too_large(most)
        return message

    return counted


def _too_large(most: int) -> HTTPException:
    return TurnedAway(413, Phrase("The body is larger than %(most)s bytes.", {"most": most}))
