"""What an intake must know of the desk before it can place work: catalogue, queues, rules, working time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.checks import Known
from catalog.files import KnownFile
from catalog.money import USUAL_CURRENCY
from catalog.service import Catalogue
from routing.calendars import Calendar, usual_hours
from routing.labels import Label
from routing.priority import Matrix
from routing.rules import Rule
from spoc.db.calendars import read_calendar
from spoc.db.people import CalendarRow, LocationRow, OrganisationRow, QueueRow
from spoc.db.settings import read_matrix
from spoc.intake.catalogue import at_version, newest_version
from spoc.intake.ruling.stored import read_labels, rules_in_force


@dataclass(frozen=True)
class DeskFacts:
    """One consistent reading. `calendars` is keyed by queue, "" being the organisation's own."""

    version: int
    catalogue: Catalogue
    queue_ids: Mapping[str, int]
    calendars: Mapping[str, Calendar]
    rules: tuple[Rule, ...]
    labels: tuple[Label, ...]
    matrix: Matrix
    locations: Mapping[str, str]
    zone: ZoneInfo
    currency: str

    def known(self, people: Iterable[str] = (), files: Mapping[str, KnownFile] = MappingProxyType({})) -> Known:
        """What answers are checked against; `people` and `files` are those that there are, of those named."""
        return Known(frozenset(people), frozenset(self.locations), self.currency, files)


def read_desk_facts(session: Session) -> DeskFacts:
    """Read all of it; a handful of small queries."""
    version = newest_version(session)
    queues = session.execute(select(QueueRow.id, QueueRow.key, QueueRow.calendar_id)).all()
    calendars = {row.id: read_calendar(row) for row in session.scalars(select(CalendarRow).order_by(CalendarRow.id))}
    own = session.execute(select(OrganisationRow.time_zone, OrganisationRow.currency)).one_or_none()
    zone = own.time_zone if own else "UTC"
    usual = next(iter(calendars.values()), None) or usual_hours(ZoneInfo(zone))
    return DeskFacts(
        version=version,
        catalogue=at_version(session, version),
        queue_ids={row.key: row.id for row in queues},
        calendars={"": usual} | {row.key: calendars.get(row.calendar_id or 0, usual) for row in queues},
        rules=rules_in_force(session),
        labels=read_labels(session),
        matrix=read_matrix(session),
        locations={row.key: row.title for row in session.execute(select(LocationRow.key, LocationRow.title))},
        zone=ZoneInfo(zone),
        currency=own.currency if own else USUAL_CURRENCY,
    )
