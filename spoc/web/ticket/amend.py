"""Changing or cancelling what was asked: the form with its answers, what will change, and the change itself."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.answers import merge, read_form, visible_fields
from catalog.errors import AnswerFault, InvalidAnswers
from catalog.groups import sections
from catalog.service import Field
from routing.visibility import Actor
from routing.work import Channel
from spoc.db.events import TicketBusy
from spoc.desk.amending.amend import Amendable, Planner, Wish, amend, amendable, preview
from spoc.desk.errors import DifferenceMoved
from spoc.intake.catalogue import service_at
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.replan import replan
from spoc.web.asking.faults import fault_lines
from spoc.web.asking.front import Choice
from spoc.web.asking.tables import rows_shown
from spoc.web.deps import Database, Now, Visitor, require
from spoc.web.errors import spoken, status_of, try_again
from spoc.web.pages import notice, redirect, render, view_of
from spoc.web.permissions import Permission
from spoc.web.ticket.difference_view import difference_json, difference_values
from spoc.web.ticket.turn import ApplyTurn, HasTurn
from spoc.web.ticket.untouched import marks, without_untouched
from spoc.web.upload.kept import Arrived, arrived, has_files, with_files
from spoc.web.upload.route import FilesRoute
from spoc.words import gettext, marked, said

router = APIRouter(route_class=FilesRoute)
SignedIn = Annotated[Actor, require(Permission.SIGNED_IN)]
Sent = Annotated[Arrived, Depends(arrived)]
CHANGED = notice("ask.amended", marked("It is changed. Everybody whom it concerns sees what is different."))
CANCELLED = notice(
    "ask.cancelled", marked("It is cancelled. What was done before is undone where that is needed."), "info"
)


@router.get("/tickets/{reference}/asks/{ask_id}/change", include_in_schema=False)
def show_change(http: Request, reference: str, ask_id: UUID, session: Database, actor: SignedIn) -> Response:
    """The form with the answers as they are."""
    found = _found(session, actor, reference, ask_id)
    return _show_form(http, session, found, read_desk_facts(session), Wish({}))


@router.post("/tickets/{reference}/asks/{ask_id}/change", include_in_schema=False)
def refill_change(
    http: Request, reference: str, ask_id: UUID, session: Database, actor: SignedIn, arrival: Sent
) -> Response:
    """The same form with the questions that the answers so far lead to; only files that came along are kept."""
    found = _found(session, actor, reference, ask_id)
    wish = _wish(found, arrival.items)
    return _show_form(http, session, found, read_desk_facts(session), wish, arrival.faults, sent=arrival.items)


@router.post("/tickets/{reference}/asks/{ask_id}/difference", include_in_schema=False)
def show_difference(
    http: Request,
    reference: str,
    ask_id: UUID,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: SignedIn,
    arrival: Sent,
) -> Response:
    """What the answers would change; only files that came along are kept."""
    found, desk = _found(session, actor, reference, ask_id), read_desk_facts(session)
    wish = _wish(found, arrival.items)
    planner = _planner(session, desk, now)
    try:
        difference = preview(session, actor, reference.upper(), ask_id, wish, planner)
        arrival.hold_taken()
    except InvalidAnswers as refused:
        return _show_form(
            http, session, found, desk, wish, arrival.all_faults(refused), spoken(refused), sent=arrival.items
        )
    values = difference_values(difference, view_of(visit, now))
    return _show_difference(http, found, arrival.items, values, 200)


@router.post("/tickets/{reference}/asks/{ask_id}/amend", include_in_schema=False)
def amend_on_page(
    http: Request,
    reference: str,
    ask_id: UUID,
    has_turn: HasTurn,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: SignedIn,
    arrival: Sent,
) -> Response:
    """Apply what was shown; if it would do something else by now, or others are faster, what it would do is shown."""
    found, desk = _found(session, actor, reference, ask_id), read_desk_facts(session)
    wish = _wish(found, arrival.items)
    planner = _planner(session, desk, now)
    try:
        arrival.hold_taken()
        _check_turn(has_turn=has_turn)
        with session.begin_nested():  # of a lock that does not come in time, this much is to be rolled back
            amend(session, actor, reference.upper(), ask_id, wish, now, channel=Channel.WEB, planner=planner)
    except InvalidAnswers as refused:
        return _show_form(
            http, session, found, desk, wish, arrival.all_faults(refused), spoken(refused), sent=arrival.items
        )
    except (DifferenceMoved, TicketBusy) as moved:
        found = _found(session, actor, reference, ask_id)
        wish = _wish(found, arrival.items)
        difference = preview(session, actor, reference.upper(), ask_id, wish, planner)
        values = difference_values(difference, view_of(visit, now)) | {"moved": spoken(moved)}
        page = _show_difference(http, found, arrival.items, values, status_of(type(moved)))
        page.headers.update(try_again(moved))
        return page
    return redirect(http, f"/tickets/{reference}", told=CANCELLED if wish.cancels else CHANGED)


@router.post("/api/tickets/{reference}/asks/{ask_id}/amend")
def amend_by_program(
    reference: str,
    ask_id: UUID,
    turned: ApplyTurn,
    session: Database,
    now: Now,
    actor: SignedIn,
) -> dict[str, Any]:
    """Change the answers of an ask, or take it back, and all that follows from it; or only say what that would do."""
    body = turned.body
    if not body.dry_run and not turned.has_turn:
        _found(session, actor, reference, ask_id)  # to whom it is not there, it is not busy either
        raise TicketBusy
    wish = Wish(body.answers, body.cancel, body.seen)
    planner = _planner(session, read_desk_facts(session), now)
    if body.dry_run:
        difference = preview(session, actor, reference.upper(), ask_id, wish, planner)
    else:
        difference = amend(session, actor, reference.upper(), ask_id, wish, now, channel=Channel.API, planner=planner)
    return {**difference_json(difference), "dry_run": body.dry_run}


def _check_turn(*, has_turn: bool) -> None:
    if not has_turn:
        raise TicketBusy


def _found(session: Session, actor: Actor, reference: str, ask_id: UUID) -> Amendable:
    return amendable(session, actor, reference.upper(), ask_id, partial(service_at, session))


def _planner(session: Session, desk: DeskFacts, now: datetime) -> Planner:
    return Planner(partial(replan, session, desk, now), partial(service_at, session))


def _wish(found: Amendable, items: Sequence[tuple[str, str]]) -> Wish:
    """A page's form: each question it asked is answered, or cleared; all else stays as it is, and as others made it."""
    cleared = dict.fromkeys(value for name, value in items if name == "asked")
    wished = without_untouched(found, {**cleared, **read_form(found.service, items)}, items)
    sent = dict(items)
    return Wish(wished, sent.get("cancels") == "true", sent.get("seen") or None)


