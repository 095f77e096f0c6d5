"""The page of the rules that place work: all of them in order, labels, a try-out, and what was changed."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.errors import UnknownService
from routing.labels import Label, labels_in
from routing.visibility import Actor
from spoc.errors import Invalid
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.errors import InvalidLabel
from spoc.intake.ruling.labelling import key_from, remove_label, set_label
from spoc.intake.ruling.proposals import proposals
from spoc.intake.ruling.stored import changes_of, list_rules, version_of
from spoc.intake.ruling.trying import requester_of, try_rules
from spoc.web.account.history import faults_by_field
from spoc.web.deps import Database, Now, Seen, require
from spoc.web.errors import spoken
from spoc.web.formats import View
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.ruling.forms import offered
from spoc.web.ruling.words import proposal_rows, rule_rows, told, tried_rows
from spoc.words import gettext, marked

router = APIRouter(include_in_schema=False)
Editor = Annotated[Actor, require(Permission.OWNER_OR_ADMINISTRATOR)]
Text = Annotated[str, Form(max_length=320)]
Long = Annotated[str, Form(max_length=20_000)]
Version = Annotated[int, Form()]

LABELLED = notice("routing.labelled", marked("The label is kept. It counts for what is asked from now on."))
UNLABELLED = notice("routing.unlabelled", marked("The label is gone."))


@router.get("/routing")
def show(http: Request, session: Database, actor: Editor) -> Response:
    """The rules in force."""
    return _page(http, session, actor)


@router.post("/routing/try")
def try_out(
    http: Request,
    session: Database,
    actor: Editor,
    seen: Seen,
    service: Text = "",
    requester: Text = "",
    location: Text = "",
    text: Long = "",
) -> Response:
    """Where each step of a service would go. Nothing is kept."""
    asked = {"service": service, "requester": requester, "location": location, "text": text}
    return _page(http, session, actor, asked=asked, view=seen)


@router.post("/routing/labels")
def write_label(
    http: Request,
    session: Database,
    now: Now,
    actor: Editor,
    version: Version,
    title: Text = "",
    phrases: Long = "",
    key: Text = "",
) -> Response:
    """Add a label, or change the one with the key; phrases one a line."""
    given = Label(key or key_from(title), title, tuple(phrases.splitlines()))
    try:
        set_label(session, actor, version, given, now)
    except InvalidLabel as refused:
        return _page(http, session, actor, label=given, faults=faults_by_field(refused))
    return redirect(http, "/routing#labels", told=LABELLED)


@router.post("/routing/labels/{label_key}/remove")
def drop_label(http: Request, session: Database, now: Now, actor: Editor, label_key: str, version: Version) -> Response:
    """Take away a label that no rule looks at."""
    remove_label(session, actor, version, label_key, now)
    return redirect(http, "/routing#labels", told=UNLABELLED)


def _page(
    http: Request,
    session: Session,
    actor: Actor,
    *,
    asked: dict[str, str] | None = None,
    view: View | None = None,
    label: Label | None = None,
    faults: dict[str, str] | None = None,
) -> Response:
    desk = read_desk_facts(session)
    entries = list_rules(session)
    found, refused = _tried(session, desk, asked, view) if asked and view else (None, "")
    return render(
        http,
        "routing/rules.html",
        422 if faults or refused else 200,
        path="/routing",
        rules=rule_rows(entries, desk),
        proposals=proposal_rows(proposals(session, actor), desk, entries),
        version=version_of(session),
        labels=desk.labels,
        label=label,
        faults=faults or {},
        offered=offered(session, desk),
        asked=asked or {"service": "", "requester": actor.mail, "location": "", "text": ""},
        tried=found,
        refused=refused,
        history=told(changes_of(session), desk),
    )


def _tried(session: Session, desk: DeskFacts, asked: dict[str, str], view: View) -> tuple[dict[str, Any] | None, str]:
    """Steps with their queues and the labels that were found; or what stands in the way."""
    try:
        service = desk.catalogue.service(asked["service"])
        requester = requester_of(session, asked["requester"])
    except UnknownService:
        return None, gettext("Choose a service of the catalogue.")
    except Invalid as fault:
        return None, spoken(fault)
    location = asked["location"] if asked["location"] in desk.locations else None
    steps = try_rules(desk, service, requester, location, asked["text"])
    labels = labels_in(asked["text"], desk.labels)
    titles = {one.key: one.title for one in desk.labels}
    return {
        "service": service.title,
        "name": requester.name,
        "steps": tried_rows(steps, list_rules(session), desk, view),
        "labels": [(titles[key], phrase) for key, phrase in labels.items()],
    }, ""
