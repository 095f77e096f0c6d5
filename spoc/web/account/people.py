"""The administrator's list of people: who is here, what they may do, and how they get in."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.phrase import Phrase
from routing.visibility import Actor, Role
from spoc.errors import Fault
from spoc.people.accounts import add_person, deactivate, person_id_of, reactivate
from spoc.people.changes import changes_of
from spoc.people.details import Details, details_of, set_details
from spoc.people.errors import InvalidAccount
from spoc.people.grants import GRANTABLE, set_queues, set_roles
from spoc.people.links import make_link
from spoc.people.places import list_places
from spoc.people.roster import all_queues, list_people, one_person
from spoc.web.account.history import faults_by_field, told
from spoc.web.account.profile import ROLE_WORDS
from spoc.web.deps import Database, Now, Running, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.runtime import Runtime
from spoc.words import gettext, marked

router = APIRouter(include_in_schema=False)

Administrator = Annotated[Actor, require(Permission.ADMINISTRATOR)]
Short = Annotated[str, Form(max_length=320)]
Keys = Annotated[list[str], Form()]

RIGHTS_OF = {
    Role.MANAGER: marked("reads reports, not tickets"),
    Role.OWNER: marked("keeps the catalogue"),
    Role.ADMINISTRATOR: marked("keeps people and their rights, reads nothing confidential"),
}

RIGHTS_SET = notice("people.rights_set", marked("The rights are changed and hold from now on."))
DETAILS_SET = notice("people.details_set", marked("The details are changed."))
SWITCHED_OFF = notice("people.switched_off", marked("The account is off. Sessions and tokens have ended."))
SWITCHED_ON = notice("people.switched_on", marked("The account is on again. It takes a new link to get in."))


@router.get("/people")
def show_people(
    http: Request,
    session: Database,
    _actor: Administrator,
    search: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    roster = list_people(session, search, after)
    return render(http, "people_admin.html", roster=roster, search=search, after=after, role_words=_role_words())


@router.get("/people/new")
def show_new(http: Request, _actor: Administrator) -> Response:
    return _new_page(http)


def _new_page(http: Request, status: int = 200, refused: InvalidAccount | None = None, **given: str) -> Response:
    shown = {"name": "", "mail": "", "department": "", "job_title": "", **given}
    return render(http, "people_admin_new.html", status, given=shown, faults=faults_by_field(refused))


@router.post("/people/new")
def add(
    http: Request,
    session: Database,
    now: Now,
    runtime: Running,
    actor: Administrator,
    name: Short = "",
    mail: Short = "",
    department: Short = "",
    job_title: Short = "",
) -> Response:
    """Answers with the person's page, the link on it: a redirect would have to carry the secret somewhere."""
    try:
        person = add_person(
            session, mail, name, now, by=actor, department=department.strip(), job_title=job_title.strip()
        )
    except InvalidAccount as refused:
        return _new_page(http, 422, refused, name=name, mail=mail, department=department, job_title=job_title)
    link = _link(http, runtime, make_link(session, person.id, now, by=actor))
    return _person_page(http, session, actor, person.public_id, link)


def _link(http: Request, runtime: Runtime, secret: str) -> str:
    base = runtime.settings.base_url or str(http.base_url)
    return f"{base.rstrip('/')}/set-password?token={secret}"


@router.get("/people/{public_id}")
def show_person(http: Request, session: Database, actor: Administrator, public_id: UUID) -> Response:
    return _person_page(http, session, actor, public_id)


def _person_page(
    http: Request,
    session: Session,
    actor: Actor,
    public_id: UUID,
    link: str | None = None,
    *,
    given: Details | None = None,
    refused: InvalidAccount | None = None,
) -> Response:
    """`link`: a one-time link just made. `given` and `refused`: details that were not accepted, and why."""
    person, person_id = one_person(session, public_id), person_id_of(session, public_id)
    return render(
        http,
        "people_admin_person.html",
        422 if refused else 200,
        path=f"/people/{public_id}",
        person=person,
        link=link,
        is_own=person.mail == actor.mail,
        details=given or details_of(session, person_id),
        faults=faults_by_field(refused),
        locations=[{"value": one.place.key, "label": one.place.title} for one in list_places(session)],
        history=told(changes_of(session, person_id)),
        role_choices=[
            (role, gettext(ROLE_WORDS[role]), gettext(RIGHTS_OF[role]), role in person.roles) for role in GRANTABLE
        ],
        queue_choices=_queue_choices(session, {key: is_lead for key, _title, is_lead in person.queues}),
    )


def _queue_choices(session: Session, served: dict[str, bool]) -> list[tuple[str, str, str]]:
    """Key, title, and what the person is there: an empty text, `member` or `lead`."""
    words = {None: "", False: "member", True: "lead"}
    return [(key, title, words[served.get(key)]) for key, title in all_queues(session)]


@router.post("/people/{public_id}/details")
def write_details(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    public_id: UUID,
    department: Short = "",
    job_title: Short = "",
    location: Short = "",
    manager: Short = "",
    shared: Annotated[Literal["true", ""], Form()] = "",
    employment: Keys = [],  # noqa: B006 - a list tells a field that was left empty from one that was not there
) -> Response:
    person_id = person_id_of(session, public_id)
    kind = employment[-1] if employment else details_of(session, person_id).employment
    given = Details(department, job_title, location, manager, shared == "true", kind)
    try:
        set_details(session, actor, person_id, given, now)
    except InvalidAccount as refused:
        return _person_page(http, session, actor, public_id, given=given, refused=refused)
    return redirect(http, f"/people/{public_id}", told=DETAILS_SET)


@router.post("/people/{public_id}/rights")
def set_rights(
    http: Request,
    session: Database,
    now: Now,
    actor: Administrator,
    public_id: UUID,
    roles: Keys = [],  # noqa: B006 - FastAPI copies defaults
    members: Keys = [],  # noqa: B006
    leads: Keys = [],  # noqa: B006
) -> Response:
    person_id = person_id_of(session, public_id)
    set_roles(session, actor, person_id, _chosen(roles), now)
    set_queues(session, actor, person_id, dict.fromkeys(members, False) | dict.fromkeys(leads, True), now)
    return redirect(http, f"/people/{public_id}", told=RIGHTS_SET)


def _chosen(roles: list[str]) -> frozenset[Role]:
    try:
        return frozenset(Role(role) for role in roles)
    except ValueError as unknown:
        raise InvalidAccount(Fault("roles", "unknown", Phrase("There is no such role."))) from unknown


@router.post("/people/{public_id}/link")
def give_link(
    http: Request, session: Database, now: Now, runtime: Running, actor: Administrator, public_id: UUID
) -> Response:
    link = _link(http, runtime, make_link(session, person_id_of(session, public_id), now, by=actor))
    return _person_page(http, session, actor, public_id, link)


@router.post("/people/{public_id}/switch-off")
def switch_off(http: Request, session: Database, now: Now, actor: Administrator, public_id: UUID) -> Response:
    deactivate(session, actor, person_id_of(session, public_id), now)
    return redirect(http, f"/people/{public_id}", told=SWITCHED_OFF)


@router.post("/people/{public_id}/switch-on")
def switch_on(http: Request, session: Database, now: Now, actor: Administrator, public_id: UUID) -> Response:
    reactivate(session, actor, person_id_of(session, public_id), now)
    return redirect(http, f"/people/{public_id}", told=SWITCHED_ON)


def _role_words() -> dict[Role, str]:
    return {role: gettext(word) for role, word in ROLE_WORDS.items()}
