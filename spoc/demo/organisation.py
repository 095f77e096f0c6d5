"""Halden Optics before its first ticket: places, working time, catalogue, queues, rules, contacts, absences."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from catalog.document import shipped
from catalog.sources import shipped_sources
from routing.assign import Strategy
from routing.escalation import Quiet, Rung, Whom
from routing.targets import Promise, Target
from spoc.db.catalog import RoutingRuleRow, RoutingSettingRow, TextLabelRow
from spoc.db.ids import public_id
from spoc.db.people import (
    AbsenceRow,
    CalendarRow,
    CostCentreRow,
    LocationRow,
    OrganisationRow,
    PointOfContactRow,
    QueueMemberRow,
    QueueRow,
)
from spoc.db.settings import LADDER, TARGETS, ladder_document
from spoc.demo.staff import Member, add_staff, mail_of
from spoc.intake.catalogue import publish
from spoc.reports import presets

ZONE: Final = "Europe/Berlin"
NAME: Final = "Halden Optics"
DESK_PHONE: Final = "4400"

_PLACES: Final = (("berlin", "Berlin", "DE", ZONE), ("lyon", "Lyon", "FR", "Europe/Paris"))

# The first calendar is the organisation's own. Every queue has one person or more in Berlin, so Berlin's holidays rule.
_HOURS: Final = (
    ("office", ZONE, "DE", "BE", "09:00", "17:30"),
    ("lyon", "Europe/Paris", "FR", None, "09:00", "17:30"),
    ("queue-desk", ZONE, "DE", "BE", "08:00", "18:00"),
    ("queue-it", ZONE, "DE", "BE", "08:00", "17:30"),
    ("queue-facilities", ZONE, "DE", "BE", "07:00", "16:00"),
    ("queue-hr", ZONE, "DE", "BE", "09:00", "16:30"),
    ("queue-office", ZONE, "DE", "BE", "08:30", "17:00"),
)

_RULES: Final = (
    ("office", "building-fault", "mend", "lyon", None, "In Lyon office management calls the landlord's technician"),
    ("office", "badge-lost", "new-badge", "lyon", None, "In Lyon badges are printed at the front desk"),
    ("it", "password-access", "grant", None, "Finance", "Rights in the finance system are given by IT"),
)
_BY_LABEL: Final = (("it", "printing", "IT looks after the printers"),)

_LABELS: Final = (
    ("printing", "Printing", ("print*", "toner", "paper jam")),
    ("heating", "Heating and air", ("heating", "air conditioning", "too cold", "too hot")),
)

# Working hours to a first answer and to the end, by service and priority; and of a queue's tasks.
_TARGETS: Final = (
    Target(40 * 60, response=8 * 60),
    Target(16 * 60, priority="high", response=2 * 60),
    Target(8 * 60, priority="urgent", response=30),
    Target(24 * 60, service="laptop-fault", response=4 * 60),
    Target(16 * 60, queue="desk"),
    Target(24 * 60, queue="it"),
)

_LADDER: Final = (
    Rung(Promise.RESOLUTION, -120, Whom.BACKUP),
    Rung(Promise.RESOLUTION, 0, Whom.LEAD),
    Rung(Promise.RESOLUTION, 510, Whom.OWNER),
    Rung(Promise.RESPONSE, 0, Whom.LEAD, priority="urgent"),
)
_QUIET: Final = Quiet(time(20), time(7))

# Party, topic, account, rank, days since somebody confirmed it. The stale ones are there to be found.
_CONTACTS: Final = (
    ("desk", "owner", "agent.desk", 0, 12),
    ("desk", "escalation", "lead", 0, 12),
    ("it", "owner", "lead", 0, 20),
    ("it", "laptops", "miguel.fernandez-santos", 0, 9),
    ("it", "laptops", "agent.it", 1, 9),
    ("it", "network", "hamza.el-sayed", 0, 160),
    ("facilities", "owner", "agent.facilities", 0, 31),
    ("facilities", "badges", "henrike.thoms", 0, 31),
    ("facilities", "building in Lyon", "sandrine.peyrot", 0, 44),
    ("hr", "owner", "viktor.hallgrimsson", 0, 25),
    ("hr", "new starters", "agent.hr", 0, 25),
    ("hr", "pay", "friederike.sommer", 0, 133),
    ("office", "owner", "agent.office", 0, 17),
    ("office", "parking", "pauline.osterkamp", 0, 17),
    ("office", "front desk in Lyon", "lucile.bonnefoy", 0, 17),
)

# Who, deputy, first and last day counted from today.
_ABSENCES: Final = (
    ("hamza.el-sayed", "miguel.fernandez-santos", -4, 5),
    ("friederike.sommer", "deniz.aksoy", 6, 20),
    ("agent.facilities", "henrike.thoms", 11, 13),
    ("samuel.oyelaran", "ines.carrasco", -31, -21),
    ("yasmin.haddad", "pauline.osterkamp", -17, -10),
    ("mara.lindholm", "tomasz.krol", 3, 12),
)

# Members of IT: the most they are offered at once, and what they know. Its tasks go to whoever has the most room.
_MEMBERS: Final = (
    ("lead", 4, ("vpn",)),
    ("agent.it", 12, ("laptops", "accounts")),
    ("miguel.fernandez-santos", 12, ("laptops",)),
    ("hamza.el-sayed", 8, ("network", "vpn")),
)


def set_up(session: Session, staff: Sequence[Member], begins_at: datetime, today: date) -> Mapping[str, int]:
    """Write all of it as of the beginning of the history; gives people's row ids by account."""
    _name_it(session)
    _places(session)
    calendars = _calendars(session)
    version_by = _publish(session, begins_at)
    for queue in version_by:
        session.execute(update(QueueRow).where(QueueRow.key == queue).values(calendar_id=calendars[f"queue-{queue}"]))
    ids = add_staff(session, staff, begins_at)
    _rules(session, version_by)
    _contacts(session, ids, begins_at, today)
    _absences(session, ids, today)
    _team(session, ids, version_by["it"])
    _cost_centres(session, staff, ids)
    presets.seed(session, begins_at)
    return ids


