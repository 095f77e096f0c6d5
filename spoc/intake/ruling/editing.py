"""Changing the rules: each change under the lock of all of them, checked against the version it was made from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.rules import Condition, Rule
from routing.visibility import Actor
from routing.work import PRIORITIES
from spoc.db.catalog import RoutingChangeRow, RoutingRuleRow, TextLabelRow
from spoc.db.ids import public_id
from spoc.db.people import LocationRow, PersonRow, QueueRow
from spoc.errors import Fault, NotFound
from spoc.intake.errors import InvalidRule, RulesMovedOn
from spoc.intake.ruling.stored import list_rules, version_of

log = structlog.get_logger()

EDITING: Final = 5_807_002  # the advisory lock: two who edit at once take turns, and the second is told
LONGEST: Final = 200
MOST_RULES: Final = 500


def add_rule(
    session: Session,
    actor: Actor,
    version: int,
    wanted: Rule,
    now: datetime,
    *,
    place: int | None = None,
    why: str = "",
) -> UUID:
    """Put a rule at a place counted from 1, or at the end; gives its id.

    Raises:
        RulesMovedOn: somebody changed the rules since `version`.
        InvalidRule: it names nothing, or what does not exist.
    """
    take(session, version)
    tidy = checked(session, wanted)
    if len(list_rules(session)) >= MOST_RULES:
        raise InvalidRule(Fault("queue", "too_many", Phrase("There are as many rules as there can be.")))
    last = session.scalar(select(func.coalesce(func.max(RoutingRuleRow.position), 0))) or 0
    made = public_id()
    session.execute(insert(RoutingRuleRow).values(public_id=made, position=last + 1, **_columns(session, tidy)))
    if place is not None:
        _order(session, made, place)
    note(session, "rule_added", actor, now, after=told(tidy), why=why)
    return made


def change_rule(
    session: Session, actor: Actor, version: int, rule_id: UUID, wanted: Rule, now: datetime, *, why: str = ""
) -> None:
    """Write another rule in its place. Errors as `add_rule`, and NotFound: there is no such rule."""
    take(session, version)
    before = rule_of(session, rule_id)
    tidy = checked(session, wanted)
    changed = _columns(session, tidy)
    session.execute(update(RoutingRuleRow).where(RoutingRuleRow.public_id == rule_id).values(changed))
    if told(before) != told(tidy):
        note(session, "rule_changed", actor, now, told(before), told(tidy), why)


def move_rule(session: Session, actor: Actor, version: int, rule_id: UUID, place: int, now: datetime) -> None:
    """Have it asked at another place, counted from 1; beyond the last is last. Errors as `change_rule`."""
    take(session, version)
    rule = rule_of(session, rule_id)
    before, after = _order(session, rule_id, place)
    if before != after:
        note(session, "rule_moved", actor, now, {"place": before}, {**told(rule), "place": after})


def remove_rule(session: Session, actor: Actor, version: int, rule_id: UUID, now: datetime) -> None:
    """Take it away; what it placed stays where it is. Errors as `change_rule`."""
    take(session, version)
    before = told(rule_of(session, rule_id))
    session.execute(delete(RoutingRuleRow).where(RoutingRuleRow.public_id == rule_id))
    note(session, "rule_removed", actor, now, after=before)


def rule_of(session: Session, rule_id: UUID) -> Rule:
    """Raises:
    NotFound: there is no such rule.
    """
    found = next((one.rule for one in list_rules(session) if one.id == rule_id), None)
    if found is None:
        raise NotFound
    return found


def take(session: Session, version: int) -> None:
    """Wait for whoever edits rules or labels, and go on if nothing has changed since.

    Raises:
        RulesMovedOn: something has.
    """
    session.execute(select(func.pg_advisory_xact_lock(EDITING)))
    if version_of(session) != version:
        raise RulesMovedOn


def note(
    session: Session,
    what: str,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> None:
    row = {"what": what, "before": before or {}, "after": after or {}, "why": why.strip(), "by_id": actor.person_id}
    session.execute(insert(RoutingChangeRow).values(**row, at=now))
    log.info("routing.changed", what=what, by=actor.person_id)


def checked(session: Session, wanted: Rule) -> Rule:
    """The rule without blanks around its values; empty ones do not matter.

    Raises:
        InvalidRule: it has no condition, or names what does not exist.
    """
    blank: dict[str, Any] = {one.value: (getattr(wanted, one.value) or "").strip() or None for one in Condition}
    blank["manager"] = blank["manager"].lower() if blank["manager"] else None
    tidy = replace(wanted, **blank, queue=wanted.queue.strip(), why=wanted.why.strip())
    faults = [fault for check in _CHECKS for fault in check(session, tidy)]
    if faults:
        raise InvalidRule(*faults)
    return tidy


def told(rule: Rule) -> dict[str, Any]:
    """A rule by the names of its values, as its history keeps it; what does not matter is left out."""
    values = {one.value: getattr(rule, one.value) for one in Condition}
    return {"queue": rule.queue, **{name: value for name, value in values.items() if value}, "why": rule.why}


def _order(session: Session, rule_id: UUID, place: int) -> tuple[int, int]:
    """Number all of them anew with this one at its place; from where to where it went."""
    ids = list(session.scalars(select(RoutingRuleRow.public_id).order_by(RoutingRuleRow.position)))
    before = ids.index(rule_id) + 1
    after = min(max(place, 1), len(ids))
    ids.insert(after - 1, ids.pop(before - 1))
    places = {one: number for number, one in enumerate(ids, 1)}
    session.execute(update(RoutingRuleRow).values(position=case(places, value=RoutingRuleRow.public_id)))
    return before, after


def _columns(session: Session, rule: Rule) -> dict[str, Any]:
    manager = func.lower(PersonRow.mail) == (rule.manager or "").lower()
    return {
        "queue_id": session.scalar(select(QueueRow.id).where(QueueRow.key == rule.queue)),
        "service_key": rule.service,
        "step_key": rule.step,
        "location_key": rule.location,
        "department": rule.department,
        "priority": rule.priority,
        "job_title": rule.job_title,
        "employment": rule.employment,
        "manager_id": session.scalar(select(PersonRow.id).where(manager)) if rule.manager else None,
        "label_key": rule.label,
        "why": rule.why,
    }


def _says_something(_session: Session, rule: Rule) -> list[Fault]:
    if rule.wanted:
        return []
    return [Fault("service", "no_condition", Phrase("Say at least one thing that it looks at: else it takes all."))]


def _fits(_session: Session, rule: Rule) -> list[Fault]:
    too_long = Phrase("At most %(most)s characters.", {"most": LONGEST})
    names = ("why", *(one.value for one in Condition))
    return [Fault(name, "length", too_long) for name in names if len(getattr(rule, name) or "") > LONGEST]


def _names_what_is_there(session: Session, rule: Rule) -> list[Fault]:
    unknown = Phrase("There is no such queue, place, label or person.")
    mail = func.lower(PersonRow.mail) == (rule.manager or "").lower()
    there = {
        "queue": select(QueueRow.id).where(QueueRow.key == rule.queue),
        "location": select(LocationRow.id).where(LocationRow.key == rule.location) if rule.location else None,
        "label": select(TextLabelRow.id).where(TextLabelRow.key == rule.label) if rule.label else None,
        "manager": select(PersonRow.id).where(mail) if rule.manager else None,
    }
    faults = [
        Fault(name, "unknown", unknown)
        for name, asked in there.items()
        if asked is not None and session.scalar(asked) is None
    ]
    if rule.priority is not None and rule.priority not in PRIORITIES:
        faults.append(Fault("priority", "unknown", Phrase("There is no such priority.")))
    return faults


_CHECKS: Final[tuple[Callable[[Session, Rule], list[Fault]], ...]] = (_says_something, _fits, _names_what_is_there)
