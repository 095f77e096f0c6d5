"""The page on which somebody fills in their part of a request, and the same for programs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic import Field as Given
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.answers import read_form, schema
from catalog.errors import AnswerFault, InvalidAnswers
from catalog.groups import sections
from catalog.service import Field, FieldKind
from routing.visibility import Actor
from spoc.desk.amending.amend import Planner
from spoc.desk.steps.filling import Fillable, fill_in, fillable
from spoc.desk.tickets import read_ticket
from spoc.errors import NotFound
from spoc.intake.catalogue import service_at
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.replan import replan
from spoc.web.asking.faults import fault_lines
from spoc.web.asking.front import Choice
from spoc.web.asking.stock import stock_notes
from spoc.web.asking.tables import rows_shown
from spoc.web.deps import Database, Now, Seen, require
from spoc.web.errors import spoken
from spoc.web.formats import View
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.ticket.api_shape import part_json
from spoc.web.upload.kept import Arrived, arrived, has_files, with_files
from spoc.web.upload.route import FilesRoute
from spoc.words import gettext, marked, said

router = APIRouter(route_class=FilesRoute)
SignedIn = Annotated[Actor, require(Permission.SIGNED_IN)]
Sent = Annotated[Arrived, Depends(arrived)]
FILLED_IN = notice("ticket.filled_in", marked("Thank you. What hangs on your answers goes on from here."))


class FillBody(BaseModel):
    """Answers by the keys of the form's questions."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, JsonValue] = Given(default_factory=dict)


@router.get("/tickets/{reference}/steps/{task_id}/form", include_in_schema=False)
def show_form(http: Request, reference: str, task_id: UUID, session: Database, now: Now, actor: SignedIn) -> Response:
    """The questions, with what was answered before if it is filled in again."""
    found = _found(session, actor, reference, task_id)
    return _show(http, session, found, read_desk_facts(session), {}, now)


@router.post("/tickets/{reference}/steps/{task_id}/form", include_in_schema=False)
def refill_form(
    http: Request, reference: str, task_id: UUID, session: Database, now: Now, actor: SignedIn, arrival: Sent
) -> Response:
    """The same form with the questions that the answers so far lead to; only files that came along are kept."""
    found = _found(session, actor, reference, task_id)
    given = _given(found, arrival.items)
    return _show(http, session, found, read_desk_facts(session), given, now, arrival.faults, sent=arrival.items)


@router.post("/tickets/{reference}/steps/{task_id}/answers", include_in_schema=False)
def answer_form(
    http: Request, reference: str, task_id: UUID, session: Database, now: Now, actor: SignedIn, arrival: Sent
) -> Response:
    """Take the answers, and end the step."""
    found, desk = _found(session, actor, reference, task_id), read_desk_facts(session)
    given = _given(found, arrival.items)
    try:
        with session.begin_nested():  # answers whose files are not all taken are undone
            fill_in(session, actor, task_id, given, now, planner=_planner(session, desk, now))
            arrival.hold_taken()
    except InvalidAnswers as refused:
        return _show(
            http, session, found, desk, given, now, arrival.all_faults(refused), spoken(refused), sent=arrival.items
        )
    return redirect(http, f"/tickets/{found.ticket.reference}", told=FILLED_IN)


@router.get("/api/tasks/{task_id}/form")
def form_document(task_id: UUID, session: Database, actor: SignedIn) -> dict[str, Any]:
    """A form that is the reader's to fill in: its questions as JSON Schema, and what they may read of its answers."""
    found = fillable(session, actor, task_id, partial(service_at, session))
    return {
        "id": str(task_id),
        "reference": found.ticket.reference,
        "title": found.task.title,
        "schema": schema(found.service, found.keys),
        "answers": found.readable(),
    }


@router.post("/api/tasks/{task_id}/answers")
def answer_by_program(
    task_id: UUID, body: FillBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Fill in a form, which ends the task; 422 with every fault by question."""
    planner = _planner(session, read_desk_facts(session), now)
    reference = fill_in(session, actor, task_id, body.answers, now, planner=planner)
    return _answer(session, actor, task_id, reference, seen)


def _answer(session: Session, actor: Actor, task_id: UUID, reference: str, seen: View) -> dict[str, Any]:
    """The task as it stands now; only its id and ticket if the ticket is no longer the actor's to see."""
    known = {"id": str(task_id), "reference": reference}
    try:
        page = read_ticket(session, actor, reference, seen.now, partial(service_at, session))
    except NotFound:
        return known
    part = next((task for task in page.tasks if task.id == task_id), None)
    return {**part_json(part, seen), **known} if part else known


def _found(session: Session, actor: Actor, reference: str, task_id: UUID) -> Fillable:
    """Raises NotFound where the form stands on another ticket, too."""
    found = fillable(session, actor, task_id, partial(service_at, session))
    if found.ticket.reference != reference.upper():
        raise NotFound
    return found


def _planner(session: Session, desk: DeskFacts, now: datetime) -> Planner:
    return Planner(partial(replan, session, desk, now), partial(service_at, session))


def _given(found: Fillable, items: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Each question that the page asked is answered, or cleared; others stay as they are."""
    cleared = dict.fromkeys(value for name, value in items if name == "asked")
    return {**cleared, **read_form(found.service, items)}


def _show(
    http: Request,
    session: Session,
    found: Fillable,
    desk: DeskFacts,
    given: Mapping[str, object],
    now: datetime,
    faults: Sequence[AnswerFault] = (),
    refusal: str = "",
    sent: Sequence[tuple[str, str]] = (),
) -> Response:
    readable = found.readable()
    shown = [_field(found, field) for field in found.shown(given)]
    notes = stock_notes(session, found.service, found.known(given), http.state.visit, desk, now)
    asked = [found.service.fields[key] for key in found.keys]
    both = {**readable, **given}
    values = {field.key: both.get(field.key, field.default) for field in shown}
    return render(
        http,
        "ticket/filling.html",
        422 if faults else 200,
        reference=found.ticket.reference,
        path=f"/tickets/{found.ticket.reference}/steps/{found.task.public_id}",
        title=found.task.title,
        detail=found.task.detail,
        about=found.title,
        service=found.service_title,
        due_at=found.task.due_at,
        sections=sections(shown),
        asked=[field.key for field in shown if field.takes_answer and not found.is_kept(field)],
        values=with_files(session, found.reader.actor, shown, values, ask_id=found.ask.id, readable=readable),
        faults={fault.field: said(fault) for fault in faults},
        with_files=has_files(found.service),
        rows=rows_shown(shown, both, sent),
        summary=fault_lines(found.service, shown, faults),
        refusal=refusal,
        notes=notes,
        changes=any(one.depends_on or (notes and one.kind is FieldKind.LOCATION) for one in asked),
        locations=[Choice(key, title) for key, title in desk.locations.items()],
    )


def _field(found: Fillable, field: Field) -> Field:
    """What was sent and is not shown again may stay empty, and stays as it was."""
    if not found.is_kept(field):
        return field
    text = gettext("Leave it empty to keep what was sent.")
    return field.model_copy(update={"required": False, "help": f"{field.help} {text}".strip()})
