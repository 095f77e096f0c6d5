"""A queue whose tasks are offered by rule: its members, who is away, what is asked, and who was offered it."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from routing.work import TaskState
from spoc.db.people import AbsenceRow, PointOfContactRow, QueueMemberRow, QueueRow
from spoc.db.tickets import EventRow, TaskRow
from spoc.desk.queues.offering import follow_absences, offer_ready, pass_on_silent
from spoc.intake.catalogue import service_at
from spoc.intake.write import Accepted
from tests.world import World

SERVICE = "laptop-fault"
TODAY = date(2026, 8, 13)
DAY = timedelta(days=1)


def set_queue(session: Session, **values: Any) -> None:
    session.execute(update(QueueRow).where(QueueRow.key == "it").values(values))


def join(world: World, *people: str, **values: Any) -> None:
    """Let these serve IT beside the world's two, with these limits or skills."""
    queue_id = world.session.scalar(select(QueueRow.id).where(QueueRow.key == "it"))
    for person in people:
        row = insert(QueueMemberRow).values(queue_id=queue_id, person_id=world.ids[person], **values)
        world.session.execute(row)


def change_member(world: World, person: str, **values: Any) -> None:
    mine = update(QueueMemberRow).where(QueueMemberRow.person_id == world.ids[person])
    world.session.execute(mine.values(values))


def be_away(world: World, person: str, deputy: str | None = None, *, until: date = TODAY) -> None:
    deputy_id = world.ids[deputy] if deputy else None
    row = AbsenceRow(person_id=world.ids[person], from_on=TODAY, until_on=until, deputy_id=deputy_id)
    world.session.add(row)
    world.session.flush()


def point_to(world: World, *people: str, topic: str = "laptops") -> None:
    for rank, person in enumerate(people):
        row = {"party_kind": "queue", "party_key": "it", "topic": topic, "rank": rank, "person_id": world.ids[person]}
        world.session.add(PointOfContactRow(**row, valid_from=world.now - DAY))
    world.session.flush()


def of_it(session: Session, ticket: Accepted) -> TaskRow:
    queue_id = select(QueueRow.id).where(QueueRow.key == "it").scalar_subquery()
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.queue_id == queue_id)
    task = session.scalars(wanted.order_by(TaskRow.position)).first()
    assert task is not None
    session.refresh(task)
    return task


def ask(world: World, at: datetime | None = None) -> Accepted:
    ticket = world.submit(SERVICE, at=at)
    world.session.execute(
        update(TaskRow)
        .where(TaskRow.ticket_id == ticket.ticket_id)
        .values(
            queue_id=select(QueueRow.id).where(QueueRow.key == "it").scalar_subquery(), state=TaskState.READY, needs=[]
        )
    )
    return ticket


def assign(session: Session, now: datetime) -> None:
    services = partial(service_at, session)
    follow_absences(session, services, now)
    pass_on_silent(session, services, now)
    offer_ready(session, services, now)


def offered_to(world: World, ticket: Accepted) -> str | None:
    person_id = of_it(world.session, ticket).assignee_id
    return next((key for key, id_ in world.ids.items() if id_ == person_id), None)


def kinds(session: Session, ticket: Accepted) -> list[str]:
    return [why["kind"] for why in of_it(session, ticket).why if why["kind"].startswith("assign.")]


def events(session: Session, ticket: Accepted) -> list[EventRow]:
    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind.startswith("offered"))
    return list(session.scalars(wanted.order_by(EventRow.number)))
