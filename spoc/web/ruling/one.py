"""The page of one rule: written, tried on the latest requests, moved and removed."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.rules import Rule
from routing.visibility import Actor
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.errors import InvalidRule
from spoc.intake.ruling.editing import add_rule, change_rule, checked, move_rule, remove_rule, rule_of
from spoc.intake.ruling.effect import Effect, effect
from spoc.intake.ruling.stored import list_rules, version_of
from spoc.web.account.history import faults_by_field
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.web.ruling.forms import RuleForm, offered
from spoc.web.ruling.words import effect_rows
from spoc.words import marked

router = APIRouter(include_in_schema=False)
Editor = Annotated[Actor, require(Permission.OWNER_OR_ADMINISTRATOR)]
Version = Annotated[int, Form()]
TRY: Final = "try"

ADDED = notice("routing.added", marked("The rule is added. It places what is asked from now on."))
CHANGED = notice("routing.changed", marked("The rule is changed. What was placed before stays where it is."))
MOVED = notice("routing.moved", marked("The rule has another place now."))
REMOVED = notice("routing.removed", marked("The rule is gone. What it placed stays where it is."))


@router.get("/routing/rules/new")
def show_new(http: Request, session: Database, _actor: Editor) -> Response:
    """An empty form; the new rule would come last."""
    form = RuleForm(version=version_of(session), place=len(list_rules(session)) + 1)
    return _page(http, session, None, form)


@router.post("/routing/rules/new")
def add(http: Request, session: Database, now: Now, actor: Editor, form: Annotated[RuleForm, Form()]) -> Response:
    try:
        if form.act == TRY:
            return _page(http, session, None, form, found=_effect(session, actor, None, form))
        add_rule(session, actor, form.version, form.rule(), now, place=form.place, why=form.because)
    except InvalidRule as refused:
        return _page(http, session, None, form, refused)
    return redirect(http, "/routing", told=ADDED)


@router.get("/routing/rules/{rule_id}")
def show(http: Request, session: Database, _actor: Editor, rule_id: UUID) -> Response:
    return _page(http, session, rule_id, _filled(rule_of(session, rule_id), version_of(session)))


@router.post("/routing/rules/{rule_id}")
def change(
    http: Request, session: Database, now: Now, actor: Editor, rule_id: UUID, form: Annotated[RuleForm, Form()]
) -> Response:
    rule_of(session, rule_id)
    try:
        if form.act == TRY:
            return _page(http, session, rule_id, form, found=_effect(session, actor, rule_id, form))
        change_rule(session, actor, form.version, rule_id, form.rule(), now, why=form.because)
    except InvalidRule as refused:
        return _page(http, session, rule_id, form, refused)
    return redirect(http, "/routing", told=CHANGED)


@router.post("/routing/rules/{rule_id}/move")
def move(
    http: Request,
    session: Database,
    now: Now,
    actor: Editor,
    rule_id: UUID,
    version: Version,
    place: Annotated[int, Form(ge=1, le=10_000)],
) -> Response:
    """To a place counted from 1."""
    move_rule(session, actor, version, rule_id, place, now)
    return redirect(http, "/routing", told=MOVED)


@router.post("/routing/rules/{rule_id}/remove")
def remove(http: Request, session: Database, now: Now, actor: Editor, rule_id: UUID, version: Version) -> Response:
    remove_rule(session, actor, version, rule_id, now)
    return redirect(http, "/routing", told=REMOVED)


def _effect(session: Session, actor: Actor, rule_id: UUID | None, form: RuleForm) -> Effect:
    """What the latest requests would do with the rule as it is written, in its place."""
    desk = read_desk_facts(session)
    wanted = checked(session, form.rule())
    return effect(session, actor, desk, with_rule(session, rule_id, wanted, form.place), form.most)


def with_rule(session: Session, rule_id: UUID | None, wanted: Rule, place: int | None) -> tuple[Rule, ...]:
    """The rules with this one in place of the one with the id, or in addition."""
    entries = list_rules(session)
    if rule_id is not None:
        return tuple(wanted if entry.id == rule_id else entry.rule for entry in entries)
    rules = [entry.rule for entry in entries]
    rules.insert(len(rules) if place is None else place - 1, wanted)
    return tuple(rules)


def _filled(rule: Rule, version: int) -> RuleForm:
    values = {name: getattr(rule, name) or "" for name in RuleForm.model_fields if hasattr(rule, name)}
    return RuleForm(**values, version=version)


def _page(
    http: Request,
    session: Session,
    rule_id: UUID | None,
    given: RuleForm,
    refused: InvalidRule | None = None,
    *,
    found: Effect | None = None,
) -> Response:
    desk = read_desk_facts(session)
    values: dict[str, Any] = {
        "given": given,
        "rule_id": rule_id,
        "faults": faults_by_field(refused),
        "offered": offered(session, desk),
        "found": found,
        "moved": effect_rows(found, desk) if found else [],
        "last": len(list_rules(session)) + 1,
    }
    return render(http, "routing/rule.html", 422 if refused else 200, path="/routing/rules", **values)
