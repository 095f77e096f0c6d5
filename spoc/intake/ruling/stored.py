"""Rules and labels as they are stored: those in force, and as a page lists them, with the version of it all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from routing.labels import Label
from routing.rules import Rule
from spoc.db.catalog import RoutingChangeRow, RoutingRuleRow, TextLabelRow
from spoc.db.people import PersonRow, QueueRow

LONGEST: Final = 50
"""As many changes as a page shows; the others stay in the table."""
RULES: Final = (
    "rule_added",
    "rule_changed",
    "rule_moved",
    "rule_removed",
    "label_added",
    "label_changed",
    "label_removed",
    "proposal_dismissed",
)
SETTINGS: Final = ("priorities_changed", "target_set", "target_removed", "rung_added", "rung_removed", "quiet_changed")


@dataclass(frozen=True)
class Entry:
    """One rule at its `place`, counted from 1."""

    id: UUID
    place: int
    rule: Rule


@dataclass(frozen=True)
class Change:
    """`before` and `after` hold what differs, as people would read it. `why` is what the editor said of it."""

    what: str
    by: str
    at: datetime
    why: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def rules_in_force(session: Session) -> tuple[Rule, ...]:
    """In the order in which they are asked."""
    return tuple(_rule(*row) for row in session.execute(_RULES))


def list_rules(session: Session) -> tuple[Entry, ...]:
    """The same with their places, for people."""
    rows = session.execute(_RULES).all()
    return tuple(Entry(row[0].public_id, place, _rule(*row)) for place, row in enumerate(rows, 1))


def read_labels(session: Session) -> tuple[Label, ...]:
    """In the order of their titles."""
    rows = session.scalars(select(TextLabelRow).order_by(TextLabelRow.title, TextLabelRow.id))
    return tuple(Label(row.key, row.title, tuple(row.phrases)) for row in rows)


def version_of(session: Session) -> int:
    """The number of the newest change; 0 where nobody has changed anything yet."""
    return session.scalar(select(func.max(RoutingChangeRow.id))) or 0


def changes_of(session: Session, whats: Collection[str] = RULES) -> tuple[Change, ...]:
    """The newest changes of these kinds first."""
    rows = session.execute(
        select(RoutingChangeRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == RoutingChangeRow.by_id)
        .where(RoutingChangeRow.what.in_(whats))
        .order_by(RoutingChangeRow.id.desc())
        .limit(LONGEST)
    )
    return tuple(Change(row.what, name, row.at, row.why, row.before, row.after) for row, name in rows)


def _rule(stored: RoutingRuleRow, queue: str, manager: str | None) -> Rule:
    return Rule(
        queue=queue,
        service=stored.service_key,
        step=stored.step_key,
        location=stored.location_key,
        department=stored.department,
        priority=stored.priority,
        why=stored.why,
        job_title=stored.job_title,
        employment=stored.employment,
        manager=manager,
        label=stored.label_key,
        key=str(stored.public_id),
    )


_RULES: Final = (
    select(RoutingRuleRow, QueueRow.key.label("queue"), PersonRow.mail.label("manager"))
    .join(QueueRow, QueueRow.id == RoutingRuleRow.queue_id)
    .outerjoin(PersonRow, PersonRow.id == RoutingRuleRow.manager_id)
    .order_by(RoutingRuleRow.position)
)
