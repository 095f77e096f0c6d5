"""The page on which somebody chooses a time, what becomes of it afterwards, and the same for programs."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor
from spoc.desk.appointments.booking import book, by_phone, call_off
from spoc.desk.appointments.calendar_file import calendar_file
from spoc.desk.appointments.ending import Outcome, end
from spoc.desk.appointments.errors import BookedMeanwhile, SlotTaken
from spoc.desk.appointments.reading import Times, entry_of, read_times
from spoc.desk.errors import NotLater
from spoc.desk.tickets import read_ticket
from spoc.errors import NotFound
from spoc.intake.catalogue import service_at
from spoc.web.deps import Database, Now, Running, Seen, Visitor, require
from spoc.web.errors import spoken
from spoc.web.formats import View
from spoc.web.pages import notice, redirect, render, view_of
from spoc.web.permissions import Permission
from spoc.web.shapes import instant
from spoc.web.ticket.api_shape import part_json
from spoc.web.ticket.times import days_of
from spoc.words import marked

router = APIRouter()
SignedIn = Annotated[Actor, require(Permission.SIGNED_IN)]
Said = Annotated[str, Form(max_length=4000)]
Chosen = Annotated[str, Form(max_length=40)]
NONE = "none"
"""What the page says of what is booked where nothing is: an empty value would read as none given."""
From = Annotated[date | None, Query(alias="from")]
PATH = "/tickets/{reference}/steps/{task_id}/appointment"
BOOKED = notice("appointment.booked", marked("Booked. You get a mail with a file for your calendar."))
CALLED_OFF = notice("appointment.called_off", marked("It is called off, and the time is free for others."), "info")
BY_PHONE = notice("appointment.by_phone", marked("It is a task of its queue now, to be arranged by telephone."), "info")
SAID = notice("appointment.said", marked("It is written down how it went."))
NO_TIME = marked("Choose one of the times first.")


class BookBody(BaseModel):
    """When the appointment is to begin: one of the free times."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime


class CallOffBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(max_length=4000)] = ""


class OutcomeBody(BaseModel):
    """How it went; the requester reads the result of one that took place."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    result: Annotated[str, Field(max_length=4000)] = ""


@router.get(PATH, include_in_schema=False)
def show_times(
    http: Request,
    reference: str,
    task_id: UUID,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: SignedIn,
    begin: From = None,
) -> Response:
    """The free times, some days at a time."""
    found = _found(session, actor, reference, task_id, now, begin)
    return _show(http, found, view_of(visit, now))


@router.post(PATH, include_in_schema=False)
def book_on_page(
    http: Request,
    reference: str,
    task_id: UUID,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: SignedIn,
    starts_at: Chosen = "",
    booked: Chosen = "",
) -> Response:
    """Book the time; where somebody was faster, also in another window of one's own, what is free now."""
    found = _found(session, actor, reference, task_id, now)
    shown = (None if booked == NONE else _instant(booked),) if booked else ()
    try:
        at = _instant(starts_at)
        book(session, actor, task_id, at, now, services=partial(service_at, session), shown=shown)
    except (SlotTaken, BookedMeanwhile, NotLater) as refused:
        fresh = _found(session, actor, reference, task_id, now)
        status = 422 if isinstance(refused, NotLater) else 409
        return _show(http, fresh, view_of(visit, now), spoken(refused), status)
    return redirect(http, f"/tickets/{found.reference}", told=BOOKED)


@router.post(PATH + "/call-off", include_in_schema=False)
def call_off_on_page(
    http: Request, reference: str, task_id: UUID, session: Database, now: Now, actor: SignedIn, why: Said = ""
) -> Response:
    _found(session, actor, reference, task_id, now)
    about = call_off(session, actor, task_id, now, services=partial(service_at, session), why=why)
    return redirect(http, f"/tickets/{about}", told=CALLED_OFF)


@router.post(PATH + "/by-phone", include_in_schema=False)
def by_phone_on_page(
    http: Request, reference: str, task_id: UUID, session: Database, now: Now, actor: SignedIn
) -> Response:
    _found(session, actor, reference, task_id, now)
    about = by_phone(session, actor, task_id, now, services=partial(service_at, session))
    return redirect(http, f"/tickets/{about}", told=BY_PHONE)


@router.post(PATH + "/outcome", include_in_schema=False)
def say_on_page(
    http: Request,
    reference: str,
    task_id: UUID,
    session: Database,
    now: Now,
    actor: SignedIn,
    outcome: Annotated[Outcome, Form()],
    result: Said = "",
) -> Response:
    _found(session, actor, reference, task_id, now)
    about = end(session, actor, task_id, outcome, now, services=partial(service_at, session), result=result)
    return redirect(http, f"/tickets/{about}", told=SAID)


