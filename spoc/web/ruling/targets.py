"""The page of priorities and targets: how pressing work is, and what is promised of it."""

import re
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.escalation import Rung, Whom
from routing.priority import Level
from routing.targets import Promise, Target
from routing.visibility import Actor
from spoc.db.settings import cell_of, ladder_document, read_ladder, read_matrix, read_targets
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.errors import InvalidSetting
from spoc.intake.plan import queue_titles
from spoc.intake.ruling.promising import remove_target, set_target
from spoc.intake.ruling.settings import set_matrix
from spoc.intake.ruling.stored import SETTINGS, changes_of, version_of
from spoc.people.working_time import list_calendars
from spoc.web.account.history import faults_by_field
from spoc.web.asking.front import Choice
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.ruling.forms import offered
from spoc.web.ruling.words import told
from spoc.web.words_of_clocks import PEOPLE, SHORT, rung_sentence
from spoc.web.words_of_contacts import capitalised
from spoc.web.words_of_priority import LEVEL_WORDS, priority_options, priority_word
from spoc.words import gettext, marked

router = APIRouter(include_in_schema=False)
Editor = Annotated[Actor, require(Permission.OWNER_OR_ADMINISTRATOR)]
Word = Annotated[str, Field(max_length=20)]
Name = Annotated[str, Field(max_length=60)]
HOURS: Final = re.compile(r"\d{1,6}(\.\d{1,4})?", re.ASCII)

SAVED = notice("routing.matrix", marked("The priorities are changed, for what is asked from now on."))

PROMISED = notice("routing.promised", marked("The target is kept, for what is asked from now on."))
UNPROMISED = notice("routing.unpromised", marked("The target is gone. What was promised stays promised."))


class MatrixForm(BaseModel):
    """Cells in the order of the page: impact from high to low, and in each urgency from high to low."""

    model_config = ConfigDict(extra="forbid")

    version: int
    cell: Annotated[list[Word], Field(min_length=9, max_length=9)]
    why: Annotated[str, Field(max_length=2000)] = ""

    def cells(self) -> dict[str, str]:
        pairs = [cell_of(impact, urgency) for impact in Level for urgency in Level]
        return dict(zip(pairs, self.cell, strict=True))


@router.get("/routing/targets")
def show(http: Request, session: Database, _actor: Editor) -> Response:
    return _page(http, session)


@router.post("/routing/priorities")
def write_matrix(
    http: Request, session: Database, now: Now, actor: Editor, form: Annotated[MatrixForm, Form()]
) -> Response:
    try:
        set_matrix(session, actor, form.version, form.cells(), now, why=form.why)
    except InvalidSetting as refused:
        return _page(http, session, refused)
    return redirect(http, "/routing/targets#priorities", told=SAVED)


class TargetForm(BaseModel):
    """About a service or a queue; hours are of working time, empty ones promise nothing."""

    model_config = ConfigDict(extra="forbid")

    version: int
    queue: Name = ""
    service: Name = ""
    priority: Word = ""
    response_hours: Word = ""
    hours: Word = ""
    calendar: Name = ""
    why: Annotated[str, Field(max_length=2000)] = ""

    def target(self) -> Target:
        return Target(
            _minutes(self.hours),
            self.service or None,
            self.priority or None,
            self.queue or None,
            _minutes(self.response_hours),
            self.calendar or None,
        )


def _minutes(hours: str) -> int | None:
    """Of a number as people write it; -1 for what is none, which is refused beside its field."""
    text = hours.strip().replace(",", ".")
    if not text:
        return None
    return round(float(text) * 60) if HOURS.fullmatch(text) else -1


@router.post("/routing/targets")
def write_target(
    http: Request, session: Database, now: Now, actor: Editor, form: Annotated[TargetForm, Form()]
) -> Response:
    try:
        set_target(session, actor, form.version, form.target(), now, why=form.why)
    except InvalidSetting as refused:
        return _page(http, session, refused, form)
    return redirect(http, "/routing/targets#targets", told=PROMISED)


@router.post("/routing/targets/remove")
def drop_target(
    http: Request,
    session: Database,
    now: Now,
    actor: Editor,
    version: Annotated[int, Form()],
    queue: Annotated[str, Form(max_length=60)] = "",
    service: Annotated[str, Form(max_length=60)] = "",
    priority: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    remove_target(session, actor, version, (queue, service, priority), now)
    return redirect(http, "/routing/targets#targets", told=UNPROMISED)


@router.get("/api/routing/targets")
def read_all(session: Database, _actor: Editor) -> dict[str, Any]:
    """What is promised, in working minutes, and the matrix by `impact.urgency`."""
    matrix = read_matrix(session)
    return {
        "version": version_of(session),
        "priorities": {cell_of(*pair): priority for pair, priority in matrix.items()},
        "targets": [asdict(one) for one in read_targets(session)],
        "ladder": ladder_document(*read_ladder(session)),
    }


def _target_rows(session: Session, desk: DeskFacts) -> list[dict[str, str]]:
    services = {one.key: one.title for one in desk.catalogue.services}
    return [
        {
            "queue": one.queue or "",
            "service": one.service or "",
            "priority": one.priority or "",
            "about": queue_titles(desk).get(one.queue, one.queue) if one.queue else services.get(one.service or "", ""),
            "word": priority_word(one.priority),
            "response": f"{one.response / 60:g}" if one.response else "",
            "hours": f"{one.minutes / 60:g}" if one.minutes else "",
            "calendar": one.calendar or "",
        }
        for one in read_targets(session)
    ]


def _rung_row(rung: Rung, desk: DeskFacts) -> dict[str, str]:
    services = {one.key: one.title for one in desk.catalogue.services}
    only = (
        services.get(rung.service or ""),
        rung.priority and priority_word(rung.priority),
        queue_titles(desk).get(rung.queue or ""),
    )
    sentence = rung_sentence(rung.promise, rung.minutes, rung.whom)
    return {"key": rung.key, "sentence": sentence, "only": ", ".join(one for one in only if one)}


NO_TARGET = TargetForm(version=0)


def _page(
    http: Request, session: Session, refused: InvalidSetting | None = None, given: TargetForm = NO_TARGET
) -> Response:
    desk = read_desk_facts(session)
    matrix = read_matrix(session)
    rungs, quiet = read_ladder(session)
    levels = [(one.value, gettext(LEVEL_WORDS[one])) for one in Level]
    rows = [
        (gettext(LEVEL_WORDS[impact]), [(urgency.value, matrix[impact, urgency]) for urgency in Level])
        for impact in Level
    ]
    values: dict[str, Any] = {
        "version": version_of(session),
        "levels": levels,
        "rows": rows,
        "columns": [(gettext("Urgency %(level)s") % {"level": word.lower()}, "") for _, word in levels],
        "priorities": priority_options(),
        "faults": faults_by_field(refused),
        "targets": _target_rows(session, desk),
        "given": given,
        "is_about_target": given is not NO_TARGET,
        "offered": offered(session, desk),
        "calendars": [Choice(one.key, one.key) for one in list_calendars(session)],
        "rungs": [_rung_row(one, desk) for one in rungs],
        "quiet": (f"{quiet.since:%H:%M}", f"{quiet.until:%H:%M}") if quiet else ("", ""),
        "promises": [Choice(one.value, capitalised(gettext(SHORT[one]))) for one in Promise],
        "people": [Choice(one.value, capitalised(gettext(PEOPLE[one]))) for one in Whom],
        "history": told(changes_of(session, SETTINGS), desk),
    }
    return render(http, "routing/targets.html", 422 if refused else 200, path="/routing/targets", **values)
