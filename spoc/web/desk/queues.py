"""The desk's pages: queues by due time, one's own work, and every act on a task as a form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from routing.lifecycle import Department
from routing.visibility import Actor
from routing.work import HoldReason, TaskState
from spoc.desk.actions.claims import claim, release
from spoc.desk.actions.finishing import reopen_task
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold, resume
from spoc.desk.errors import NotLater
from spoc.desk.queues.lists import all_queues, badges, my_work, show_queue
from spoc.desk.queues.rows import Badge, Filters, Group, Listing, Row, Whose
from spoc.people.directory import Visit
from spoc.web.day import day_of, local_instant
from spoc.web.deps import Database, Now, Visitor, require
from spoc.web.desk.words import Due, due_mark, meets, offered, spoken, stands_because
from spoc.web.formats import View
from spoc.web.pages import local_path, notice, redirect, render, view_of
from spoc.web.permissions import Permission
from spoc.web.ticket.lending import Lent, read_lent
from spoc.web.ticket.pages import PROOF_NOTED, prove_on_page
from spoc.web.ticket.proof import Given, Labels
from spoc.web.upload.kept import SentEvidence
from spoc.web.upload.route import FilesRoute
from spoc.words import gettext, marked

router = APIRouter(route_class=FilesRoute, include_in_schema=False)
Agent = Annotated[Actor, require(Permission.AGENT)]
Long = Annotated[str, Form(max_length=4000)]
Address = Annotated[str, Form(max_length=500)]
StateFilter = Annotated[str, Query(max_length=20)]

CLAIMED = notice("desk.claimed", marked("{about}: the task is yours."))
RELEASED = notice("desk.released", marked("{about}: the task is anybody's again."), "info")
HELD = notice("desk.held", marked("{about}: the task is on hold."), "info")
RESUMED = notice("desk.resumed", marked("{about}: the task goes on."))
FINISHED = notice("desk.finished", marked("{about}: the task is done."))
HANDED = notice("desk.handed_over", marked("{about}: the task is handed over."))
REOPENED = notice("desk.reopened", marked("{about}: the task is taken up again."), "info")

GROUPS: Mapping[Group, str] = {
    Group.LATE: marked("Late"),
    Group.TODAY: marked("Due today"),
    Group.LATER: marked("Later"),
    Group.STOPPED: marked("Waiting for the requester"),
}


@dataclass(frozen=True)
class Line:
    """A row as the table shows it."""

    row: Row
    due: Due | None
    reason: str | None
    departments: tuple[Department, ...]


@dataclass(frozen=True)
class Block:
    title: str
    count: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Tab:
    href: str
    title: str
    current: bool
    count: int | None


class HandoffForm(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    to: Annotated[str, Field(max_length=60)]
    why: Annotated[str, Field(max_length=4000)]
    know: Annotated[str, Field(max_length=4000)] = ""
    person_mail: Annotated[str, Field(max_length=320)] = ""
    warm: bool = False
    misplaced: bool = False


@router.get("/desk")
def show_all(
    http: Request,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: Agent,
    state: StateFilter = "",
    who: StateFilter = "",
    after: UUID | None = None,
) -> Response:
    listing = all_queues(session, actor, day_of(visit, now), filters=_filters(state, who), after=after)
    return _page(http, visit, badges(session, actor, now), listing, gettext("All my queues"), state, who)


@router.get("/desk/mine")
def show_mine(
    http: Request, session: Database, now: Now, visit: Visitor, actor: Agent, after: UUID | None = None
) -> Response:
    listing = my_work(session, actor, day_of(visit, now), after=after)
    return _page(http, visit, badges(session, actor, now), listing, gettext("My work"), "", "")


@router.get("/desk/{key}")
def show_one(
    http: Request,
    key: str,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: Agent,
    state: StateFilter = "",
    who: StateFilter = "",
    after: UUID | None = None,
) -> Response:
    listing = show_queue(session, actor, key, day_of(visit, now), filters=_filters(state, who), after=after)
    return _page(http, visit, badges(session, actor, now), listing, listing.title, state, who)


def _filters(state: str, who: str) -> Filters:
    """What an address narrows to; a word that means nothing narrows nothing."""
    known = {one.value for one in TaskState}
    return Filters(
        TaskState(state) if state in known else None, Whose(who) if who in {one.value for one in Whose} else None
    )


def _page(
    http: Request, visit: Visit, queues: tuple[Badge, ...], listing: Listing, title: str, state: str, who: str
) -> Response:
    view = view_of(visit, http.app.state.runtime.clock())
    narrowed = {name: value for name, value in (("state", state), ("who", who)) if value}
    following = f"?{urlencode({**narrowed, 'after': str(listing.next)})}" if listing.next else None
    return render(
        http,
        "desk/queue.html",
        counts={badge.key: badge.open_count for badge in queues},
        listing=listing,
        title=title,
        late=listing.counts[Group.LATE],
        blocks=_blocks(listing, view),
        next_page=following,
        first_page=f"?{urlencode(narrowed)}" if http.query_params.get("after") else None,
        tabs=_tabs(queues, listing.key),
        state=state,
        who=who,
        many_queues=listing.key in {"", "mine"},
        address=http.url.path + (f"?{http.url.query}" if http.url.query else ""),
    )


def _tabs(queues: tuple[Badge, ...], current: str) -> list[Tab]:
    whole = [] if len(queues) == 1 else [Tab("/desk", gettext("All my queues"), not current, None)]
    mine = Tab("/desk/mine", gettext("My work"), current == "mine", None)
    each = [Tab(f"/desk/{one.key}", one.title, current == one.key, one.open_count) for one in queues]
    return [*whole, *each, mine]


def _blocks(listing: Listing, view: View) -> list[Block]:
    grouped = groupby(listing.rows, key=lambda row: row.group)
    return [Block(gettext(GROUPS[group]), listing.counts[group], _lines(rows, view)) for group, rows in grouped]


def _lines(rows: Iterable[Row], view: View) -> tuple[Line, ...]:
    return tuple(
        Line(
            row,
            due_mark(row.due_at, row.state, view, paused=row.group is Group.STOPPED),
            stands_because(row.state, row.waits_for, row.opens_at, row.hold_reason, view)
            or meets(row.meets_at, view, is_to_choose=row.is_to_choose)
            or offered(row.state, row.assignee if row.queue else None, is_mine=row.is_mine),
            spoken(row.departments),
        )
        for row in rows
    )


def _back(http: Request, address: str, reference: str, told: str) -> Response:
    return redirect(http, local_path(address, f"/tickets/{reference}"), told=told, about=reference)


@router.post("/desk/tasks/{task_id}/claim")
def claim_task(
    http: Request, task_id: UUID, session: Database, now: Now, actor: Agent, address: Address = ""
) -> Response:
    return _back(http, address, claim(session, actor, task_id, now), CLAIMED)


@router.post("/desk/tasks/{task_id}/release")
def release_task(
    http: Request, task_id: UUID, session: Database, now: Now, actor: Agent, address: Address = ""
) -> Response:
    return _back(http, address, release(session, actor, task_id, now), RELEASED)


@router.post("/desk/tasks/{task_id}/hold")
def hold_task(
    http: Request,
    task_id: UUID,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: Agent,
    reason: Annotated[HoldReason, Form()],
    note: Long = "",
    until: Annotated[str, Form(max_length=40)] = "",
    address: Address = "",
) -> Response:
    reference = hold(session, actor, task_id, now, reason=reason, note=note, until=_until(until, visit))
    return _back(http, address, reference, HELD)


def _until(text: str, visit: Visit) -> datetime | None:
    try:
        return local_instant(text, visit)
    except ValueError as error:
        raise NotLater(marked("Until when is a date and a time, such as 2026-09-01 09:00.")) from error


@router.post("/desk/tasks/{task_id}/resume")
def resume_task(
    http: Request, task_id: UUID, session: Database, now: Now, actor: Agent, address: Address = ""
) -> Response:
    return _back(http, address, resume(session, actor, task_id, now), RESUMED)


@router.post("/desk/tasks/{task_id}/finish")
def finish_task(
    http: Request,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    lent: Annotated[Lent, Depends(read_lent)],
    evidence: SentEvidence,
    result: Long = "",
    ticked: Labels = (),  # type: ignore[assignment]  # no list is shared
    address: Address = "",
) -> Response:
    given = Given(result, ticked, evidence, lent)
    return prove_on_page(
        http, session, actor, task_id, now, given, lambda reference: _back(http, address, reference, FINISHED)
    )


@router.post("/desk/tasks/{task_id}/proof")
def note_on_task(
    http: Request,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    evidence: SentEvidence,
    lent: Annotated[Lent, Depends(read_lent)],
    result: Long = "",
    ticked: Labels = (),  # type: ignore[assignment]  # no list is shared
    address: Address = "",
) -> Response:
    """What is done so far, without finishing."""
    given = Given(result, ticked, evidence, lent)
    return prove_on_page(
        http, session, actor, task_id, now, given, lambda at: _back(http, address, at, PROOF_NOTED), only_notes=True
    )


@router.post("/desk/tasks/{task_id}/handoff")
def hand_task_over(
    http: Request,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    form: Annotated[HandoffForm, Form()],
) -> Response:
    """Back to the queues: the task may be out of sight now."""
    reference = hand_over(session, actor, task_id, now, **form.model_dump())
    return redirect(http, "/desk", told=HANDED, about=reference)


@router.post("/desk/tasks/{task_id}/reopen")
def reopen_done_task(
    http: Request, task_id: UUID, session: Database, now: Now, actor: Agent, why: Long, address: Address = ""
) -> Response:
    return _back(http, address, reopen_task(session, actor, task_id, now, why=why), REOPENED)
