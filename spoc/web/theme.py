"""Light, dark, or as the device says: kept in a cookie, so that it also holds before signing in."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from spoc.web.pages import THEME, local_path, redirect

router = APIRouter()
YEAR_SECONDS = 365 * 24 * 3600


@router.post("/theme", include_in_schema=False)
def choose(
    http: Request,
    theme: Annotated[Literal["auto", "light", "dark"], Form()],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the name of the field
) -> Response:
    answer = redirect(http, local_path(next))
    answer.set_cookie(THEME, theme, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
    return answer