def _show_form(
    http: Request,
    session: Session,
    found: Amendable,
    desk: DeskFacts,
    wish: Wish,
    faults: Sequence[AnswerFault] = (),
    refusal: str = "",
    sent: Sequence[tuple[str, str]] = (),
) -> Response:
    readable = found.readable()
    both = {**readable, **wish.answers}
    visible = visible_fields(found.service, _merged(found, wish), found.ask.filled)
    shown = [_field(found, field) for field in visible if found.may_answer(field)]
    values = {field.key: both.get(field.key, field.default) for field in shown}
    asked = {one.key for one in shown if one.takes_answer and (one.key in readable or not _is_kept(found, one))}
    return render(
        http,
        "ticket/change.html",
        422 if faults else 200,
        reference=found.reader.ticket.reference,
        path=_path(found),
        title=found.service.title,
        sections=sections(shown),
        asked={key: stood for key, stood in marks(found, wish, sent).items() if key in asked},
        values=with_files(session, found.reader.actor, shown, values, ask_id=found.ask.id, readable=readable),
        faults={fault.field: said(fault) for fault in faults},
        with_files=has_files(found.service),
        rows=rows_shown(shown, both, sent),
        summary=fault_lines(found.service, shown, faults),
        refusal=refusal,
        changes=found.service.form_changes,
        locations=[Choice(key, title) for key, title in desk.locations.items()],
        is_cancelled=found.ask.cancelled_at is not None,
    )


def _merged(found: Amendable, wish: Wish) -> dict[str, object]:
    return merge(found.service, found.ask.answers, wish.answers, filled=found.ask.filled)


def _field(found: Amendable, field: Field) -> Field:
    """What was sent and is not shown again may stay empty, and stays as it was."""
    if not _is_kept(found, field):
        return field
    text = gettext("Leave it empty to keep what was sent.")
    return field.model_copy(update={"required": False, "help": f"{field.help} {text}".strip()})


def _is_kept(found: Amendable, field: Field) -> bool:
    return field.key in found.ask.answers and field.key not in found.readable()


def _show_difference(
    http: Request, found: Amendable, items: Sequence[tuple[str, str]], values: dict[str, Any], status: int
) -> Response:
    sent = [(name, value) for name, value in items if name != "seen"]
    given = {"moved": "", "path": _path(found), "sent": sent, "reference": found.reader.ticket.reference}
    return render(http, "ticket/difference.html", status, **{**given, "title": found.service.title, **values})


def _path(found: Amendable) -> str:
    return f"/tickets/{found.reader.ticket.reference}/asks/{found.ask.public_id}"
