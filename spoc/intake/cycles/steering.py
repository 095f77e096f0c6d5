"""Pausing a schedule by hand, and letting it go on."""

from datetime import datetime

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.db.cycles import CycleRow
from spoc.intake.cycles.errors import NoSuchSchedule
from spoc.intake.cycles.rules import cycle_id_of, find_schedule
from spoc.intake.desk_facts import read_desk_facts

log = structlog.get_logger()


def pause(session: Session, actor: Actor, service: str, key: str, now: datetime) -> None:
    """Let nothing come due any more; one that is paused stays as it is.

    Raises:
        NoSuchSchedule: the catalogue in force has none.
    """
    row_id, _ = _place(session, service, key)
    running = CycleRow.id == row_id, CycleRow.paused_at.is_(None)
    session.execute(update(CycleRow).where(*running).values(paused_at=now, paused_by_id=actor.person_id))
    log.info("cycle.paused", service=service, schedule=key, by=actor.person_id)


def resume(session: Session, actor: Actor, service: str, key: str, now: datetime) -> None:
    """Let it come due again from now on; what it left out meanwhile stays left out.

    Raises:
        NoSuchSchedule: the catalogue in force has none.
    """
    row_id, version_id = _place(session, service, key)
    paused = CycleRow.id == row_id, CycleRow.paused_at.is_not(None)
    from_now = {"paused_at": None, "paused_by_id": None, "counted_to": now, "version_id": version_id}
    session.execute(update(CycleRow).where(*paused).values(from_now))
    log.info("cycle.resumed", service=service, schedule=key, by=actor.person_id)


def _place(session: Session, service: str, key: str) -> tuple[int, int]:
    """The schedule's row, and the version in force."""
    desk = read_desk_facts(session)
    if find_schedule(desk.catalogue, service, key) is None:
        raise NoSuchSchedule
    return cycle_id_of(session, desk, service, key), desk.version
