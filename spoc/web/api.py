"""What the API says of itself."""

from typing import Any

from fastapi import APIRouter, Request

from catalog.pack_schema import pack_schema
from spoc.web.deps import require
from spoc.web.permissions import Permission

router = APIRouter()


@router.get("/api/openapi.json", dependencies=[require(Permission.SIGNED_IN)], include_in_schema=False)
def describe(http: Request) -> dict[str, Any]:
    description: dict[str, Any] = http.app.openapi()
    return description


@router.get("/api/catalogue/schema")
def describe_packs() -> dict[str, Any]:
    """The JSON Schema of a pack, for editors. Public: an editor cannot sign in, and it is the same at every desk."""
    return dict(pack_schema())
