"""A request whose answers change: what changes it, and the rows that are left."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.document import shipped
from catalog.service import Service, Step, Undo
from routing.work import Channel, HoldReason
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, EventRow, TaskRow, TicketRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.holds import hold
from spoc.desk.amending.amend import Wish, amend, preview
from spoc.desk.amending.difference import Difference
from spoc.intake.catalogue import publish
from spoc.intake.write import Accepted
from tests.changes_of_mind import planner
from tests.world import World

DAY = timedelta(days=1)


def ask_id(session: Session, ticket: Accepted) -> UUID:
    return session.scalars(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id)).one()


def change(
    world: World,
    ticket: Accepted,
    at: datetime,
    *,
    by: str = "employee",
    cancels: bool = False,
    seen: str | None = None,
    **answers: Any,
) -> Difference:
    session, actor = world.session, world.actor(by)
    wish, means = Wish(answers, cancels, seen), planner(world.session, at)
    id_ = ask_id(session, ticket)
    return amend(session, actor, ticket.reference, id_, wish, at, planner=means, channel=Channel.WEB)


def look(world: World, ticket: Accepted, *, by: str = "employee", cancels: bool = False, **answers: Any) -> Difference:
    session = world.session
    id_, means = ask_id(session, ticket), planner(session, world.now)
    return preview(session, world.actor(by), ticket.reference, id_, Wish(answers, cancels), means)


def tasks(session: Session, ticket: Accepted) -> Mapping[str, TaskRow]:
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id).order_by(TaskRow.position)
    return {row.key: row for row in session.scalars(wanted.execution_options(populate_existing=True))}


def stand(session: Session, ticket: Accepted) -> dict[str, tuple[Any, ...]]:
    return {
        key: (row.state, row.opens_at, row.due_at, row.queue_id, row.person_id, tuple(row.needs))
        for key, row in tasks(session, ticket).items()
    }


def ask_row(session: Session, ticket: Accepted) -> AskRow:
    wanted = select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def ticket_row(session: Session, ticket: Accepted) -> TicketRow:
    return session.get_one(TicketRow, ticket.ticket_id, populate_existing=True)


def events(session: Session, ticket: Accepted, kind: str) -> list[EventRow]:
    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind == kind)
    return list(session.scalars(wanted.order_by(EventRow.number)))


def do(world: World, ticket: Accepted, key: str, at: datetime) -> None:
    row = tasks(world.session, ticket)[key]
    queue = world.session.scalar(select(QueueRow.key).where(QueueRow.id == row.queue_id))
    finish(world.session, world.actor(f"agent.{queue}" if queue else "employee"), row.public_id, at, result="Done.")


def with_undo(world: World, service: str, step: str, undo: Undo, *redo: str) -> None:
    """Publish the shipped catalogue with an undo step for this one."""

    def changed(one: Step) -> Step:
        return one.model_copy(update={"undo": undo, "redo_when_changed": redo}) if one.key == step else one

    def of(one: Service) -> Service:
        return one.model_copy(update={"steps": tuple(map(changed, one.steps))}) if one.key == service else one

    made = shipped().model_copy(update={"services": tuple(map(of, shipped().services))})
    publish(world.session, made, None, "with an undo step", world.now)


RETURN = Undo(title="Send the laptop back")


def hold_it(world: World, ticket: Accepted, now: datetime) -> None:
    """IT waits a while for a supplier with the order."""
    order = tasks(world.session, ticket)["laptop-order"].public_id
    claim(world.session, world.actor("agent.it"), order, now)
    hold(world.session, world.actor("agent.it"), order, now, reason=HoldReason.VENDOR, note="Ordered.")
