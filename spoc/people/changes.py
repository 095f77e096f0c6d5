"""Who changed what about people, their rights and the organisation: written with the change, never altered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, aliased

from routing.visibility import Actor
from spoc.db.access import RightsChangeRow
from spoc.db.people import PersonRow

LONGEST: Final = 50

Values: TypeAlias = Mapping[str, str | bool | list[str] | None]
"""By field, as people would read them: "Berlin", ["manager", "owner"], "09:00–17:30"."""


class What(StrEnum):
    ADDED = "added"
    ROLES = "roles"
    QUEUES = "queues"
    DETAILS = "details"
    LINK_MADE = "link_made"
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of a change
    SWITCHED_OFF = "switched_off"
    SWITCHED_ON = "switched_on"
    ORGANISATION = "organisation"
    LOCATION_ADDED = "location_added"
    LOCATION_CHANGED = "location_changed"
    LOCATION_REMOVED = "location_removed"
    CALENDAR_ADDED = "calendar_added"
    CALENDAR_CHANGED = "calendar_changed"
    QUEUE_CALENDARS = "queue_calendars"
    COST_CENTRES = "cost_centres"
    CONTACTS = "contacts"
    ENDPOINT_ADDED = "endpoint_added"
    ENDPOINT_CHANGED = "endpoint_changed"
    ENDPOINT_SECRET = "endpoint_secret"  # noqa: S105 - the name of a change
    ENDPOINT_REMOVED = "endpoint_removed"


@dataclass(frozen=True)
class Change:
    """`by` is a name; None for the command line. `before` and `after` hold only what differs, plus a `key`."""

    what: What
    by: str | None
    at: datetime
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def note(
    session: Session,
    what: What,
    by: Actor | None,
    now: datetime,
    *,
    whom: int | None = None,
    after: Values | None = None,
) -> None:
    """Write down that something was done; `whom` is a person's id, None for the organisation."""
    by_id = by.person_id if by else None
    row = {"person_id": whom, "by_id": by_id, "at": now, "what": what, "before": {}, "after": dict(after or {})}
    session.execute(insert(RightsChangeRow).values(row))


def note_difference(
    session: Session,
    what: What,
    by: Actor | None,
    now: datetime,
    *,
    before: Values,
    after: Values,
    whom: int | None = None,
    key: str = "",
) -> None:
    """Write down what differs, if anything does; `key` names the location or calendar it is about."""
    changed = [name for name in after if before.get(name) != after[name]]
    if not changed:
        return
    about = {"key": key} if key else {}
    row = {
        "person_id": whom,
        "by_id": by.person_id if by else None,
        "at": now,
        "what": what,
        "before": {name: before.get(name) for name in changed},
        "after": {**about, **{name: after[name] for name in changed}},
    }
    session.execute(insert(RightsChangeRow).values(row))


def changes_of(session: Session, person_id: int | None) -> tuple[Change, ...]:
    """The newest changes of a person, or of the organisation for None; newest first."""
    doer = aliased(PersonRow)
    statement = select(RightsChangeRow, doer.name).outerjoin(doer, doer.id == RightsChangeRow.by_id)
    newest = statement.where(RightsChangeRow.person_id.is_not_distinct_from(person_id))
    rows = session.execute(newest.order_by(RightsChangeRow.at.desc(), RightsChangeRow.id.desc()).limit(LONGEST))
    return tuple(Change(What(row.what), name, row.at, row.before, row.after) for row, name in rows)
