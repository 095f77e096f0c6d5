"""What an intake must know of the desk before it can place work: catalogue, queues, rules, working time."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.service import Catalogue
from routing.calendars import Calendar, usual_hours
from routing.rules import Rule
from spoc.db.calendars import read_calendar
from spoc.db.catalog import RoutingRuleRow
from spoc.db.people import CalendarRow, LocationRow, OrganisationRow, QueueRow
from spoc.intake.catalogue import at_version, newest_version


@dataclass(frozen=True)
class DeskFacts:
    """One consistent reading. `calendars` is keyed by queue, "" being the organisation's own."""

    version: int
    catalogue: Catalogue
    queue_ids: Mapping[str, int]
    calendars: Mapping[str, Calendar]
    rules: tuple[Rule, ...]
    locations: Mapping[str, str]
    zone: ZoneInfo


def read_desk_facts(session: Session) -> DeskFacts:
    """Read all of it; five small queries."""
    version = newest_version(session)
    queues = session.execute(select(QueueRow.id, QueueRow.key, QueueRow.calendar_id)).all()
    calendars = {row.id: read_calendar(row) for row in session.scalars(select(CalendarRow).order_by(CalendarRow.id))}
    zone = session.scalar(select(OrganisationRow.time_zone)) or "UTC"
    usual = next(iter(calendars.values()), None) or usual_hours(ZoneInfo(zone))
    return DeskFacts(
        version=version,
        catalogue=at_version(session, version),
        queue_ids={row.key: row.id for row in queues},
        calendars={"": usual} | {row.key: calendars.get(row.calendar_id or 0, usual) for row in queues},
        rules=_rules(session),
        locations={row.key: row.title for row in session.execute(select(LocationRow.key, LocationRow.title))},
        zone=ZoneInfo(zone),
    )


def _rules(session: Session) -> tuple[Rule, ...]:
    rows = session.execute(
        select(RoutingRuleRow, QueueRow.key)
        .join(QueueRow, QueueRow.id == RoutingRuleRow.queue_id)
        .order_by(RoutingRuleRow.position)
    )
    return tuple(
        Rule(
            queue=queue_key,
            service=rule.service_key,
            step=rule.step_key,
            location=rule.location_key,
            department=rule.department,
            priority=rule.priority,
            why=rule.why,
        )
        for rule, queue_key in rows
    )
