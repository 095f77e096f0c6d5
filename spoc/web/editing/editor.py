"""The page of one pack: its text, kept as a draft with every saving, and what is wrong with it at the line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.text_difference import difference
from spoc.errors import Conflict, Invalid, NotFound
from spoc.intake.drafts import Draft, DraftMoved, TextTooLong, others_at, read_draft, save
from spoc.intake.versions import Version, one_version
from spoc.web.asking.parcel import Parcel, read_parcel
from spoc.web.deps import CurrentActor, Database, Now, Seen, require
from spoc.web.editing.checked import Looking, check_file, looking
from spoc.web.errors import spoken
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter(dependencies=[require(Permission.OWNER)])
SAVED: Final = notice("draft-saved", marked("Saved as your draft. Nobody else sees it before you publish."))
PAGES: Final = "/catalogue/edit/files"
LONGEST_NUMBER: Final = 12

Line = Annotated[str, Query(max_length=10)]
Show = Annotated[str, Query(max_length=10)]


@router.get("/catalogue/edit/files/{file}")
def show(
    http: Request,
    session: Database,
    now: Now,
    actor: CurrentActor,
    seen: Seen,
    file: str,
    show: Show = "",
    line: Line = "",
) -> Response:
    """The text of one file, with its faults and a preview."""
    draft = read_draft(session, actor.person_id)
    draft.text(file)
    wanted = looking(show, line)
    checked = check_file(session, draft, file, wanted, actor, now, seen)
    return render(
        http,
        "catalogue/edit/file.html",
        **_given(draft, file, wanted),
        checked=checked,
        others=others_at(session, actor.person_id, file),
        refusal="",
    )


def _given(draft: Draft, file: str, wanted: Looking) -> dict[str, Any]:
    mine = draft.mine.get(file)
    return {
        "file": file,
        "text": draft.sources.get(file, ""),
        "draft": draft,
        "base": draft.base_of(file),
        "revision": draft.revision_of(file),
        "saved_at": mine.saved_at if mine else None,
        "is_changed": file in draft.changed,
        "clash": file in draft.clashes,
        "wanted": wanted,
    }


@router.post("/catalogue/edit/files/{file}")
def keep(
    http: Request,
    session: Database,
    now: Now,
    actor: CurrentActor,
    seen: Seen,
    file: str,
    parcel: Annotated[Parcel, Depends(read_parcel)],
) -> Response:
    """Save what was typed, and check it: a part of the page when a script asks, else the page anew."""
    sent = dict(parcel.items)
    text = plain_lines(sent.get("draft", ""))
    wanted = looking(sent.get("show", ""), sent.get("line", ""))
    by_script = http.headers.get("hx-request") == "true"
    before = read_draft(session, actor.person_id)
    if file not in before.sources and file not in before.mine:
        raise NotFound
    try:
        save(session, actor.person_id, file, text, number(sent, "base"), number(sent, "revision"), now)
    except DraftMoved as refused:
        return _refused(http, 409, refused) if by_script else _moved(http, session, before, file, text)
    except TextTooLong as refused:
        return _refused(http, 422, refused) if by_script else _too_long(http, before, file, text, wanted, refused)
    if not by_script:
        return redirect(http, f"{PAGES}/{file}?show={wanted.show}&line={wanted.line}", told=SAVED)
    draft = read_draft(session, actor.person_id)
    checked = check_file(session, draft, file, wanted, actor, now, seen)
    return render(http, "catalogue/edit/_checked.html", **_given(draft, file, wanted), checked=checked)


def _refused(http: Request, status: int, error: Conflict | Invalid) -> Response:
    """One sentence for the script to show; the text stays in the page."""
    return render(http, "catalogue/edit/_refused.html", status, sentence=spoken(error))


def _too_long(http: Request, draft: Draft, file: str, text: str, wanted: Looking, error: TextTooLong) -> Response:
    """The page with what was typed, so that it can be split."""
    given = _given(draft, file, wanted) | {"text": text}
    return render(http, "catalogue/edit/file.html", 422, **given, checked=None, others=(), refusal=spoken(error))


def _moved(http: Request, session: Session, draft: Draft, file: str, text: str) -> Response:
    """Both texts, where another window was faster: saving this page's keeps it, and the other is a link away.

    Where that window published or gave up the draft, the other text is what is published now.
    """
    mine = draft.mine.get(file)
    if mine is None:
        return _both(http, file, text, _published(session, draft, file), draft.version, 0, 409)
    return _both(http, file, text, Theirs(mine.edit.text, None, mine.saved_at), mine.base, mine.revision, 409)


def _published(session: Session, draft: Draft, file: str) -> "Theirs":
    newest = one_version(session, draft.version)
    return Theirs(draft.published.files.get(file), newest, newest.at)


@router.get("/catalogue/edit/files/{file}/clash")
def clash(http: Request, session: Database, actor: CurrentActor, file: str) -> Response:
    """Both texts, where somebody has published another since this one was begun.

    Raises:
        NotFound: there is no clash about this file.
    """
    draft = read_draft(session, actor.person_id)
    if file not in draft.clashes:
        raise NotFound
    theirs = _published(session, draft, file)
    return _both(http, file, draft.mine[file].edit.text or "", theirs, draft.version, draft.revision_of(file))


@dataclass(frozen=True)
class Theirs:
    """The other text (None: the file is taken out), of a version or of the reader's own other window."""

    text: str | None
    version: Version | None
    at: datetime


def _both(http: Request, file: str, text: str, theirs: Theirs, base: int, revision: int, status: int = 200) -> Response:
    return render(
        http,
        "catalogue/edit/clash.html",
        status,
        file=file,
        text=text,
        theirs=theirs,
        base=base,
        revision=revision,
        lines=difference(theirs.text or "", text),
    )


def plain_lines(text: str) -> str:
    """The text with line ends as files have them: a form sends two characters for each."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def number(sent: dict[str, str], name: str) -> int:
    """Raises:
    NotFound: the page sends a number here, always.
    """
    text = sent.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise NotFound
    return int(text)
