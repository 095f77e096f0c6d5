"""Appointments of the history: times are offered as the product does it, somebody chooses, and they meet."""

from datetime import datetime
from functools import partial
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import TaskKind
from spoc.db.appointments import AppointmentRow
from spoc.db.tickets import TaskRow
from spoc.demo.stage import Case, FollowUp, Stage
from spoc.demo.tasks import Ready, is_resolved
from spoc.desk.appointments.booking import book
from spoc.desk.appointments.diary import free_times
from spoc.desk.appointments.ending import Outcome, end
from spoc.desk.appointments.meeting import meeting_of
from spoc.desk.appointments.offering import offer_times
from spoc.intake.approvers import people_behind
from spoc.intake.catalogue import service_at

CHOOSES_FROM = 12
RESULTS = ("Fits well.", "Adjusted and shown how it works.", "Done together, no questions left.")


def plan_appointment(stage: Stage, case: Case, task: Ready, now: datetime, go_on: FollowUp) -> None:
    """Have its times offered as the job does; `go_on` is told if people have to arrange it, and when it is over."""
    stage.agenda.add(now, partial(_offer, stage, case, task, go_on))


def _offer(stage: Stage, case: Case, task: Ready, go_on: FollowUp, session: Session, at: datetime) -> None:
    row = session.execute(select(TaskRow.id, TaskRow.kind).where(TaskRow.public_id == task.id)).one()
    offer_times(session, row.id, partial(service_at, session), people_behind, at)
    chooser_id = _chooser(session, row.id)
    if session.scalar(select(TaskRow.kind).where(TaskRow.id == row.id)) is not TaskKind.APPOINTMENT:
        stage.planned.discard(task.id)
        go_on(stage, case, session, at)
    elif chooser_id is not None and case.paces is None:
        stage.agenda.add(stage.later(at, 15, 600), partial(_choose, stage, case, task, chooser_id, row.id, go_on))


def _chooser(session: Session, task_id: int) -> int | None:
    return session.scalar(select(AppointmentRow.chooser_id).where(AppointmentRow.task_id == task_id))


def _choose(
    stage: Stage,
    case: Case,
    task: Ready,
    chooser_id: int,
    task_id: int,
    go_on: FollowUp,
    session: Session,
    at: datetime,
) -> None:
    services = partial(service_at, session)
    found = meeting_of(session, task_id, services)
    slots = list(islice(free_times(session, found, at), CHOOSES_FROM)) if found is not None and found.is_open else []
    if slots:
        slot = stage.random.choice(slots)
        book(session, stage.player(chooser_id).actor, task.id, slot.starts_at, at, services=services)
        stage.agenda.add(slot.ends_at, partial(_meet, stage, case, task, go_on))


def _meet(stage: Stage, case: Case, task: Ready, go_on: FollowUp, session: Session, at: datetime) -> None:
    assert task.queue is not None, "an appointment has a queue"
    agent = stage.agent(task.queue, at)
    result = stage.random.choice(RESULTS)
    end(session, agent.actor, task.id, Outcome.TOOK_PLACE, at, services=partial(service_at, session), result=result)
    case.steps_done += 1
    if not is_resolved(session, case.ticket_id):
        go_on(stage, case, session, at)
    elif case.paces is None:
        stage.follow_up(stage, case, session, at)
