"""Guides for the people who use the product: Markdown in `spoc/help`, shown under /help."""

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import Response

from routing.visibility import Actor
from spoc.errors import NotFound
from spoc.web.deps import require
from spoc.web.pages import render
from spoc.web.permissions import Permission
from spoc.words import gettext, marked

router = APIRouter(include_in_schema=False)

FOLDER: Final = Path(__file__).parent.parent / "help"
GUIDES: Final = {
    "asking": marked("Asking for something"),
    "approving": marked("Approving"),
    "desk": marked("Working at the desk"),
    "register": marked("What there is, and who has it"),
    "reports": marked("Reading the numbers"),
    "catalogue": marked("Keeping the catalogue"),
    "routing": marked("Who gets which work"),
    "api": marked("Programs that ask"),
    "first-day": marked("First day"),
    "running": marked("Running SPOC"),
}
"""In the order of the list; the key is the file's name and the last part of the address."""

OPENS_CHAPTER: Final = ("heading_open", "h2")
_markdown: Final = MarkdownIt("commonmark", {"html": False}).enable("table")

Reader = Annotated[Actor, require(Permission.SIGNED_IN)]


@router.get("/help")
def show_index(http: Request, _actor: Reader) -> Response:
    return _page(http, "index", gettext("Help"))


@router.get("/help/{guide}")
def show_guide(http: Request, guide: Annotated[str, InPath(max_length=40)], _actor: Reader) -> Response:
    """One guide.

    Raises:
        NotFound: there is no such guide.
    """
    if guide not in GUIDES:
        raise NotFound
    return _page(http, guide, gettext(GUIDES[guide]))


def _page(http: Request, guide: str, title: str) -> Response:
    listed = [
        {"key": key, "title": gettext(word), "chapters": chapters(key) if key == guide else None}
        for key, word in GUIDES.items()
    ]
    return render(http, "help.html", title=title, body=guide_html(guide), guides=listed)


@cache
def guide_html(guide: str) -> Markup:
    """A guide as HTML, its headings with ids to link to. Raw HTML in a guide stays text."""
    tokens = _markdown.parse((FOLDER / f"{guide}.md").read_text("utf-8"))
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", _slug(inline.content))
    html: str = _markdown.renderer.render(tokens, _markdown.options, {})
    return Markup(html)  # noqa: S704 - our own file, rendered with html=False


@cache
def chapters(guide: str) -> tuple[tuple[str, str], ...]:
    """The ids and words of a guide's chapters, in its order."""
    tokens = _markdown.parse((FOLDER / f"{guide}.md").read_text("utf-8"))
    heads = [inline.content for heading, inline in pairwise(tokens) if (heading.type, heading.tag) == OPENS_CHAPTER]
    return tuple((_slug(one), one.replace("`", "")) for one in heads)


def _slug(heading: str) -> str:
    words = (char if char.isalnum() or char == "_" else " " for char in heading.lower())
    return "-".join("".join(words).split())
