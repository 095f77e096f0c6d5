"""Raising what a schedule asks for: one ticket a run, through the intake that everybody's requests take."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from catalog.errors import InvalidAnswers
from catalog.schedule import Schedule
from catalog.service import Service
from routing.visibility import Actor
from routing.work import Channel
from spoc.db.cycles import CycleRow, CycleRunRow
from spoc.db.events import Happening, record
from spoc.intake.accept import accept
from spoc.intake.cycles.errors import AlreadyRaised, AnswersRefused, NoSuchSchedule, ScheduleGone
from spoc.intake.cycles.rules import cycle_id_of, find_schedule, requester_of
from spoc.intake.desk_facts import DeskFacts, read_desk_facts
from spoc.intake.submission import Submission
from spoc.intake.write import Accepted


def raise_run(session: Session, run_id: int, now: datetime) -> Accepted | None:
    """Open the ticket of a run that came due; None where it has one. Safe to run twice.

    Raises:
        ScheduleGone, NobodyAsks, AnswersRefused: nothing could be opened.
    """
    run = session.get(CycleRunRow, run_id, with_for_update=True)
    if run is None or run.ticket_id is not None:
        return None
    cycle, desk = session.get_one(CycleRow, run.cycle_id), read_desk_facts(session)
    found = find_schedule(desk.catalogue, cycle.service_key, cycle.schedule_key)
    if found is None:
        raise ScheduleGone(cycle.service_key, cycle.schedule_key)
    return _open(session, run, *found, desk, now)


def note_problem(session: Session, run_id: int, problem: str) -> None:
    """Keep why the run has no ticket, for its page to tell."""
    waits = CycleRunRow.id == run_id, CycleRunRow.ticket_id.is_(None)
    session.execute(update(CycleRunRow).where(*waits).values(problem=problem))


def raise_now(session: Session, actor: Actor, service: str, key: str, now: datetime) -> Accepted:
    """Open the schedule's ticket at once, whenever it is due next; also while it is paused.

    Raises:
        NoSuchSchedule: the catalogue in force has none.
        AlreadyRaised: it was raised within this minute.
        NobodyAsks, AnswersRefused: nothing could be opened.
    """
    desk = read_desk_facts(session)
    found = find_schedule(desk.catalogue, service, key)
    if found is None:
        raise NoSuchSchedule
    cycle_id = cycle_id_of(session, desk, service, key)
    slot_at = now.replace(second=0, microsecond=0)
    row = upsert(CycleRunRow).values(cycle_id=cycle_id, slot_at=slot_at, by_id=actor.person_id)
    run_id = session.scalar(row.on_conflict_do_nothing().returning(CycleRunRow.id))
    if run_id is None:
        raise AlreadyRaised
    return _open(session, session.get_one(CycleRunRow, run_id), *found, desk, now)


def _open(
    session: Session, run: CycleRunRow, service: Service, schedule: Schedule, desk: DeskFacts, now: datetime
) -> Accepted:
    requester = requester_of(session, service, schedule)
    submission = Submission(service.key, schedule.answers, channel=Channel.SCHEDULE)
    try:
        accepted = accept(session, submission, requester, desk, now).accepted
    except InvalidAnswers as refused:
        labels = {field.key: field.label for field in service.form}
        raise AnswersRefused(labels.get(fault.field, fault.field) for fault in refused.faults) from refused
    what = {
        "schedule": schedule.title,
        "slot_at": run.slot_at.isoformat(),
        "missed": run.missed,
        "missed_since": run.missed_since.isoformat() if run.missed_since else None,
    }
    record(session, accepted.ticket_id, [Happening("scheduled", run.by_id, public=True, what=what)], now)
    run.ticket_id, run.raised_at, run.problem = accepted.ticket_id, now, ""
    session.flush()
    return accepted
