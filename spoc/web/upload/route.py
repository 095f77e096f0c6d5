"""Routes that take files: only who is signed in sends any, and the route itself sees a form without them."""

from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import Message

from spoc.errors import NotSignedIn
from spoc.files.store import Store
from spoc.web.deps import recognise
from spoc.web.runtime import Runtime
from spoc.web.upload.multipart import Form, Received, read_multipart

MULTIPART: Final = "multipart/form-data"
PLAIN: Final = "application/x-www-form-urlencoded"


class FilesRoute(APIRoute):
    """A route whose forms may bring files, which `received` gives it; the texts beside them come as of any form.

    No connection to the database is held while they come in. What nobody keeps is gone when the answer is sent.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_files(http: Request) -> Response:
            if not _is_multipart(http):
                return await handle(http)
            runtime: Runtime = http.app.state.runtime
            if await run_in_threadpool(recognise, http) is None:
                raise NotSignedIn
            settings, store = runtime.settings, store_of(runtime)
            kind = http.headers["content-type"]
            form = await read_multipart(kind, http.stream(), store, settings.max_file_bytes, settings.max_body_bytes)
            http.state.received = tuple(form.files)
            try:
                return await handle(_without_files(http, form))
            finally:
                await form.give_up()

        return with_files


def received(http: Request) -> tuple[Received, ...]:
    """The files that came with the request, in their order."""
    found: tuple[Received, ...] = getattr(http.state, "received", ())
    return found


def store_of(runtime: Runtime) -> Store:
    return Store(runtime.settings.files_folder)


def _is_multipart(http: Request) -> bool:
    return http.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART


def _without_files(http: Request, form: Form) -> Request:
    body = urlencode(form.fields).encode()
    scope = {**http.scope, "headers": list(http.scope["headers"])}
    headers = MutableHeaders(scope=scope)
    headers["content-type"], headers["content-length"] = PLAIN, str(len(body))

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)
