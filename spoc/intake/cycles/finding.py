"""What has come due by schedule since it was last looked: each slot becomes one run, and its job, once.

Whatever passed while nothing ran is one run for all of it, of the last slot: a desk that stood still for weeks is not
met by a heap of the same request.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from catalog.schedule import Schedule
from routing.cycles import due_between
from spoc.db.catalog import CatalogueVersionRow
from spoc.db.cycles import RAISE, CycleRow, CycleRunRow
from spoc.db.queueing import enqueue_slot
from spoc.intake.catalogue import at_version
from spoc.intake.cycles.rules import cycle_id_of, cycle_of, find_schedule, published_at_of, schedules_of
from spoc.intake.desk_facts import DeskFacts, read_desk_facts

FINDING = 5_807_020  # the advisory lock: whoever comes second finds it done


def find_due(session: Session, now: datetime) -> int:
    """Write down what has come due by `now`; how many runs. Safe to run twice, and by several at once.

    A schedule that is new or changed counts from the publication of its version; until then its former rule does.
    """
    session.execute(select(func.pg_advisory_xact_lock(FINDING)))
    if session.scalar(select(func.max(CatalogueVersionRow.id))) is None:
        return 0
    desk = read_desk_facts(session)
    published_at = published_at_of(session, desk)
    rows = _rows(session, desk)
    found = 0
    for service, schedule in schedules_of(desk.catalogue):
        row = rows.pop((service.key, schedule.key))
        if row.paused_at is None:
            found += _follow(session, row, schedule, desk, published_at, now)
    for gone in rows.values():
        gone.version_id = desk.version
    return found


def _rows(session: Session, desk: DeskFacts) -> dict[tuple[str, str], CycleRow]:
    """By service and schedule; one that was never looked at counts from the publication on."""
    known = session.scalars(select(CycleRow).order_by(CycleRow.id))
    rows = {(row.service_key, row.schedule_key): row for row in known}
    for service, schedule in schedules_of(desk.catalogue):
        if (service.key, schedule.key) not in rows:
            row_id = cycle_id_of(session, desk, service.key, schedule.key)
            rows[service.key, schedule.key] = session.get_one(CycleRow, row_id)
    return rows


def _follow(
    session: Session, row: CycleRow, schedule: Schedule, desk: DeskFacts, published_at: datetime, now: datetime
) -> int:
    slots = _slots(session, row, schedule, desk, published_at, now)
    row.counted_to, row.version_id = max(row.counted_to, now), desk.version
    if not slots:
        return 0
    values = {
        "cycle_id": row.id,
        "slot_at": slots[-1],
        "missed": len(slots) - 1,
        "missed_since": slots[0] if len(slots) > 1 else None,
    }
    return _write(session, row, values)


def _slots(
    session: Session, row: CycleRow, schedule: Schedule, desk: DeskFacts, published_at: datetime, now: datetime
) -> tuple[datetime, ...]:
    if row.version_id == desk.version:
        return _due(schedule, desk, row.counted_to, now)
    found = find_schedule(at_version(session, row.version_id), row.service_key, row.schedule_key)
    before = _due(found[1], desk, row.counted_to, min(published_at, now)) if found else ()
    return (*before, *_due(schedule, desk, max(row.counted_to, published_at), now))


def _due(schedule: Schedule, desk: DeskFacts, after: datetime, until: datetime) -> tuple[datetime, ...]:
    return () if schedule.paused else due_between(cycle_of(schedule, desk.calendars[""], desk.zone), after, until)


def _write(session: Session, row: CycleRow, values: Mapping[str, object]) -> int:
    """The run with its job; nothing where the slot was raised already, as by hand in this very minute."""
    run = upsert(CycleRunRow).values(values).on_conflict_do_nothing().returning(CycleRunRow.id, CycleRunRow.slot_at)
    made = session.execute(run).one_or_none()
    if made is None:
        return 0
    enqueue_slot(
        session, f"cycle:{row.service_key}/{row.schedule_key}", made.slot_at.isoformat(), RAISE, {"run_id": made.id}
    )
    return 1
