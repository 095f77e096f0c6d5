"""The page before publishing: what changes, in words and as text, the tests, and the comment. Restoring is here too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.compare import compare
from catalog.errors import InvalidCatalogue
from catalog.sources import Looked, look_at
from catalog.text_difference import Line, difference
from routing.phrase import marked
from spoc.errors import Conflict, Invalid, NotFound
from spoc.intake.catalogue import at_version
from spoc.intake.cycles.rules import unknown_requesters
from spoc.intake.drafts import Draft, read_draft
from spoc.intake.publishing import LONGEST_COMMENT, publish_draft, restore
from spoc.intake.sources import sources_at
from spoc.intake.versions import Version, one_version
from spoc.web.catalogue_versions import About, about_changes, version_number
from spoc.web.deps import CurrentActor, Database, Now, require
from spoc.web.editing.outline import Faults, fault_lines
from spoc.web.errors import problem_of, spoken, status_of
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission

router = APIRouter(dependencies=[require(Permission.OWNER)])
PUBLISHED: Final = notice("catalogue-published", marked("Version {about} is in force, at once and everywhere."))
Text = Annotated[str, Form(max_length=LONGEST_COMMENT * 4)]
Mark = Annotated[str, Form(max_length=40)]


@dataclass(frozen=True)
class FileChange:
    """`state` is new, changed or gone."""

    name: str
    state: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Review:
    """`unknown` are mail addresses of nobody, whom schedules name.

    `about` is empty where faults leave open what would change.
    """

    faults: Faults
    tests: int
    failed: Faults
    unknown: str
    about: tuple[About, ...]
    files: tuple[FileChange, ...]


@dataclass(frozen=True)
class Typed:
    comment: str = ""
    overruled: str = ""


@router.get("/catalogue/edit/publish")
def show(http: Request, session: Database, actor: CurrentActor) -> Response:
    """What the reader's draft would change."""
    return _page(http, session, read_draft(session, actor.person_id), Typed())


@router.post("/catalogue/edit/publish")
def publish(
    http: Request,
    session: Database,
    now: Now,
    actor: CurrentActor,
    mark: Mark = "",
    comment: Text = "",
    overruled: Text = "",
) -> Response:
    """Put the draft in force, or show what stands in the way with all that was typed."""
    try:
        version = publish_draft(session, actor.person_id, mark, comment, overruled, now)
    except (Conflict, Invalid, InvalidCatalogue) as refused:
        return _page(http, session, read_draft(session, actor.person_id), Typed(comment, overruled), refused)
    return redirect(http, f"/catalogue/versions/{version}", told=PUBLISHED, about=str(version))


def _page(
    http: Request,
    session: Session,
    draft: Draft,
    typed: Typed,
    refused: Conflict | Invalid | InvalidCatalogue | None = None,
) -> Response:
    faults = (
        {one["field"]: one["message"] for one in problem_of(refused).faults} if isinstance(refused, Invalid) else {}
    )
    since = [one for one in _since(session, draft) if one.files]
    return render(
        http,
        "catalogue/edit/publish.html",
        status_of(type(refused)) if refused else 200,
        draft=draft,
        review=_review(session, draft),
        since=since,
        typed=typed,
        faults=faults,
        refusal=spoken(refused) if isinstance(refused, Conflict) else "",
        longest=LONGEST_COMMENT,
    )


def _review(session: Session, draft: Draft) -> Review:
    looked = look_at(draft.sources)
    texts = {file: text.splitlines() for file, text in draft.sources.items()}
    return Review(
        fault_lines(looked.faults, texts),
        len(looked.outcomes),
        fault_lines(looked.failed, texts),
        ", ".join(_unknown(session, draft, looked)),
        _about(session, draft, looked),
        tuple(_file(draft, file) for file in draft.changed),
    )


def _about(session: Session, draft: Draft, looked: Looked) -> tuple[About, ...]:
    if looked.faults:
        return ()
    before = at_version(session, draft.version)
    return tuple(about_changes(compare(before, looked.catalogue), before, looked.catalogue))


def _unknown(session: Session, draft: Draft, looked: Looked) -> Sequence[str]:
    if looked.faults:
        return ()
    return unknown_requesters(session, looked.catalogue, at_version(session, draft.version))


def _file(draft: Draft, file: str) -> FileChange:
    was, now = draft.published.files.get(file), draft.sources.get(file)
    state = "new" if was is None else "gone" if now is None else "changed"
    return FileChange(file, state, difference(was or "", now or ""))


@dataclass(frozen=True)
class Meanwhile:
    """A version that was published since the draft was begun, and the files of it that the draft takes over."""

    version: Version
    files: tuple[str, ...]


def _since(session: Session, draft: Draft) -> list[Meanwhile]:
    """The versions after the oldest that the draft came from, the newest first, at most a few."""
    oldest = min((mine.base for mine in draft.mine.values() if mine.edit.is_change), default=draft.version)
    found: list[Meanwhile] = []
    version = one_version(session, draft.version)
    while version.number > oldest and version.before is not None and len(found) < MOST_SINCE:
        now, was = sources_at(session, version.number).files, sources_at(session, version.before).files
        found.append(Meanwhile(version, tuple(file for file in sorted({*now, *was}) if now.get(file) != was.get(file))))
        version = one_version(session, version.before)
    return found


MOST_SINCE: Final = 10


@router.post("/catalogue/versions/{number}/restore")
def bring_back(
    http: Request, session: Database, now: Now, actor: CurrentActor, number: str, comment: Text = ""
) -> Response:
    """Publish an older version as a new one.

    Raises:
        NothingToPublish: it is in force.
        NoComment: nobody says why.
    """
    version = restore(session, version_number(number), actor.person_id, comment, now)
    return redirect(http, f"/catalogue/versions/{version}", told=PUBLISHED, about=str(version))


@router.get("/catalogue/versions/{number}/files/{file}")
def show_file(http: Request, session: Database, number: str, file: str) -> Response:
    """The text of a file as it was published, to read.

    Raises:
        NotFound: there is no such version, or no such file in it.
    """
    version = one_version(session, version_number(number))
    kept = sources_at(session, version.number)
    if file not in kept.files:
        raise NotFound
    lines = kept.files[file].splitlines()
    return render(http, "catalogue/edit/kept.html", version=version, file=file, lines=lines, written=kept.written)
