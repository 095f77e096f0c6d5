"""Rules for programs: read, added, changed, moved, removed and tried, as on their page."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from routing.rules import Condition
from routing.visibility import Actor
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.ruling.editing import add_rule, change_rule, checked, move_rule, remove_rule
from spoc.intake.ruling.effect import MOST, effect
from spoc.intake.ruling.stored import Entry, list_rules, version_of
from spoc.intake.ruling.trying import requester_of, try_rules
from spoc.web.deps import Database, Now, Seen, require
from spoc.web.permissions import Permission
from spoc.web.ruling.forms import RuleBody
from spoc.web.ruling.one import with_rule
from spoc.web.ruling.words import rule_rows, tried_rows
from spoc.web.why import sentences

router = APIRouter()
Editor = Annotated[Actor, require(Permission.OWNER_OR_ADMINISTRATOR)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MoveBody(Body):
    """`place` counts from 1."""

    place: Annotated[int, Field(ge=1, le=10_000)]
    version: int


class RemoveBody(Body):
    version: int


class TryBody(Body):
    service: Annotated[str, Field(max_length=60)]
    requester: Annotated[str, Field(max_length=320)]
    location: Annotated[str, Field(max_length=60)] | None = None
    text: Annotated[str, Field(max_length=20_000)] = ""


@router.get("/api/routing/rules")
def read_rules(session: Database, _actor: Editor) -> dict[str, Any]:
    """All rules in the order in which they are asked, with what stands in their way, and the version of them all."""
    return _answer(session)


@router.post("/api/routing/rules")
def add(session: Database, now: Now, actor: Editor, body: RuleBody) -> dict[str, Any]:
    """Add a rule at `place`, or last; 409 if rules changed since `version`."""
    made = add_rule(session, actor, body.version, body.rule(), now, place=body.place, why=body.because)
    return {"id": str(made), **_answer(session)}


@router.post("/api/routing/rules/{rule_id}")
def change(session: Database, now: Now, actor: Editor, rule_id: UUID, body: RuleBody) -> dict[str, Any]:
    """Write the whole rule anew; `place` is left alone."""
    change_rule(session, actor, body.version, rule_id, body.rule(), now, why=body.because)
    return _answer(session)


@router.post("/api/routing/rules/{rule_id}/move")
def move(session: Database, now: Now, actor: Editor, rule_id: UUID, body: MoveBody) -> dict[str, Any]:
    move_rule(session, actor, body.version, rule_id, body.place, now)
    return _answer(session)


@router.post("/api/routing/rules/{rule_id}/remove")
def remove(session: Database, now: Now, actor: Editor, rule_id: UUID, body: RemoveBody) -> dict[str, Any]:
    remove_rule(session, actor, body.version, rule_id, now)
    return _answer(session)


@router.post("/api/routing/try")
def try_out(session: Database, _actor: Editor, seen: Seen, body: TryBody) -> dict[str, Any]:
    """Where each of the service's steps would go, and why. Nothing is kept."""
    desk = read_desk_facts(session)
    service = desk.catalogue.service(body.service)
    found = try_rules(desk, service, requester_of(session, body.requester), body.location, body.text)
    places = {row["title"]: row["place"] for row in tried_rows(found, list_rules(session), desk, seen)}
    return {
        "steps": [
            {
                "key": one.step,
                "title": one.title,
                "queue": one.queue,
                "rule": places[one.title],
                "why": sentences([one.why], seen),
            }
            for one in found
        ]
    }


@router.post("/api/routing/effect")
def show_effect(
    session: Database, actor: Editor, body: RuleBody, most: Annotated[int, Query(ge=1, le=MOST)] = 100
) -> dict[str, Any]:
    """Which steps of the latest requests would go elsewhere with this rule added. Nothing is kept."""
    desk = read_desk_facts(session)
    found = effect(session, actor, desk, with_rule(session, None, checked(session, body.rule()), body.place), most)
    moved = [
        {
            "service": one.service,
            "step": one.step,
            "from": one.before,
            "to": one.after,
            "count": one.count,
            "examples": list(one.examples),
        }
        for one in found.moved
    ]
    return {"requests": found.asks, "steps": found.steps, "moved": moved}


def _answer(session: Session) -> dict[str, Any]:
    desk = read_desk_facts(session)
    entries = list_rules(session)
    rows = rule_rows(entries, desk)
    return {
        "version": version_of(session),
        "rules": [
            {**_rule_json(entry), "notes": list(row.notes), "never": row.never}
            for entry, row in zip(entries, rows, strict=True)
        ],
    }


def _rule_json(entry: Entry) -> dict[str, Any]:
    conditions = {one.value: getattr(entry.rule, one.value) for one in Condition}
    return {
        "id": str(entry.id),
        "place": entry.place,
        "queue": entry.rule.queue,
        **conditions,
        "why": entry.rule.why,
    }