@router.get(PATH + ".ics", include_in_schema=False)
def calendar_entry(
    reference: str, task_id: UUID, session: Database, now: Now, visit: Visitor, runtime: Running, actor: SignedIn
) -> Response:
    """What is booked, for the reader's own calendar."""
    found = _found(session, actor, reference, task_id, now)
    settings, services = runtime.settings, partial(service_at, session)
    base = (settings.base_url or "").rstrip("/")
    given = {"name": visit.name if visit else "", "base": base, "sender": settings.mail_from}
    entry = entry_of(session, actor, task_id, now, services, **given)
    headers = {"Content-Disposition": f'attachment; filename="{found.reference}.ics"'}
    return Response(calendar_file(entry), media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/api/tasks/{task_id}/slots")
def list_slots(task_id: UUID, session: Database, now: Now, actor: SignedIn, begin: From = None) -> dict[str, Any]:
    """The free times of an appointment, some days at a time; `next` is the address of later ones, null at the end."""
    found = read_times(session, actor, task_id, now, partial(service_at, session), begin=begin)
    return {
        "id": str(task_id),
        "reference": found.reference,
        "title": found.title,
        "minutes": found.minutes,
        "place": found.place,
        "with": found.host,
        "choose_by": instant(found.choose_by),
        "booked": instant(found.booked[0]) if found.booked else None,
        "slots": [
            {"starts_at": instant(slot.starts_at), "ends_at": instant(slot.ends_at), "places": slot.places}
            for _, slots in found.days
            for slot in slots
        ],
        "next": f"/api/tasks/{task_id}/slots?from={found.later}" if found.later else None,
    }


@router.post("/api/tasks/{task_id}/book")
def book_by_program(
    task_id: UUID, body: BookBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Book a free time, or move to it what is booked; 409 if somebody was faster."""
    reference = book(session, actor, task_id, body.starts_at, now, services=partial(service_at, session))
    return _answer(session, actor, task_id, reference, seen)


@router.post("/api/tasks/{task_id}/call-off")
def call_off_by_program(
    task_id: UUID, session: Database, now: Now, actor: SignedIn, seen: Seen, body: CallOffBody | None = None
) -> dict[str, Any]:
    """Free the time that is booked; another one is to be chosen, if there is any."""
    why = body.why if body else ""
    reference = call_off(session, actor, task_id, now, services=partial(service_at, session), why=why)
    return _answer(session, actor, task_id, reference, seen)


@router.post("/api/tasks/{task_id}/by-phone")
def by_phone_by_program(task_id: UUID, session: Database, now: Now, actor: SignedIn, seen: Seen) -> dict[str, Any]:
    """Make it plain work of its queue, which arranges it by telephone."""
    reference = by_phone(session, actor, task_id, now, services=partial(service_at, session))
    return _answer(session, actor, task_id, reference, seen)


@router.post("/api/tasks/{task_id}/outcome")
def say_by_program(
    task_id: UUID, body: OutcomeBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Say how an appointment went that has begun, and what follows if somebody did not come."""
    services = partial(service_at, session)
    reference = end(session, actor, task_id, body.outcome, now, services=services, result=body.result)
    return _answer(session, actor, task_id, reference, seen)


def _answer(session: Session, actor: Actor, task_id: UUID, reference: str, seen: View) -> dict[str, Any]:
    """The task as it stands now."""
    page = read_ticket(session, actor, reference, seen.now, partial(service_at, session))
    part = next(task for task in page.tasks if task.id == task_id)
    return {**part_json(part, seen), "reference": reference, "ticket_state": page.state.value}


def _found(
    session: Session, actor: Actor, reference: str, task_id: UUID, now: datetime, begin: date | None = None
) -> Times:
    """Raises NotFound where the appointment stands on another ticket, too."""
    found = read_times(session, actor, task_id, now, partial(service_at, session), begin=begin)
    if found.reference != reference.upper():
        raise NotFound
    return found


def _instant(text: str) -> datetime:
    """Raises:
    NotLater: nothing was chosen, or it is no instant.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotLater(NO_TIME, field="starts_at") from None
    if at.tzinfo is None:
        raise NotLater(NO_TIME, field="starts_at")
    return at


def _show(http: Request, found: Times, view: View, refusal: str = "", status: int = 200) -> Response:
    path = f"/tickets/{found.reference}/steps/{found.task_id}/appointment"
    return render(http, "ticket/times.html", status, found=found, days=days_of(found, view), path=path, refusal=refusal)
