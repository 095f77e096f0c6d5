"""A queue's team: who is there, how much each has to do, and how tasks find their person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.assign import Strategy
from routing.visibility import Actor
from spoc.db.absences import today_of
from spoc.desk.errors import InvalidTeam
from spoc.desk.queues.lists import badges
from spoc.desk.queues.team import Member, Team, Way, read_team, set_member, set_way
from spoc.errors import NotFound
from spoc.people.absences import Away, Leave, absences_of, add_absence
from spoc.people.errors import InvalidAbsence
from spoc.web.account.absences import ADDED, day_of
from spoc.web.account.history import faults_by_field
from spoc.web.deps import Database, Now, require
from spoc.web.desk.words import choices
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import marked

router = APIRouter(include_in_schema=False)
Agent = Annotated[Actor, require(Permission.AGENT)]
Text = Annotated[str, Form(max_length=2000)]

WAY = notice("team.way", marked("It is changed. What is ready and nobody's is offered within a minute."))
MEMBER = notice("team.member", marked("It is changed, for what is offered from now on."))
STRATEGIES: Final[Mapping[Strategy, str]] = {
    Strategy.MANUAL: marked("By hand: whoever takes it"),
    Strategy.ROUND_ROBIN: marked("In turn"),
    Strategy.LEAST_LOADED: marked("To whoever has the most room"),
    Strategy.SKILL: marked("To somebody with a skill"),
    Strategy.SAME_PERSON: marked("To the same person as last time"),
    Strategy.POINT_OF_CONTACT: marked("To the point of contact"),
}


@router.get("/desk/{key}/team")
def show_team(
    http: Request, key: str, session: Database, now: Now, actor: Agent, member: UUID | None = None
) -> Response:
    """With a member, a lead finds the forms that change what they take, and when they are away."""
    return _page(http, session, actor, key, now, about=member)


@router.post("/desk/{key}/team")
def change_way(
    http: Request,
    key: str,
    session: Database,
    now: Now,
    actor: Agent,
    strategy: Annotated[Strategy, Form()],
    skill: Text = "",
    topic: Text = "",
    answer_hours: Annotated[float, Form(ge=0, le=1000)] = 4,
) -> Response:
    given = Way(strategy, skill, topic, round(answer_hours * 60))
    try:
        set_way(session, actor, key, given)
    except InvalidTeam as refused:
        return _page(http, session, actor, key, now, faults=faults_by_field(refused), given=given)
    return redirect(http, f"/desk/{key}/team", told=WAY)


@router.post("/desk/{key}/team/{member_id}")
def change_member(
    http: Request,
    key: str,
    member_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    most_tasks: Annotated[str, Form(max_length=10)] = "",
    skills: Text = "",
) -> Response:
    limit = int(most_tasks) if most_tasks.strip().isdecimal() else -1 if most_tasks.strip() else None
    try:
        set_member(session, actor, key, member_id, limit, skills)
    except InvalidTeam as refused:
        return _page(http, session, actor, key, now, faults=faults_by_field(refused), about=member_id)
    return redirect(http, f"/desk/{key}/team", told=MEMBER)


@router.post("/desk/{key}/team/{member_id}/absences")
def add_of_member(
    http: Request,
    key: str,
    member_id: UUID,
    session: Database,
    now: Now,
    actor: Agent,
    from_on: Text = "",
    until_on: Text = "",
    deputy: Text = "",
) -> Response:
    member = _member(read_team(session, actor, key), member_id)
    given = Leave(day_of(from_on), day_of(until_on), deputy)
    try:
        add_absence(session, actor, member.mail, given, today_of(session, now))
    except InvalidAbsence as refused:
        return _page(http, session, actor, key, now, faults=faults_by_field(refused), about=member_id)
    return redirect(http, f"/desk/{key}/team", told=ADDED)


def _member(team: Team, member_id: UUID) -> Member:
    """Raises:
    NotFound: they do not serve the queue.
    """
    found = next((one for one in team.members if one.public_id == member_id), None)
    if found is None:
        raise NotFound(marked("This person does not serve the queue."))
    return found


def _page(
    http: Request,
    session: Session,
    actor: Actor,
    key: str,
    now: datetime,
    *,
    about: UUID | None = None,
    faults: Mapping[str, str] | None = None,
    given: Way | None = None,
) -> Response:
    """`about` is the member whose forms are open; `given` what was written of the queue and refused."""
    team = read_team(session, actor, key)
    away = absences_of(session, [one.person_id for one in team.members], today_of(session, now))
    values: dict[str, Any] = {
        "team": team,
        "way": given or team.way,
        "answer_hours": f"{(given or team.way).answer_minutes / 60:g}",
        "strategies": choices({one.value: text for one, text in STRATEGIES.items()}),
        "lines": [(one, _of(away, one)) for one in team.members],
        "member": _member(team, about) if about and team.may_change else None,
        "faults": faults or {},
        "address": f"/desk/{key}/team",
    }
    counts = {badge.key: badge.open_count for badge in badges(session, actor, now)}
    return render(http, "desk/team.html", 422 if faults else 200, counts=counts, path=f"/desk/{key}", **values)


def _of(away: tuple[Away, ...], member: Member) -> tuple[Away, ...]:
    return tuple(one for one in away if one.person_id == member.person_id)
