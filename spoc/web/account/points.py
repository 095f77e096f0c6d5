"""Points of contact: each queue's topics with who is accountable and who backs them up, to read and to set."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor
from spoc.db.people import OWNER
from spoc.intake.around import topics_asked_for
from spoc.people.errors import InvalidOrganisation
from spoc.people.points import MOST_PEOPLE, Desk, Topic, list_topics, set_topic
from spoc.web.account.history import faults_by_field
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.shapes import instant
from spoc.words import marked

router = APIRouter()
Keeper = Annotated[Actor, require(Permission.LEAD_OR_ADMINISTRATOR)]
Text = Annotated[str, Form(max_length=400)]
Lines = Annotated[str, Form(max_length=8_000)]
Named = Annotated[str, Query(max_length=400)]

PAGE = "/organisation/contacts"
SAVED = notice("contacts.saved", marked("It is written down, and counts for what is offered from now on."))


class TopicBody(BaseModel):
    """`people` are mail addresses, the accountable one first; an empty list ends the topic."""

    model_config = ConfigDict(extra="forbid")

    queue: Annotated[str, Field(max_length=60)]
    topic: Annotated[str, Field(max_length=400)]
    people: Annotated[list[Annotated[str, Field(max_length=320)]], Field(max_length=100)]


@router.get(PAGE, include_in_schema=False)
def show(http: Request, session: Database, now: Now, actor: Keeper, queue: Named = "", topic: Named = "") -> Response:
    """With a queue and topic, the form holds who they are now."""
    desks = _desks(session, actor, now)
    found = _topic(desks, queue, topic)
    people = "\n".join(one.mail for one in found.holders) if found else ""
    return _page(http, desks, queue, found.name if found else topic, people)


@router.post(PAGE, include_in_schema=False)
def write(
    http: Request,
    session: Database,
    now: Now,
    actor: Keeper,
    queue: Text = "",
    topic: Text = "",
    people: Lines = "",
) -> Response:
    try:
        set_topic(session, actor, queue, topic, people.splitlines(), now)
    except InvalidOrganisation as refused:
        return _page(http, _desks(session, actor, now), queue, topic, people, refused)
    return redirect(http, PAGE, told=SAVED)


def _desks(session: Session, actor: Actor, now: Now) -> tuple[Desk, ...]:
    return list_topics(session, actor, now, topics_asked_for(session))


def _topic(desks: tuple[Desk, ...], queue: str, topic: str) -> Topic | None:
    named = (one for desk in desks if desk.key == queue for one in desk.topics)
    return next((one for one in named if one.name.lower() == topic.lower()), None)


def _page(
    http: Request,
    desks: tuple[Desk, ...],
    queue: str,
    topic: str,
    people: str,
    refused: InvalidOrganisation | None = None,
) -> Response:
    return render(
        http,
        "organisation/contacts.html",
        422 if refused else 200,
        desks=desks,
        queues=[{"value": desk.key, "label": desk.title} for desk in desks],
        given={"queue": queue, "topic": topic, "people": people},
        faults=faults_by_field(refused),
        most=MOST_PEOPLE,
        owner=OWNER,
    )


@router.get("/api/points-of-contact")
def read(session: Database, now: Now, actor: Keeper) -> dict[str, Any]:
    """Topics by queue, each with its people in order: of all queues for administrators, else of those you lead."""
    return {"queues": [_json(desk) for desk in _desks(session, actor, now)]}


@router.post("/api/points-of-contact")
def write_by_program(session: Database, now: Now, actor: Keeper, body: TopicBody) -> dict[str, Any]:
    """Say who holds a topic of a queue; the same people again confirm it."""
    set_topic(session, actor, body.queue, body.topic, body.people, now)
    return next(_json(desk) for desk in _desks(session, actor, now) if desk.key == body.queue)


def _json(desk: Desk) -> dict[str, Any]:
    return {
        "queue": desk.key,
        "topics": [
            {
                "topic": topic.name,
                "people": [
                    {
                        "name": one.name,
                        "mail": one.mail,
                        "serves": one.serves,
                        "confirmed_at": instant(one.confirmed_at),
                    }
                    for one in topic.holders
                ],
            }
            for topic in desk.topics
        ],
    }
