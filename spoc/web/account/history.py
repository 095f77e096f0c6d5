"""What was changed about people and the organisation, and what stands in the way of a form, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from routing.visibility import Role
from spoc.errors import Invalid
from spoc.people.changes import Change, What
from spoc.web.account.profile import ROLE_WORDS
from spoc.words import gettext, marked, said

WORDS: Final[dict[What, str]] = {
    What.ADDED: marked("Added to the directory"),
    What.ROLES: marked("Roles changed"),
    What.QUEUES: marked("Queues changed"),
    What.DETAILS: marked("Details changed"),
    What.LINK_MADE: marked("Link to set a password made"),
    What.PASSWORD_SET: marked("Password set"),
    What.SWITCHED_OFF: marked("Account switched off"),
    What.SWITCHED_ON: marked("Account switched on"),
    What.ORGANISATION: marked("Organisation changed"),
    What.LOCATION_ADDED: marked("Location added"),
    What.LOCATION_CHANGED: marked("Location changed"),
    What.LOCATION_REMOVED: marked("Location removed"),
    What.CALENDAR_ADDED: marked("Calendar added"),
    What.CALENDAR_CHANGED: marked("Calendar changed"),
    What.QUEUE_CALENDARS: marked("Calendars of queues changed"),
    What.COST_CENTRES: marked("Cost-centre owners changed"),
    What.CONTACTS: marked("Points of contact changed"),
    What.ENDPOINT_ADDED: marked("Other system added"),
    What.ENDPOINT_CHANGED: marked("Other system changed"),
    What.ENDPOINT_SECRET: marked("New secret made for another system"),
    What.ENDPOINT_REMOVED: marked("Other system removed"),
}
FIELDS: Final[dict[str, str]] = {
    "roles": marked("Roles"),
    "people": marked("People, in their order"),
    "queues": marked("Queues"),
    "leads": marked("Leads"),
    "department": marked("Department"),
    "job_title": marked("Job title"),
    "employment": marked("Kind of employment"),
    "location": marked("Location"),
    "manager": marked("Line manager"),
    "shared": marked("Shared caller"),
    "by_link": marked("By a one-time link"),
    "key": marked("Key"),
    "name": marked("Name"),
    "title": marked("Title"),
    "url": marked("Address"),
    "networks": marked("Networks it may be in"),
    "time_zone": marked("Time zone"),
    "currency": marked("Currency"),
    "desk_phone": marked("Desk phone"),
    "country": marked("Country"),
    "region": marked("Region"),
    "mon": marked("Monday"),
    "tue": marked("Tuesday"),
    "wed": marked("Wednesday"),
    "thu": marked("Thursday"),
    "fri": marked("Friday"),
    "sat": marked("Saturday"),
    "sun": marked("Sunday"),
}
"""Keys of values in the order they are told; others, such as queues, are told by their key."""


@dataclass(frozen=True)
class Told:
    """`lines`: name of the value, before, after; before is None where there was nothing to compare with."""

    what: str
    by: str
    at: datetime
    lines: tuple[tuple[str, str | None, str], ...]


def told(changes: tuple[Change, ...]) -> list[Told]:
    return [
        Told(gettext(WORDS[change.what]), change.by or gettext("the command line"), change.at, _lines(change))
        for change in changes
    ]


def _lines(change: Change) -> tuple[tuple[str, str | None, str], ...]:
    named = sorted(change.after, key=_place)
    return tuple(
        (
            gettext(FIELDS[name]) if name in FIELDS else name,
            _word(name, change.before) if name in change.before else None,
            _word(name, change.after),
        )
        for name in named
    )


def _place(name: str) -> tuple[bool, int, str]:
    """`key` first, then the order of FIELDS, then by name."""
    return name != "key", list(FIELDS).index(name) if name in FIELDS else len(FIELDS), name


def _word(name: str, values: Mapping[str, Any]) -> str:
    value = values[name]
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name == "roles":
        return ", ".join(gettext(ROLE_WORDS[Role(role)]) for role in value) or gettext("none")
    return (", ".join(value) if isinstance(value, list) else value) or gettext("none")


def faults_by_field(refused: Invalid | None) -> dict[str, str]:
    """The first sentence for each field, in the order they were found."""
    found: dict[str, str] = {}
    for fault in refused.faults if refused else ():
        found.setdefault(fault.field, said(fault))
    return found