def _cost_centres(session: Session, staff: Sequence[Member], ids: Mapping[str, int]) -> None:
    """Whoever leads a department, and reports to nobody in it, answers for its money."""
    inside = {one.account: one.department for one in staff}
    above = [one for one in staff if inside.get(one.manager or "") != one.department]
    heads = {one.department: ids[one.account] for one in reversed(above)}
    session.execute(insert(CostCentreRow), [{"department": name, "owner_id": id_} for name, id_ in heads.items()])


def _name_it(session: Session) -> None:
    # The presets of rates are in USD, so figures are too.
    words: dict[str, Any] = {"name": NAME, "time_zone": ZONE, "currency": "USD", "desk_phone": DESK_PHONE}
    row = upsert(OrganisationRow).values(id=1, is_demo=True, **words)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_={**words, "is_demo": True}))


def _places(session: Session) -> None:
    """Nobody is in the directory yet, so a place that an earlier start put here can go."""
    session.execute(delete(LocationRow).where(LocationRow.key.not_in([place[0] for place in _PLACES])))
    names = ("key", "title", "country", "time_zone")
    rows = [dict(zip(names, place, strict=True)) for place in _PLACES]
    session.execute(upsert(LocationRow).on_conflict_do_nothing(index_elements=["key"]), rows)


def _calendars(session: Session) -> Mapping[str, int]:
    for key, zone, country, region, opens, closes in _HOURS:
        values = {
            "time_zone": zone,
            "country": country,
            "region": region,
            "week": [[[opens, closes]]] * 5 + [[], []],
        }
        row = upsert(CalendarRow).values(key=key, **values)
        session.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))
    return {row.key: row.id for row in session.execute(select(CalendarRow.key, CalendarRow.id))}


def _publish(session: Session, begins_at: datetime) -> Mapping[str, int]:
    """The catalogue that ships; gives its queues' row ids by key."""
    catalogue = shipped()
    publish(session, catalogue, None, "As shipped", begins_at, shipped_sources())
    keys = [queue.key for queue in catalogue.queues]
    rows = select(QueueRow.key, QueueRow.id).where(QueueRow.key.in_(keys)).order_by(QueueRow.position)
    return {row.key: row.id for row in session.execute(rows)}


def _rules(session: Session, queues: Mapping[str, int]) -> None:
    rows = [
        {
            "position": place,
            "queue_id": queues[queue],
            "service_key": service,
            "step_key": step,
            "location_key": location,
            "department": department,
            "why": why,
        }
        for place, (queue, service, step, location, department, why) in enumerate(_RULES, 1)
    ]
    targets = [asdict(one) for one in _TARGETS]
    session.execute(insert(RoutingSettingRow).values(key=TARGETS, value=targets))
    ladder = ladder_document(_LADDER, _QUIET)
    session.execute(insert(RoutingSettingRow).values(key=LADDER, value=ladder))
    labels = [{"key": key, "title": title, "phrases": list(phrases)} for key, title, phrases in _LABELS]
    session.execute(insert(TextLabelRow), labels)
    session.execute(insert(RoutingRuleRow), [{**row, "public_id": public_id()} for row in rows])
    for place, (queue, label, why) in enumerate(_BY_LABEL, len(rows) + 1):
        values = {"position": place, "queue_id": queues[queue], "label_key": label, "why": why}
        session.execute(insert(RoutingRuleRow).values(public_id=public_id(), **values))


def _contacts(session: Session, ids: Mapping[str, int], begins_at: datetime, today: date) -> None:
    age = begins_at - timedelta(days=200)
    rows = [
        PointOfContactRow(
            party_kind="queue",
            party_key=party,
            topic=topic,
            person_id=ids[account],
            rank=rank,
            valid_from=age,
            confirmed_at=_on(today - timedelta(days=days), begins_at),
            source=mail_of("admin"),
        )
        for party, topic, account, rank, days in _CONTACTS
    ]
    session.add_all(rows)
    session.flush()


def _on(day: date, like: datetime) -> datetime:
    return datetime.combine(day, like.timetz())


def _absences(session: Session, ids: Mapping[str, int], today: date) -> None:
    rows = [
        {
            "person_id": ids[account],
            "deputy_id": ids[deputy],
            "from_on": today + timedelta(days=first),
            "until_on": today + timedelta(days=last),
        }
        for account, deputy, first, last in _ABSENCES
    ]
    session.execute(insert(AbsenceRow), rows)


def _team(session: Session, ids: Mapping[str, int], queue_id: int) -> None:
    session.execute(update(QueueRow).where(QueueRow.id == queue_id).values(strategy=Strategy.LEAST_LOADED))
    for account, most, skills in _MEMBERS:
        mine = QueueMemberRow.queue_id == queue_id, QueueMemberRow.person_id == ids[account]
        session.execute(update(QueueMemberRow).where(*mine).values(most_tasks=most, skills=list(skills)))
