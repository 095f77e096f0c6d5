"""One file in, for programs, and files out, for everybody who may have them."""

from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from routing.phrase import marked
from routing.visibility import Actor
from spoc.approvals.files import file_to_decide_by
from spoc.desk.files import readable_file
from spoc.errors import NotFound
from spoc.files.keeping import keep
from spoc.intake.catalogue import service_at
from spoc.web.asking.parcel import Unreadable
from spoc.web.deps import Database, Now, Running, require
from spoc.web.permissions import Permission
from spoc.web.shapes import file_json
from spoc.web.upload.route import FilesRoute, received, store_of

router = APIRouter(route_class=FilesRoute)
SignedIn = Annotated[Actor, require(Permission.SIGNED_IN)]

ONE_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            }
        },
    }
}

SHUT: Final = "default-src 'none'; sandbox"
"""For a browser that opens a file all the same: nothing in it runs, and nothing is fetched."""


@router.post("/api/files", status_code=201, openapi_extra=ONE_FILE)
def upload(http: Request, session: Database, now: Now, actor: SignedIn) -> dict[str, Any]:
    """Keep one file. It is the caller's alone until an answer, a message or evidence names its id; after a day without
    it is deleted.
    """
    files = received(http)
    if len(files) != 1:
        raise Unreadable(marked("Send one file, as a part of multipart/form-data with a file name."))
    if files[0].too_large is not None:
        raise files[0].too_large
    return file_json(keep(session, actor, files[0].arriving.keep(files[0].name), now))


@router.get("/files/{file_id}/{name}")
def download(file_id: UUID, name: str, session: Database, actor: SignedIn, runtime: Running) -> Response:
    """The content, to be saved and never shown in place. Its address names it as it is called, or there is nothing."""
    services = partial(service_at, session)
    try:
        file = readable_file(session, actor, file_id, services)
    except NotFound:
        file = file_to_decide_by(session, actor, file_id, services)
    path = store_of(runtime).path(file.stored_as)
    if name != file.name or not path.is_file():
        raise NotFound
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": SHUT,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(path, media_type=file.content_type, headers=headers)
