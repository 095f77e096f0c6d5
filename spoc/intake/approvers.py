"""The people that the approver expressions of the catalogue stand for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.approval import LEAD, Approval, ApproverExpression
from catalog.service import Service
from spoc.db.people import CostCentreRow, PersonRow, QueueMemberRow, QueueRow


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
