"""Static files: addresses that carry a digest of all files, and answers that say how long they keep."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@cache
def digest() -> str:
    """One digest over all files, so that what a style sheet links relatively changes its address too."""
    content = sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            content.update(path.relative_to(FOLDER).as_posix().encode())
            content.update(path.read_bytes())
    return content.hexdigest()[:12]


def asset(path: str) -> str:
    """Where browsers find a static file in the version that is running."""
    return f"/static/{digest()}/{path}"


class Files(StaticFiles):
    """Static files with a promise on each answer about how long it may be kept."""

    def __init__(self, keep: str) -> None:
        super().__init__(directory=FOLDER)
        self.keep = keep

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = self.keep
        return response


def files(keep: str) -> ASGIApp:
    """Static files, compressed: they hold no secret that a compressed length could tell."""
    return GZipMiddleware(Files(keep), minimum_size=1_000)
