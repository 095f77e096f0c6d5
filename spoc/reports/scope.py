"""Whose figures: which openings may enter a report for the person who reads it, and the filters they asked for.

Figures over confidential and secret services are for members of the queues they are confidential to. For everybody
else they are left out of every sum, so that a report reads the same whether or not they exist.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, any_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import Text

from routing.visibility import Actor
from spoc.db.tickets import AskRow, EventRow, TaskRow, TicketRow
from spoc.reports.question import Question


def is_confidential() -> ColumnElement[bool]:
    """Condition on `TicketRow`: it is not for everybody's figures."""
    return or_(TicketRow.secret, func.cardinality(TicketRow.confidential_to) > 0)


def counted_for(actor: Actor | None) -> ColumnElement[bool]:
    """Condition on `TicketRow`: it counts in figures that the actor reads. None counts only what is plain."""
    plain = ~is_confidential()
    if actor is None or not actor.memberships:
        return plain
    not_about_me = TicketRow.subject_id.is_distinct_from(actor.person_id)
    return or_(plain, and_(_named(TicketRow.confidential_to.expression, actor), not_about_me))


def _named(column: ColumnElement[list[str]], actor: Actor) -> ColumnElement[bool]:
    return column.op("&&", is_comparison=True)(cast(sorted(actor.memberships), ARRAY(Text)))


def of_what_counts() -> ColumnElement[bool]:
    """Condition on `EventRow`: it is of no task that is secret, as `routing.lifecycle.counted` says.

    Not even for those who know of the task: a report reads the same whether or not it exists.
    """
    task, other = aliased(TaskRow), aliased(TaskRow)
    counts = select(other.id).where(other.ask_id == task.ask_id, ~other.secret).correlate(task).exists()
    secret = select(task.id).where(task.id == EventRow.task_id, task.secret, counts).correlate(EventRow)
    return ~secret.exists()


def first_queue(actor: Actor | None) -> ColumnElement[str | None]:
    """Key of the first queue that the opening was placed in, of those whose part in it the actor may know."""
    placed = EventRow.what["queue"].astext
    seen = func.cardinality(EventRow.confidential_to) == 0
    if actor is not None and actor.memberships:
        seen = or_(seen, _named(EventRow.confidential_to.expression, actor))
    here = and_(EventRow.ticket_id == AskRow.ticket_id, EventRow.ask_id == AskRow.id, EventRow.kind == "placed")
    return (
        select(placed)
        .where(here, placed.is_not(None), seen, of_what_counts())
        .order_by(EventRow.number)
        .limit(1)
        .correlate(AskRow)
        .scalar_subquery()
    )


def covered(question: Question) -> list[ColumnElement[bool]]:
    """Conditions on `AskRow` joined with its `TicketRow`: scope and filters, but neither period nor channel."""
    only = question.only
    wanted: list[tuple[ColumnElement[Any] | InstrumentedAttribute[Any], str | None]] = [
        (AskRow.service_key, only.service),
        (AskRow.department, only.department),
        (AskRow.location_key, only.location),
        (first_queue(question.actor), only.queue),
    ]
    return [counted_for(question.actor), *(column == value for column, value in wanted if value is not None)]


def any_of(ids: Iterable[int]) -> ColumnElement[Any]:
    """The ids as one array parameter: thousands of single ones would pass the driver's limit."""
    return any_(cast(literal(sorted(set(ids)), ARRAY(BigInteger)), ARRAY(BigInteger)))
