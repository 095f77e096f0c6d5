"""A queue's members as assignment sees them: who may do a task, how much each has to do, who did it before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from routing.assign import Candidate, Strategy, Wish
from routing.lifecycle import WORKABLE
from routing.visibility import Actor, Sight, sight
from routing.work import TaskState
from spoc.db.people import PersonRow, PointOfContactRow, QueueMemberRow, QueueRow
from spoc.db.tickets import AskRow, EventRow, TaskRow, TicketRow
from spoc.desk.ticket_rows import Task, Ticket


def read_candidates(session: Session, ticket: Ticket, task: Task, wish: Wish, now: datetime) -> Mapping[int, Candidate]:
    """By id: the members of the task's queue who may read it. A person it must be kept from is nobody's choice, nor is
    one who said no to it since it is ready.

    Secret tasks and tickets count in no load and no past: whom a rule chooses would tell of them.
    """
    loads = dict(session.execute(_loads(task)).all())
    ranks = dict(session.execute(_ranks(task, wish.topic, now)).all()) if _by_contact(wish) else {}
    declined = frozenset(session.scalars(_declined(task)))
    did = dict(session.execute(_did(ticket, task)).all()) if wish.strategy is Strategy.SAME_PERSON else {}
    return {
        row.id: Candidate(
            person_id=row.id,
            name=row.name,
            active=row.active,
            load=loads.get(row.id, 0),
            limit=row.most_tasks,
            skills=frozenset(row.skills),
            rank=ranks.get(row.id),
            did_at=did.get(row.id),
            offered_at=row.offered_at,
        )
        for row in session.execute(_members(task)).all()
        if row.id not in declined and sight(_actor(row), ticket.view, task.part) is Sight.FULL
    }


def _by_contact(wish: Wish) -> bool:
    return wish.strategy is Strategy.POINT_OF_CONTACT


def _actor(row: Any) -> Actor:
    """The member with all of their queues: what a ticket lets them see follows from these."""
    return Actor(row.id, row.mail, queues=frozenset(row.queues))


def _declined(task: Task) -> Any:
    ready_at = select(TaskRow.ready_at).where(TaskRow.id == task.id).scalar_subquery()
    said_no = EventRow.ticket_id == task.ticket_id, EventRow.task_id == task.id, EventRow.kind == "declined"
    return select(EventRow.actor_id).where(*said_no, EventRow.at >= ready_at)


def _members(task: Task) -> Any:
    columns = (PersonRow.id, PersonRow.name, PersonRow.mail, PersonRow.active)
    member = (QueueMemberRow.most_tasks, QueueMemberRow.skills, QueueMemberRow.offered_at)
    joined = select(*columns, *member, _queues().label("queues")).join(
        QueueMemberRow, QueueMemberRow.person_id == PersonRow.id
    )
    return joined.where(QueueMemberRow.queue_id == task.queue_id, ~PersonRow.shared).order_by(PersonRow.id)


def _queues() -> ColumnElement[list[str]]:
    member = aliased(QueueMemberRow)
    served = select(func.array_agg(QueueRow.key)).join(member, member.queue_id == QueueRow.id)
    return served.where(member.person_id == PersonRow.id).scalar_subquery()


def _loads(task: Task) -> Any:
    """What each has been offered or taken in this queue and not done, beside this task."""
    counted = select(TaskRow.assignee_id, func.count()).join(TicketRow, TicketRow.id == TaskRow.ticket_id)
    counted = counted.where(
        TaskRow.queue_id == task.queue_id,
        TaskRow.state.in_(WORKABLE),
        TaskRow.assignee_id.is_not(None),
        ~TaskRow.secret,
        ~TicketRow.secret,
        TaskRow.id != task.id,
    )
    return counted.group_by(TaskRow.assignee_id)


def _ranks(task: Task, topic: str, now: datetime) -> Any:
    """Of whoever is the topic's point of contact in the queue now."""
    ranked = select(PointOfContactRow.person_id, func.min(PointOfContactRow.rank)).where(
        PointOfContactRow.party_kind == "queue",
        PointOfContactRow.party_key == task.queue,
        func.lower(PointOfContactRow.topic) == topic.lower(),
        PointOfContactRow.valid_from <= now,
        or_(PointOfContactRow.valid_to.is_(None), PointOfContactRow.valid_to > now),
    )
    return ranked.group_by(PointOfContactRow.person_id)


def _did(ticket: Ticket, task: Task) -> Any:
    """When each last finished a task of this queue that the same person had asked for with the same service."""
    service = select(AskRow.service_key).where(AskRow.id == task.ask_id).scalar_subquery()
    done = select(TaskRow.assignee_id, func.max(TaskRow.done_at)).join(AskRow, AskRow.id == TaskRow.ask_id)
    return (
        done.join(TicketRow, TicketRow.id == TaskRow.ticket_id)
        .where(
            AskRow.requester_id == ticket.requester_id,
            AskRow.service_key == service,
            TaskRow.queue_id == task.queue_id,
            TaskRow.state == TaskState.DONE,
            TaskRow.assignee_id.is_not(None),
            ~TaskRow.secret,
            ~TicketRow.secret,
        )
        .group_by(TaskRow.assignee_id)
    )
