"""An appointment of a ticket, for the tests about it: the shipped catalogue with a service `fit`."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.document import shipped
from routing.visibility import Actor
from routing.work import Channel
from spoc.db.appointments import AppointmentRow
from spoc.db.tickets import TaskRow
from spoc.desk.actions.finishing import finish
from spoc.desk.appointments.booking import book
from spoc.desk.appointments.diary import free_times
from spoc.desk.appointments.meeting import meeting_of
from spoc.desk.appointments.offering import offer_times
from spoc.intake.accept import accept
from spoc.intake.approvers import people_behind
from spoc.intake.catalogue import publish, service_at
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.submission import Submission
from spoc.intake.write import Accepted
from tests.catalog.factories import field, service, step
from tests.world import World

WHEN = {"minutes": 60, "place": "IT counter", "notice": "1 hour"}
FORM = [field("name", required=True), field("day", "date"), field("who", "person"), field("site", "location")]


def fitting(due: str = "1 working day after submission", **appointment: Any) -> dict[str, object]:
    return step("fit", title="Fit the chair", queue="it", due=due, appointment={**WHEN, **appointment})


def put(world: World, *steps: dict[str, object], **parts: object) -> None:
    made = service(key="fit", need="start-and-leave", form=FORM, steps=[*steps], example={"name": "Kim"}, **parts)
    publish(world.session, shipped().model_copy(update={"services": (*shipped().services, made)}), None, "", world.now)
    world.session.commit()


def ready_to_fit(world: World) -> Accepted:
    """Of the shipped catalogue: a chair has come, and a time to fit it is to be chosen."""
    ticket = world.submit("ergonomic-equipment", by="colleague", what=["chair"], fitting=True)
    chair = task_of(world.session, ticket, "furniture").public_id
    finish(world.session, world.actor("agent.office"), chair, world.now, result="It is here.")
    offer(world.session, ticket, world.now)
    return ticket


def ask(world: World, *, by: str = "employee", **answers: Any) -> Accepted:
    submission = Submission("fit", {"name": "Kim", **answers}, channel=Channel.WEB)
    made = accept(world.session, submission, world.actor(by), read_desk_facts(world.session), world.now)
    world.session.commit()
    return made.accepted


def offered(world: World, *, by: str = "employee", at: datetime | None = None, **answers: Any) -> Accepted:
    """Asked for, and its times offered as the job does."""
    ticket = ask(world, by=by, **answers)
    offer(world.session, ticket, at or world.now)
    return ticket


def offer(session: Session, ticket: Accepted, at: datetime) -> None:
    offer_times(session, task_of(session, ticket).id, partial(service_at, session), people_behind, at)
    session.commit()


def task_of(session: Session, ticket: Accepted, key: str = "fit") -> TaskRow:
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.key == key)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def row_of(session: Session, ticket: Accepted) -> AppointmentRow:
    wanted = select(AppointmentRow).where(AppointmentRow.task_id == task_of(session, ticket).id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def times(session: Session, ticket: Accepted, at: datetime) -> list[datetime]:
    """When the free times begin."""
    found = meeting_of(session, task_of(session, ticket).id, partial(service_at, session))
    return [slot.starts_at for slot in free_times(session, found, at)] if found else []


def choose(session: Session, who: Actor, ticket: Accepted, starts_at: datetime, at: datetime) -> None:
    book(session, who, task_of(session, ticket).public_id, starts_at, at, services=partial(service_at, session))
    session.commit()
