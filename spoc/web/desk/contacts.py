"""Writing down a call, a chat or a visit to the desk: about something open, or something new, solved or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.responses import Response

from catalog.answers import read_form, visible_fields
from catalog.errors import AnswerFault, InvalidAnswers
from catalog.match import find_answers
from catalog.service import Field as Question
from catalog.service import FieldKind, Service
from routing.visibility import Actor
from routing.work import Channel, ContactChannel, ContactKind
from spoc.desk.callers import can_open, recent_tickets
from spoc.desk.contacts import Touch, log_contact, note_on_first
from spoc.desk.queues.lists import badges
from spoc.errors import Invalid, NotFound
from spoc.intake.accept import accept
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.submission import Submission
from spoc.intake.write import Accepted
from spoc.people.directory import NobodyMeant, mail_meant, suggest
from spoc.web.asking.faults import fault_lines
from spoc.web.asking.parcel import Parcel, read_parcel
from spoc.web.asking.tables import rows_shown
from spoc.web.deps import Database, Now, Running, require
from spoc.web.desk.solved import solve
from spoc.web.desk.words import choices
from spoc.web.once import lead_once
from spoc.web.pages import notice, render
from spoc.web.permissions import Permission
from spoc.web.words_of_contacts import KINDS
from spoc.words import gettext, marked, said

router = APIRouter()
Agent = Annotated[Actor, require(Permission.AGENT)]
BY_PERSON = {Channel.PHONE: marked("Phone"), Channel.WALK_IN: marked("At the desk"), Channel.CHAT: marked("Chat")}
LOGGED = notice("contact.logged", marked("The contact about {about} is written down."))
OPENED = notice("contact.opened", marked("{about} is open, with this contact as its first."))
NOTED = notice(
    "contact.noted",
    marked("{about} is open: not all of it is done. What you wrote of its solution is kept with the contact."),
    "info",
)
ELSEWHERE = notice(
    "contact.elsewhere",
    marked("{about} is open, with this contact as its first. It is with a team in which you do not work."),
    "info",
)
SOLVED = notice("contact.solved", marked("{about} is solved in this contact."))
Line = Annotated[str, Field(max_length=320)]
Text = Annotated[str, Field(max_length=4000)]


class ContactForm(BaseModel):
    """The page's form. `about` is a reference, or empty for something new; then `service` and `text` say what."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    person: Line = ""
    about: Annotated[str, Field(max_length=20)] = ""
    channel: ContactChannel = Channel.PHONE
    kind: ContactKind | None = None
    service: Annotated[str, Field(max_length=60)] = ""
    text: Text = ""
    minutes: Annotated[float, Field(ge=0, le=600)] = 5
    ended_ago: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 0
    solved: Text = ""
    once: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True)
class Refusal:
    """Why the form came back: one sentence, or faults of the service's questions."""

    text: str = ""
    faults: Sequence[AnswerFault] = ()


@router.get("/desk/log", include_in_schema=False)
def show_form(http: Request, session: Database, now: Now, actor: Agent) -> Response:
    """With a person, their requests to choose from; with a service, its questions."""
    items = tuple(http.query_params.multi_items())
    given, refusal = _read(items)
    if given.person:
        given, refusal = _with_mail(session, given, refusal)
    return _form(http, session, actor, given, items, now, refusal)


@router.post("/desk/log", include_in_schema=False)
def log(
    http: Request,
    parcel: Annotated[Parcel, Depends(read_parcel)],
    session: Database,
    now: Now,
    runtime: Running,
    actor: Agent,
) -> Response:
    given, refusal = _with_mail(session, *_read(parcel.items))
    if refusal:
        return _form(http, session, actor, given, parcel.items, now, refusal, 422)
    try:
        with session.begin_nested():  # what was written before it was refused is undone; the form still reads
            write = partial(_write, session, actor, given, parcel.items, now)
            answer = lead_once(http, session, actor, given.once, parcel.fingerprint, write)
    except (InvalidAnswers, Invalid, NotFound) as refused:
        faults = refused.faults if isinstance(refused, InvalidAnswers) else ()
        refusal = Refusal(said(refused), faults)
        return _form(http, session, actor, given, parcel.items, now, refusal, 422)
    answer.background = BackgroundTask(runtime.poke)
    return answer


def _read(items: Sequence[tuple[str, str]]) -> tuple[ContactForm, Refusal | None]:
    """What is empty was not given. Of what cannot be read, all is forgotten but who it was."""
    given = {name: value for name, value in items if value.strip() and not name.startswith("answers.")}
    try:
        return ContactForm.model_validate(given), None
    except ValidationError as error:
        fields = ", ".join(str(one["loc"][0]) for one in error.errors())
        known = ContactForm(person=given.get("person", "")[:320])
        return known, Refusal(gettext("This cannot be read: %(fields)s.") % {"fields": fields})


