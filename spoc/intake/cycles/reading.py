"""Schedules as their owners look at them: what comes next, what came last, and which tickets that made."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from catalog.schedule import Schedule
from catalog.service import Service
from routing.cycles import next_after
from routing.visibility import Actor
from spoc.db.cycles import RAISE, CycleRow, CycleRunRow
from spoc.db.jobs import JobRow, JobState
from spoc.db.people import PersonRow
from spoc.db.tickets import TicketRow
from spoc.db.visible import hidden_tickets, visible_tickets
from spoc.intake.cycles.rules import cycle_of, schedules_of
from spoc.intake.desk_facts import DeskFacts, read_desk_facts

COMING: Final = 5
LATEST: Final = 5


@dataclass(frozen=True)
class Run:
    """`raised_at` is when its ticket was opened, if there is one.

    `by` is a name where it was raised by hand; `problem` is kept as `spoc.failure` keeps it. `given_up`: its job failed
    too often, for a reason that is not the schedule's, and waits for somebody to try it again.
    """

    slot_at: datetime
    missed: int
    missed_since: datetime | None
    by: str | None
    raised_at: datetime | None
    reference: str | None
    may_open: bool
    problem: str
    given_up: bool

    @property
    def raised(self) -> bool:
        return self.reference is not None

    @property
    def failed(self) -> bool:
        return not self.raised and bool(self.problem or self.given_up)


@dataclass(frozen=True)
class Line:
    """`coming` is empty while it is paused, by the catalogue or by hand (`paused_by`, since `paused_at`)."""

    service: Service
    schedule: Schedule
    coming: tuple[datetime, ...]
    runs: tuple[Run, ...]
    paused_at: datetime | None
    paused_by: str | None

    @property
    def is_paused(self) -> bool:
        return self.schedule.paused or self.paused_at is not None


@dataclass(frozen=True)
class _Pause:
    at: datetime | None = None
    by: str | None = None


def list_schedules(session: Session, actor: Actor, now: datetime) -> tuple[Line, ...]:
    """Every schedule of the catalogue in force, in its order."""
    desk = read_desk_facts(session)
    pauses, runs = _pauses(session), _runs(session, actor)
    return tuple(
        _line(service, schedule, desk, pauses.get((service.key, schedule.key), _Pause()), runs, now)
        for service, schedule in schedules_of(desk.catalogue)
    )


def _line(
    service: Service,
    schedule: Schedule,
    desk: DeskFacts,
    pause: _Pause,
    runs: Mapping[tuple[str, str], list[Run]],
    now: datetime,
) -> Line:
    is_paused = schedule.paused or pause.at is not None
    coming = () if is_paused else coming_of(schedule, desk, now)
    return Line(service, schedule, coming, tuple(runs.get((service.key, schedule.key), ())), pause.at, pause.by)


def coming_of(schedule: Schedule, desk: DeskFacts, now: datetime) -> tuple[datetime, ...]:
    """The next instants at which it would come due, in UTC."""
    return next_after(cycle_of(schedule, desk.calendars[""], desk.zone), now, COMING)


def _pauses(session: Session) -> dict[tuple[str, str], _Pause]:
    rows = session.execute(
        select(CycleRow.service_key, CycleRow.schedule_key, CycleRow.paused_at, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == CycleRow.paused_by_id)
        .order_by(CycleRow.id)
    )
    return {(row.service_key, row.schedule_key): _Pause(row.paused_at, row.name) for row in rows}


def _runs(session: Session, actor: Actor) -> Mapping[tuple[str, str], list[Run]]:
    """The latest of each schedule, the newest first, without those whose tickets are hidden: that there is one, and
    since when, is told to those who may know of it.
    """
    place = func.row_number().over(partition_by=CycleRunRow.cycle_id, order_by=CycleRunRow.slot_at.desc())
    latest = (
        select(CycleRunRow.id, place.label("place"))
        .outerjoin(TicketRow, TicketRow.id == CycleRunRow.ticket_id)
        .where(~func.coalesce(hidden_tickets(actor), False))
        .subquery()
    )
    raiser = aliased(PersonRow)
    rows = session.execute(
        select(
            CycleRow.service_key,
            CycleRow.schedule_key,
            CycleRunRow.slot_at,
            CycleRunRow.missed,
            CycleRunRow.missed_since,
            CycleRunRow.problem,
            CycleRunRow.raised_at,
            CycleRunRow.id.in_(_given_up()).label("given_up"),
            raiser.name.label("by"),
            TicketRow.reference,
            func.coalesce(visible_tickets(actor), False).label("may_open"),
        )
        .join(latest, latest.c.id == CycleRunRow.id)
        .join(CycleRow, CycleRow.id == CycleRunRow.cycle_id)
        .outerjoin(raiser, raiser.id == CycleRunRow.by_id)
        .outerjoin(TicketRow, TicketRow.id == CycleRunRow.ticket_id)
        .where(latest.c.place <= LATEST)
        .order_by(CycleRunRow.cycle_id, CycleRunRow.slot_at.desc())
    )
    found: defaultdict[tuple[str, str], list[Run]] = defaultdict(list)
    for row in rows:
        run = Run(
            row.slot_at,
            row.missed,
            row.missed_since,
            row.by,
            row.raised_at,
            row.reference,
            row.may_open,
            row.problem,
            row.given_up,
        )
        found[row.service_key, row.schedule_key].append(run)
    return found


def _given_up() -> Select[int]:
    """The runs whose jobs are parked."""
    parked = JobRow.kind == RAISE, JobRow.state == JobState.PARKED
    return select(JobRow.payload["run_id"].as_integer()).where(*parked)
