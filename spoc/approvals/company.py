"""Who could approve: the people an expression of the catalogue stands for, their managers, and who is away."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from catalog.approval import LEAD, Approval, ApproverExpression
from catalog.service import Service
from routing.approval import Company
from spoc.db.absences import read_away
from spoc.db.people import CostCentreRow, PersonRow, QueueMemberRow, QueueRow
from spoc.desk.ticket_rows import Ticket


def people_named(
    session: Session, approval: Approval, service: Service, requester_id: int, subject_id: int | None
) -> Mapping[str, tuple[int, ...]]:
    """Ids by expression, in the order of the catalogue; none where nobody is known."""
    return {named: people_behind(session, named, service, requester_id, subject_id) for named in approval.approvers}


def people_behind(
    session: Session, named: str, service: Service, requester_id: int, subject_id: int | None
) -> tuple[int, ...]:
    """The same for one expression."""
    return tuple(session.scalars(_people(named, service, requester_id, subject_id)).all())


def _people(named: str, service: Service, requester_id: int, subject_id: int | None) -> Any:
    match named:
        case ApproverExpression.REQUESTER_MANAGER:
            return _manager(requester_id)
        case ApproverExpression.SUBJECT_MANAGER:
            return _manager(subject_id)
        case ApproverExpression.SERVICE_OWNER:
            return select(PersonRow.id).where(func.lower(PersonRow.mail) == (service.owner or None))
        case ApproverExpression.COST_CENTRE_OWNER:
            department = select(func.lower(PersonRow.department)).where(PersonRow.id == requester_id)
            spends = func.lower(CostCentreRow.department) == department.scalar_subquery()
            return select(CostCentreRow.owner_id).where(spends)
        case _:
            leads = select(QueueMemberRow.person_id).join(QueueRow, QueueRow.id == QueueMemberRow.queue_id)
            mine = QueueRow.key == named.removesuffix(LEAD), QueueMemberRow.is_lead
            return leads.where(*mine).order_by(QueueMemberRow.person_id)


def _manager(person_id: int | None) -> Any:
    return select(PersonRow.manager_id).where(PersonRow.id == person_id, PersonRow.manager_id.is_not(None))


def company_of(session: Session, people: Collection[int], ticket: Ticket, now: datetime) -> Company:
    """These people and all above them, with their deputies. Who asked and whom it is about may not speak."""
    away = read_away(session, now)
    deputies = {deputy for deputy in away.values() if deputy is not None}
    above = select(PersonRow.id, PersonRow.manager_id, PersonRow.active, PersonRow.shared)
    # A union without doubles ends also where managers stand in a circle.
    known = above.where(PersonRow.id.in_({*people, *deputies})).cte(recursive=True)
    boss = aliased(PersonRow)
    climbed = select(boss.id, boss.manager_id, boss.active, boss.shared).join(known, known.c.manager_id == boss.id)
    rows = session.execute(select(known.union(climbed))).all()
    barred = {ticket.requester_id, ticket.subject_id} - {None}
    return Company(
        managers={row.id: row.manager_id for row in rows},
        active=frozenset(row.id for row in rows if row.active and not row.shared),
        away=away,
        barred=frozenset(one for one in barred if one is not None),
    )