def _with_mail(session: Session, given: ContactForm, refusal: Refusal | None) -> tuple[ContactForm, Refusal | None]:
    """Callers say their names: the form goes on with the mail address that is meant."""
    if refusal:
        return given, refusal
    try:
        return given.model_copy(update={"person": mail_meant(session, given.person)}), None
    except NobodyMeant as unclear:
        return given, Refusal(said(unclear))


def _write(
    session: Session, actor: Actor, given: ContactForm, items: Sequence[tuple[str, str]], now: datetime
) -> dict[str, str]:
    """Write the contact; the page that this leads to, with its notice."""
    ended_at = now - timedelta(minutes=given.ended_ago)
    if given.about:
        note = "\n\n".join(part for part in (given.text, given.solved) if part)
        touch = Touch(given.channel, given.kind, None, None, ended_at, given.minutes, note)
        log_contact(session, actor, given.about.upper(), touch, now)
        return {"path": f"/tickets/{given.about.upper()}", "told": LOGGED, "about": given.about.upper()}
    accepted = _open(session, actor, given, items, now)
    solved = bool(given.solved) and solve(session, actor, accepted, given.solved, ended_at)
    reference = accepted.reference
    if given.solved and not solved:
        note_on_first(session, reference, given.solved)
    if solved or can_open(session, actor, reference):
        told = SOLVED if solved else NOTED if given.solved else OPENED
        return {"path": f"/tickets/{reference}", "told": told, "about": reference}
    return {"path": "/desk/log", "told": ELSEWHERE, "about": reference}


def _open(
    session: Session, actor: Actor, given: ContactForm, items: Sequence[tuple[str, str]], now: datetime
) -> Accepted:
    desk = read_desk_facts(session)
    ended_at = now - timedelta(minutes=given.ended_ago)
    submission = Submission(
        service=given.service or None,
        answers=_answers(desk, given, items, now),
        text=given.text,
        requester_mail=given.person or None,
        channel=given.channel,
        started_at=ended_at - timedelta(minutes=given.minutes),
        ended_at=ended_at,
        handling_minutes=given.minutes,
        complete=False,
    )
    return accept(session, submission, actor, desk, now).accepted


def _answers(
    desk: DeskFacts, given: ContactForm, items: Sequence[tuple[str, str]], now: datetime
) -> Mapping[str, object]:
    """What was filled in; where nothing was, what the text says to what is asked, and the text itself as the story."""
    if not given.service:
        return {}
    service = desk.catalogue.service(given.service)
    said = find_answers(service, given.text, now.astimezone(desk.zone).date(), desk.locations)
    filled_in = read_form(service, items)
    asked = {field.key for field in visible_fields(service, {**said, **filled_in})}
    read = {**_story(service, given.text), **said}
    return {**{key: value for key, value in read.items() if key in asked}, **filled_in}


def _story(service: Service, text: str) -> dict[str, object]:
    field = next((one for one in service.form if one.kind is FieldKind.LONG_TEXT and one.required), None)
    return {field.key: text[: field.max_length]} if field and text else {}


def _form(
    http: Request,
    session: Session,
    actor: Actor,
    given: ContactForm,
    items: Sequence[tuple[str, str]],
    now: datetime,
    refusal: Refusal | None,
    status: int = 200,
) -> Response:
    desk = read_desk_facts(session)
    service = next((one for one in desk.catalogue.services if one.key == given.service), None)
    answers = _answers(desk, given, items, now) if service else {}
    faults = refusal.faults if refusal else ()
    shown = _asked_aloud(service, answers) if service and not given.about else ()
    return render(
        http,
        "desk/log.html",
        status,
        counts={badge.key: badge.open_count for badge in badges(session, actor, now)},
        given=given,
        once=given.once or str(uuid4()),
        refusal=refusal.text if refusal else "",
        summary=fault_lines(service, shown, faults),
        faults={fault.field: said(fault) for fault in faults},
        tickets=recent_tickets(session, actor, given.person, now) if given.person else (),
        people=[(one.mail, one.name) for one in suggest(session, given.person)],
        fields=shown,
        rows=rows_shown(shown, answers, items),
        values=answers,
        locations=[{"value": key, "label": title} for key, title in desk.locations.items()],
        services=[{"value": one.key, "label": one.title} for one in desk.catalogue.services],
        channels=choices({channel.value: text for channel, text in BY_PERSON.items()}),
        kinds=choices({kind.value: KINDS[kind] for kind in KINDS if kind in _AGAIN}),
    )


def _asked_aloud(service: Service, answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The questions that a caller can answer: nobody gives a file by phone, they bring it to the request later."""
    return tuple(one for one in visible_fields(service, answers) if one.kind is not FieldKind.FILE)


_AGAIN = frozenset({ContactKind.REPEAT, ContactKind.RESPONSE, ContactKind.THANKS})
