"""Filling the register from a file: first what would change, with faults by line; then the same, done. Also by API."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.errors import Fault
from spoc.register.errors import InvalidRegister, SheetMoved
from spoc.register.importing import Change, Preview, apply, preview
from spoc.register.reading import Item, Wanted, list_items, totals
from spoc.register.sheet import COLUMNS
from spoc.web.deps import Database, Now, require
from spoc.web.errors import spoken
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.register.pages import COLUMN_WORDS, kinds_of, titles
from spoc.words import gettext, marked, said

router = APIRouter()
Agent = Annotated[Actor, require(Permission.AGENT)]
LONGEST: Final = 800_000  # characters of a file: below the limit of a form
Sheet = Annotated[str, Form(max_length=LONGEST)]
Narrow = Annotated[str, Query(max_length=200)]

DONE = notice("register.imported", marked("The register is changed as shown."))
NO_TEXT: Final = marked("The file is no text in UTF-8, or is larger than 800 kB. Save it as CSV UTF-8.")


class ImportBody(BaseModel):
    """`csv` is the file's text; with `dry_run` it is only told what would change."""

    model_config = ConfigDict(extra="forbid")

    csv: Annotated[str, Field(max_length=LONGEST)]
    dry_run: bool = False


@router.get("/register/import", include_in_schema=False)
def show_import(http: Request, session: Database, actor: Agent) -> Response:
    return _page(http, session, actor, "", None)


@router.post("/register/import", include_in_schema=False)
def show_preview(
    http: Request, session: Database, now: Now, actor: Agent, file: UploadFile | None = None, sheet: Sheet = ""
) -> Response:
    """What the file, or the pasted text where there is none, would change; nothing is kept."""
    try:
        text = _text_of(file) or sheet
    except InvalidRegister as refused:
        return _page(http, session, actor, sheet, Preview((), refused.found, 0), status=422)
    found = preview(session, actor, kinds_of(session), text, now)
    return _page(http, session, actor, text, found, status=422 if found.faults else 200)


@router.post("/register/import/apply", include_in_schema=False)
def apply_sheet(
    http: Request,
    session: Database,
    now: Now,
    actor: Agent,
    sheet: Sheet = "",
    digest: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Do what was shown; if it would be something else by now, show that first."""
    kinds = kinds_of(session)
    try:
        apply(session, actor, kinds, sheet, now, digest=digest or None)
    except (InvalidRegister, SheetMoved) as refused:
        moved = spoken(refused) if isinstance(refused, SheetMoved) else ""
        status = 409 if moved else 422
        return _page(http, session, actor, sheet, preview(session, actor, kinds, sheet, now), moved, status)
    return redirect(http, "/register", told=DONE)


@router.get("/api/register")
def list_register(
    session: Database, actor: Agent, kind: Narrow = "", location: Narrow = "", state: Narrow = "", search: Narrow = ""
) -> dict[str, Any]:
    """Totals by kind and place, and up to 500 pieces; narrow it down to see others."""
    listing = list_items(session, actor, Wanted(kind, location, state, search), most=500)
    return {
        "totals": [vars(one) for one in totals(session)],
        "items": [_item_json(one) for one in listing.items],
        "more": listing.next_after is not None,
    }


@router.post("/api/register/import")
def import_by_program(body: ImportBody, session: Database, now: Now, actor: Agent) -> dict[str, Any]:
    """All lines or none: 422 names every fault by line and column."""
    kinds = kinds_of(session)
    if body.dry_run:
        found = preview(session, actor, kinds, body.csv, now)
        if found.faults:
            raise InvalidRegister(*found.faults)
    else:
        found = apply(session, actor, kinds, body.csv, now)
    return {"lines": found.lines, "changes": [vars(change) for change in found.changes], "applied": not body.dry_run}


def _text_of(file: UploadFile | None) -> str:
    if file is None or not file.filename:
        return ""
    raw = file.file.read(LONGEST + 1)
    try:
        if len(raw) > LONGEST:
            raise InvalidRegister(Fault("lines.1", "no_text", Phrase(NO_TEXT)))
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRegister(Fault("lines.1", "no_text", Phrase(NO_TEXT))) from error


def _page(
    http: Request,
    session: Session,
    actor: Actor,
    sheet: str,
    found: Preview | None,
    moved: str = "",
    status: int = 200,
) -> Response:
    kinds = kinds_of(session)
    names = titles(kinds)
    return render(
        http,
        "register/import.html",
        status,
        sheet=sheet,
        moved=moved,
        preview=found,
        changes=[_told(change, names[change.kind]) for change in found.changes] if found else [],
        faults=[_fault(one) for one in found.faults] if found else [],
        columns=COLUMNS,
        kinds=[kind for kind in kinds.values() if kind.queue in actor.memberships],
    )


def _told(change: Change, kind: str) -> dict[str, Any]:
    column, _, holder = change.attribute.partition(", ")
    words = {"column": gettext(COLUMN_WORDS[column]) if column else "", "before": change.before or "–"}
    words |= {"after": change.after or "–"}
    said = gettext("%(column)s: %(before)s → %(after)s") % words if column else gettext("New: %(after)s") % words
    return {"line": change.line, "name": f"{kind} {change.tag}".strip(), "holder": holder, "said": said}


def _fault(one: Any) -> dict[str, str]:
    _, line, column = [*one.field.split("."), "", ""][:3]
    return {"line": line, "column": column, "said": said(one)}


def _item_json(item: Item) -> dict[str, Any]:
    held = item.holder
    return {
        "id": str(item.public_id),
        "kind": item.kind,
        "tag": item.tag,
        "model": item.model,
        "location": item.location,
        "state": item.state,
        "holder": {"name": held.name, "mail": held.mail or None, "active": held.active} if held else None,
        "until": item.held_until.isoformat() if item.held_until else None,
        "confidential": item.is_hidden,
    }
