"""Pages: one Jinja environment, what every template is given, notices that survive a redirect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, unquote

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from routing.visibility import Role
from spoc import words
from spoc.people.directory import Organisation, Visit, initials_of
from spoc.web.assets import asset
from spoc.web.formats import View, current_view, seen_by
from spoc.web.permissions import Permission, permits

TOLD: Final = "spoc_told"
THEME: Final = "spoc_theme"
THEMES: Final = ("auto", "light", "dark")
LOCAL: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", re.ASCII)
ABOUT: Final = re.compile(r"[A-Za-z0-9_.@+-]{1,80}", re.ASCII)

_notices: dict[str, "Notice"] = {}


@dataclass(frozen=True)
class Notice:
    """`kind` is good, info, soon or late."""

    kind: str
    text: str


def notice(key: str, text: str, kind: str = "good") -> str:
    """Register a sentence that a page may show once after a redirect; call it when a module is loaded.

    The browser carries only the key, so nobody can make us show a text of theirs. `{about}` in the text is a name
    of letters and digits, such as a reference.
    """
    _notices[key] = Notice(kind, text)
    return key


def local_path(address: str | None, otherwise: str = "/") -> str:
    """The address if it is a path on this site (no host, no scheme, no control characters), else the other."""
    return address if address and LOCAL.fullmatch(address) else otherwise


def redirect(http: Request, path: str, *, told: str | None = None, about: str = "") -> RedirectResponse:
    """303 to a path of ours, with a notice for the next page."""
    answer = RedirectResponse(path, 303)
    if told is not None:
        if told not in _notices:
            raise KeyError(told)
        value = quote(f"{told}:{about}" if ABOUT.fullmatch(about) else told)
        answer.set_cookie(TOLD, value, max_age=60, httponly=True, samesite="lax", secure=http.url.scheme == "https")
    return answer


def _told(http: Request) -> Notice | None:
    key, _, about = unquote(http.cookies.get(TOLD, "")).partition(":")
    if key not in _notices or (about and ABOUT.fullmatch(about) is None):
        return None
    found = _notices[key]
    return Notice(found.kind, words.gettext(found.text).replace("{about}", about))


@dataclass(frozen=True)
class QueuePlace:
    """A queue in the rail; `open_count` is None where the page did not count."""

    key: str
    title: str
    open_count: int | None


@dataclass(frozen=True)
class Reader:
    """Who reads the page, as templates name it: `actor`. What they may do is decided elsewhere."""

    name: str
    initials: str
    mail: str
    queues: tuple[QueuePlace, ...]
    is_agent: bool
    is_lead: bool
    is_manager: bool
    is_owner: bool
    is_administrator: bool


def reader_of(visit: Visit, counts: Mapping[str, int] | None = None) -> Reader:
    """`counts`: open tasks by queue key. `is_manager` says who reads reports, which leads do too."""
    known = counts or {}
    may = {permission: permits(permission, visit.actor) for permission in Permission}
    return Reader(
        name=visit.name,
        initials=visit.initials,
        mail=visit.mail,
        queues=tuple(QueuePlace(queue.key, queue.title, known.get(queue.key)) for queue in visit.queues),
        is_agent=may[Permission.AGENT],
        is_lead=Role.LEAD in visit.actor.roles,
        is_manager=may[Permission.MANAGER_OR_LEAD],
        is_owner=may[Permission.OWNER],
        is_administrator=may[Permission.ADMINISTRATOR],
    )


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("spoc.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    made.globals["asset"] = asset
    for name in ("day", "day_long", "moment", "clock", "iso", "number", "percent", "money", "size"):
        made.filters[name] = _seen(name)
    made.filters["initials"] = initials_of
    made.globals["usual_currency"] = lambda: current_view().currency
    return made


def _seen(name: str) -> Any:
    def shown(*given: Any, **named: Any) -> str:
        text: str = getattr(current_view(), name)(*given, **named)
        return text

    return shown


environment: Final = _environment()


def view_of(visit: Visit | None, now: datetime) -> View:
    """How this visitor sees dates and numbers; a stranger sees UTC and English."""
    if visit is None:
        return View(locale=words.language(), now=now)
    return View(visit.locale, visit.zone, now, visit.organisation.currency)


def theme_of(http: Request) -> str:
    chosen = http.cookies.get(THEME, "auto")
    return chosen if chosen in THEMES else "auto"


def render(
    http: Request, template: str, /, status: int = 200, *, counts: Mapping[str, int] | None = None, **values: Any
) -> HTMLResponse:
    """A page from a template, with what every page needs beside the given values.

    `counts` are the open tasks by queue key, for the rail.
    """
    visit: Visit | None = getattr(http.state, "visit", None)
    view = view_of(visit, http.app.state.runtime.clock())
    flash = _told(http)
    given = _common(http, visit, view, counts) | {"flash": flash, "status": status} | values
    with seen_by(view):
        text = environment.get_template(template).render(given)
    answer = HTMLResponse(text, status)
    if flash is not None:
        answer.delete_cookie(TOLD)
    return answer


def _common(http: Request, visit: Visit | None, view: View, counts: Mapping[str, int] | None) -> dict[str, Any]:
    organisation = visit.organisation if visit else getattr(http.state, "organisation", Organisation())
    return {
        "actor": reader_of(visit, counts) if visit else None,
        "organisation": organisation,
        "theme": theme_of(http),
        "path": http.scope["path"],
        "locale": words.language(),
        "now": view.now,
        "zone": view.zone,
    }
