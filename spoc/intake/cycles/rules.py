"""Schedules of the catalogue as routing computes them, and the people they name."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from catalog.approval import LEAD, ApproverExpression
from catalog.schedule import Schedule
from catalog.service import Catalogue, Service
from routing.calendars import Calendar
from routing.cycles import Cycle, DayOff
from routing.visibility import Actor
from spoc.db.catalog import CatalogueVersionRow
from spoc.db.cycles import CycleRow
from spoc.db.people import PersonRow, QueueMemberRow, QueueRow
from spoc.intake.cycles.errors import NobodyAsks
from spoc.intake.desk_facts import DeskFacts

# Nobody in person reads what comes to a shared mailbox.
_MAY_ASK: Final = (PersonRow.active, ~PersonRow.shared)


def cycle_of(schedule: Schedule, calendar: Calendar, zone: ZoneInfo) -> Cycle:
    """The rule with the organisation's working days; in its `zone` where the schedule names none."""
    own = ZoneInfo(schedule.time_zone) if schedule.time_zone else zone
    return Cycle(schedule.days, schedule.at, own, calendar, DayOff(schedule.moves.value))


def find_schedule(catalogue: Catalogue, service: str, key: str) -> tuple[Service, Schedule] | None:
    """The schedule with its service; None where the catalogue has none of these keys."""
    return next(
        ((one, schedule) for one, schedule in schedules_of(catalogue) if (one.key, schedule.key) == (service, key)),
        None,
    )


def schedules_of(catalogue: Catalogue) -> Iterator[tuple[Service, Schedule]]:
    """Every schedule with its service, in the order of the catalogue."""
    return ((service, schedule) for service in catalogue.services for schedule in service.schedules)


def requester_of(session: Session, service: Service, schedule: Schedule) -> Actor:
    """Who asks by it, with no more rights than anybody who asks.

    Raises:
        NobodyAsks: nobody active is named by it.
    """
    found = session.execute(_people(service, schedule).limit(1)).one_or_none()
    if found is None:
        raise NobodyAsks(_named(service, schedule))
    return Actor(found.id, found.mail)


def _people(service: Service, schedule: Schedule) -> Select[int, str]:
    active = select(PersonRow.id, PersonRow.mail).where(*_MAY_ASK).order_by(PersonRow.id)
    if "@" in schedule.requester or schedule.requester == ApproverExpression.SERVICE_OWNER:
        return active.where(func.lower(PersonRow.mail) == _named(service, schedule))
    led = select(QueueMemberRow.person_id).join(QueueRow, QueueRow.id == QueueMemberRow.queue_id)
    queue = schedule.requester.removesuffix(LEAD)
    return active.where(PersonRow.id.in_(led.where(QueueRow.key == queue, QueueMemberRow.is_lead)))


def _named(service: Service, schedule: Schedule) -> str:
    return service.owner if schedule.requester == ApproverExpression.SERVICE_OWNER else schedule.requester


def unknown_requesters(session: Session, catalogue: Catalogue, before: Catalogue) -> Sequence[str]:
    """The mail addresses of nobody active that new or changed schedules name, themselves or as their service's owner.

    Leads are left out: they change by the day, and who leads is said elsewhere.
    """
    old = {(service.key, one.key): (service.owner, one) for service, one in schedules_of(before)}
    named = {
        _named(service, one)
        for service, one in schedules_of(catalogue)
        if old.get((service.key, one.key)) != (service.owner, one) and not one.requester.endswith(LEAD)
    }
    known = select(func.lower(PersonRow.mail)).where(func.lower(PersonRow.mail).in_(named), *_MAY_ASK)
    return sorted(named - set(session.scalars(known))) if named else ()


def cycle_id_of(session: Session, desk: DeskFacts, service: str, key: str) -> int:
    """The schedule's row; one that was never looked at counts from the publication on."""
    values = {"service_key": service, "schedule_key": key, "version_id": desk.version}
    row = upsert(CycleRow).values(values | {"counted_to": published_at_of(session, desk)})
    session.execute(row.on_conflict_do_nothing())
    which = CycleRow.service_key == service, CycleRow.schedule_key == key
    return session.scalars(select(CycleRow.id).where(*which)).one()


def published_at_of(session: Session, desk: DeskFacts) -> datetime:
    """When the version that the desk goes by was published."""
    at = select(CatalogueVersionRow.published_at).where(CatalogueVersionRow.id == desk.version)
    return session.scalars(at).one()
