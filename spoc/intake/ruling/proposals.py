"""Proposals to change the rules: what teams handed on as placed wrongly, grouped, to accept or dismiss."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from catalog.errors import UnknownService
from catalog.service import Catalogue
from routing.rules import Rule, place_for
from routing.visibility import Actor
from spoc.db.catalog import BounceRow
from spoc.db.tickets import TicketRow
from spoc.db.visible import visible_tickets
from spoc.errors import NotFound
from spoc.intake.catalogue import current
from spoc.intake.ruling.editing import add_rule, change_rule, note, take
from spoc.intake.ruling.stored import list_rules, rules_in_force

MOST_EXAMPLES: Final = 5


@dataclass(frozen=True)
class Way:
    """Which step goes from where to where; `rule` is the id of the rule that places it, or empty."""

    service: str
    step: str
    rule: str
    before: str
    after: str


@dataclass(frozen=True)
class Proposal:
    """`examples` are references with what was said, as far as the reader may open the tickets."""

    way: Way
    count: int
    latest_at: datetime
    examples: tuple[tuple[str, str], ...]


def proposals(session: Session, actor: Actor) -> tuple[Proposal, ...]:
    """The most frequent first; none for steps that the catalogue has no more."""
    columns = (BounceRow.service_key, BounceRow.step_key, BounceRow.rule, BounceRow.from_queue, BounceRow.to_queue)
    counted = select(*columns, func.count(), func.max(BounceRow.at)).where(BounceRow.settled_at.is_(None))
    rows = session.execute(
        counted.group_by(*columns).order_by(func.count().desc(), func.max(BounceRow.at).desc())
    ).all()
    catalogue = current(session)[1]
    found = [(Way(*row[:5]), row[5], row[6]) for row in rows]
    return tuple(
        Proposal(way, count, latest_at, _examples(session, actor, way))
        for way, count, latest_at in found
        if _is_there(catalogue, way)
    )


def accept_proposal(session: Session, actor: Actor, version: int, way: Way, now: datetime, *, why: str) -> UUID:
    """Send the step where teams sent it: the rule that places it changes, or a new one is added; gives its id.

    Raises:
        RulesMovedOn: somebody changed the rules since `version`.
        NotFound: nothing of this kind was handed on, or it is settled.
        InvalidRule: the queue is gone.
    """
    take(session, version)
    count = _settle(session, way, now)
    entry = next((one for one in list_rules(session) if str(one.id) == way.rule), None)
    reason = why or f"{count} x {way.before} > {way.after}"
    if entry is not None:
        change_rule(session, actor, version, entry.id, replace(entry.rule, queue=way.after), now, why=reason)
        return entry.id
    wanted = Rule(way.after, service=way.service, step=way.step)
    place = place_for(rules_in_force(session), wanted)
    return add_rule(session, actor, version, wanted, now, place=place, why=reason)


def dismiss_proposal(session: Session, actor: Actor, version: int, way: Way, now: datetime, *, why: str) -> None:
    """Leave the rules as they are; it is proposed again only when it happens again.

    Raises:
        RulesMovedOn: somebody changed the rules since `version`.
        NotFound: nothing of this kind was handed on, or it is settled.
    """
    take(session, version)
    count = _settle(session, way, now)
    after = {"service": way.service, "step": way.step, "from": way.before, "queue": way.after, "times": str(count)}
    note(session, "proposal_dismissed", actor, now, after=after, why=why)


def _settle(session: Session, way: Way, now: datetime) -> int:
    settled = update(BounceRow).where(*_of(way)).values(settled_at=now).returning(BounceRow.id)
    count = len(session.scalars(settled).all())
    if count == 0:
        raise NotFound("proposal")
    return count


def _of(way: Way) -> tuple[ColumnElement[bool], ...]:
    return (
        BounceRow.settled_at.is_(None),
        BounceRow.service_key == way.service,
        BounceRow.step_key == way.step,
        BounceRow.rule == way.rule,
        BounceRow.from_queue == way.before,
        BounceRow.to_queue == way.after,
    )


def _examples(session: Session, actor: Actor, way: Way) -> tuple[tuple[str, str], ...]:
    seen = select(TicketRow.reference, BounceRow.why).join(TicketRow, TicketRow.id == BounceRow.ticket_id)
    rows: Any = session.execute(
        seen.where(*_of(way), visible_tickets(actor)).order_by(BounceRow.id.desc()).limit(MOST_EXAMPLES)
    )
    return tuple((reference, why) for reference, why in rows)


def _is_there(catalogue: Catalogue, way: Way) -> bool:
    try:
        return any(step.key == way.step for step in catalogue.service(way.service).steps)
    except UnknownService:
        return False
