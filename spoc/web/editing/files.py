"""The page of the draft: all packs, what is changed in them, and beginning, taking out and giving up changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from catalog.dump import new_service
from catalog.pack import read_document
from catalog.service import Catalogue
from routing.phrase import marked
from spoc.errors import Invalid, NotFound
from spoc.intake.catalogue import at_version
from spoc.intake.drafts import Draft, NotThatFile, add_file, discard, read_draft, save
from spoc.web.asking.front import Choice
from spoc.web.deps import CurrentActor, Database, Now, require
from spoc.web.editing.editor import PAGES
from spoc.web.editing.outline import entries
from spoc.web.errors import problem_of
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission

router = APIRouter(dependencies=[require(Permission.OWNER)])
BEGUN: Final = notice("draft-begun", marked("The new service works as it stands. Change it to what you need."))
GIVEN_UP: Final = notice("draft-given-up", marked("Your changes are given up."))
TAKEN_OUT: Final = notice("draft-taken-out", marked("The file is taken out in your draft."))

Key = Annotated[str, Form(max_length=60)]


@dataclass(frozen=True)
class FileLine:
    """`state` is "", new, changed, gone or clash."""

    name: str
    services: tuple[str, ...]
    state: str
    saved_at: datetime | None


@router.get("/catalogue/edit")
def show(http: Request, session: Database, actor: CurrentActor) -> Response:
    """Every file, with what the reader has changed in it."""
    draft = read_draft(session, actor.person_id)
    return _page(http, draft, at_version(session, draft.version))


@router.get("/catalogue/{key}/edit")
def find(http: Request, session: Database, actor: CurrentActor, key: str) -> Response:
    """To the line at which the service stands.

    Raises:
        NotFound: no file of the reader's draft has a service of that key.
    """
    for file, text in read_draft(session, actor.person_id).sources.items():
        for entry in entries(read_document(file, text)):
            if entry.value and entry.value.key == key:
                return redirect(http, f"{PAGES}/{file}?line={entry.line}")
    raise NotFound


def _page(
    http: Request,
    draft: Draft,
    catalogue: Catalogue,
    typed: dict[str, str] | None = None,
    refused: Invalid | None = None,
) -> Response:
    faults = {one["field"]: one["message"] for one in problem_of(refused).faults} if refused else {}
    return render(
        http,
        "catalogue/edit/files.html",
        422 if refused else 200,
        draft=draft,
        lines=[_line(draft, file) for file in sorted({*draft.published.files, *draft.sources})],
        needs=[Choice(need.key, need.title) for need in catalogue.needs],
        queues=[Choice(queue.key, queue.title) for queue in catalogue.queues],
        typed=typed or {"key": "", "need": "", "queue": ""},
        faults=faults,
        origin=(http.app.state.runtime.settings.base_url or str(http.base_url)).rstrip("/"),
    )


def _line(draft: Draft, file: str) -> FileLine:
    text = draft.sources.get(file)
    titles = tuple(entry.title for entry in entries(read_document(file, text))) if text is not None else ()
    mine = draft.mine.get(file)
    return FileLine(file, titles, _state(draft, file), mine.saved_at if mine else None)


def _state(draft: Draft, file: str) -> str:
    if file in draft.clashes:
        return "clash"
    if file not in draft.sources:
        return "gone"
    if file not in draft.published.files:
        return "new"
    return "changed" if file in draft.changed else ""


@router.post("/catalogue/edit/new")
def begin(
    http: Request,
    session: Database,
    now: Now,
    actor: CurrentActor,
    key: Key = "",
    need: Key = "",
    queue: Key = "",
) -> Response:
    """Begin a file with a service that works as it stands."""
    draft = read_draft(session, actor.person_id)
    catalogue = at_version(session, draft.version)
    file = f"{key}.yaml"
    try:
        _check_names(catalogue, need, queue)
        add_file(session, draft, actor.person_id, file, new_service(key, need, queue), now)
    except NotThatFile as refused:
        return _page(http, draft, catalogue, {"key": key, "need": need, "queue": queue}, refused)
    return redirect(http, f"{PAGES}/{file}", told=BEGUN)


def _check_names(catalogue: Catalogue, need: str, queue: str) -> None:
    """Raises:
    NotThatFile: the service cannot stand under this heading or go to this queue, as there is none.
    """
    for field, name, known in (("need", need, catalogue.needs), ("queue", queue, catalogue.queues)):
        if name not in {one.key for one in known}:
            raise NotThatFile(marked("Choose one of the list."), field=field)


@router.post("/catalogue/edit/files/{file}/discard")
def give_up(http: Request, session: Database, actor: CurrentActor, file: str) -> Response:
    """Back to what is published, for one file; where nothing was changed, that is done already.

    Raises:
        NotFound: there is no such file.
    """
    draft = read_draft(session, actor.person_id)
    if file not in {*draft.published.files, *draft.mine}:
        raise NotFound
    discard(session, actor.person_id, file)
    return redirect(http, "/catalogue/edit", told=GIVEN_UP)


@router.post("/catalogue/edit/discard")
def give_up_all(http: Request, session: Database, actor: CurrentActor) -> Response:
    discard(session, actor.person_id)
    return redirect(http, "/catalogue/edit", told=GIVEN_UP)


@router.post("/catalogue/edit/files/{file}/remove")
def take_out(http: Request, session: Database, now: Now, actor: CurrentActor, file: str) -> Response:
    """Take the file out of the draft; one that was never published is simply forgotten.

    Raises:
        NotFound: there is no such file.
    """
    draft = read_draft(session, actor.person_id)
    if file not in draft.sources:
        raise NotFound
    if file in draft.published.files:
        save(session, actor.person_id, file, None, draft.version, draft.revision_of(file), now)
    else:
        discard(session, actor.person_id, file)
    return redirect(http, "/catalogue/edit", told=TAKEN_OUT)
