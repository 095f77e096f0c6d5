"""The one place that filters rows by who is asking. It says in SQL what `routing.visibility` says of values.

Every select, count, group, search and export over tickets or what hangs on them goes through these conditions;
a property test compares them with the pure decisions row by row.
"""

from sqlalchemy import ColumnElement, Select, and_, cast, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from routing.visibility import Actor
from routing.work import DESK
from spoc.db.appointments import met_by, tickets_met_by
from spoc.db.people import QueueRow
from spoc.db.tickets import TaskRow, TicketRow


def _mine(actor: Actor) -> list[str]:
    return sorted(actor.queues | actor.leads)


def _named(column: ColumnElement[list[str]], actor: Actor) -> ColumnElement[bool]:
    return column.op("&&", is_comparison=True)(cast(_mine(actor), ARRAY(Text)))


def _empty(column: ColumnElement[list[str]]) -> ColumnElement[bool]:
    return func.cardinality(column) == 0


def queue_ids(actor: Actor) -> Select[int]:
    """Ids of the queues that the actor serves or leads."""
    return select(QueueRow.id).where(QueueRow.key.in_(_mine(actor)))


def works_on(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TicketRow`: the actor sees it as an agent, not only as somebody who asked for it."""
    mine = _mine(actor)
    if not mine:
        return false()
    named = _named(TicketRow.confidential_to.expression, actor)
    at_desk = true() if DESK in mine else false()
    not_about_me = _not_about(actor)
    has_task = _has_task(and_(TaskRow.queue_id.in_(queue_ids(actor)), or_(~TaskRow.secret, not_about_me)))
    plain = _empty(TicketRow.confidential_to.expression)
    return or_(
        and_(~TicketRow.secret, plain, or_(at_desk, has_task)),
        and_(~TicketRow.secret, ~plain, not_about_me, or_(named, has_task)),
        and_(TicketRow.secret, not_about_me, named),
    )


def visible_tickets(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TicketRow`: the actor may open it."""
    own = or_(_has_task(TaskRow.person_id == actor.person_id), TicketRow.id.in_(tickets_met_by(actor.person_id)))
    your_turn = and_(~TicketRow.secret, own)
    return or_(TicketRow.requester_id == actor.person_id, works_on(actor), your_turn)


def hidden_tickets(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TicketRow`: confidential or secret, and not the actor's to open. Not even its traces are theirs."""
    return and_(or_(TicketRow.secret, ~_empty(TicketRow.confidential_to.expression)), ~visible_tickets(actor))


def _not_about(actor: Actor) -> ColumnElement[bool]:
    return TicketRow.subject_id.is_distinct_from(actor.person_id)


def _has_task(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(TaskRow.id).where(TaskRow.ticket_id == TicketRow.id, which).correlate(TicketRow).exists()


def visible_tasks(actor: Actor) -> ColumnElement[bool]:
    """Condition on `TaskRow` joined with its visible `TicketRow`: the actor may read it in full, not just its mask."""
    mine = _mine(actor)
    own_queue = TaskRow.queue_id.in_(queue_ids(actor)) if mine else false()
    open_to_all = and_(
        ~TaskRow.secret,
        _empty(TaskRow.confidential_to.expression),
        or_(
            _empty(TicketRow.confidential_to.expression),
            TicketRow.requester_id == actor.person_id,
            TaskRow.person_id == actor.person_id,
            TaskRow.id.in_(met_by(actor.person_id)),
            and_(works_on(actor), or_(_named(TicketRow.confidential_to.expression, actor), own_queue)),
        ),
    )
    named = and_(works_on(actor), _named(TaskRow.confidential_to.expression, actor))
    return or_(open_to_all, and_(named, or_(~TaskRow.secret, _not_about(actor))))
