"""An approval that is to be decided, with all that decides who is asked and for how long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.approval import Approval, Span
from catalog.service import Service
from routing.approval import COUNTED, Company, Verdict, Voice, verdict_of
from routing.errors import DateOutOfRange, NoWorkingTime
from routing.moments import due
from routing.work import Moment, Unit
from spoc.approvals.company import company_of
from spoc.db.approvals import ApproverRow
from spoc.db.calendars import calendar_of
from spoc.db.people import PersonRow
from spoc.db.tickets import AskRow
from spoc.desk.asks import Services
from spoc.desk.found import ticket_by_id
from spoc.desk.ticket_rows import Task, Ticket


@dataclass(frozen=True)
class Matter:
    """`rows` are all that were ever asked for this task, in the order of their seats."""

    ticket: Ticket
    task: Task
    ask: AskRow
    service: Service
    approval: Approval
    rows: tuple[ApproverRow, ...]

    @property
    def seats(self) -> tuple[tuple[ApproverRow, ...], ...]:
        """Those whose voices count, seat by seat."""
        counted = [row for row in self.rows if row.voice in COUNTED]
        places = sorted({row.seat for row in counted})
        return tuple(tuple(row for row in counted if row.seat == place) for place in places)

    @property
    def verdicts(self) -> tuple[Verdict | None, ...]:
        return tuple(verdict_of([row.voice for row in seat]) for seat in self.seats)

    def asked(self, person_id: int) -> list[ApproverRow]:
        """The voices that are theirs to give now, as approver or as deputy."""
        return [row for row in self.rows if row.voice is Voice.ASKED and person_id in (row.person_id, row.asked_id)]


def read_matter(session: Session, task_id: int, ticket_id: int, service_at: Services) -> Matter:
    """As it stands; the caller holds the ticket's lock where it is to change."""
    ticket = ticket_by_id(session, ticket_id)
    task = next(one for one in ticket.tasks if one.id == task_id)
    ask = session.get_one(AskRow, task.ask_id)
    service = service_at(ask.catalogue_version_id, ask.service_key)
    key = task.key.partition(".")[0]
    approval = next((step.approval for step in service.steps if step.key == key), None) or Approval()
    return Matter(ticket, task, ask, service, approval, approvers_of(session, task_id))


def approvers_of(session: Session, task_id: int) -> tuple[ApproverRow, ...]:
    wanted = select(ApproverRow).where(ApproverRow.task_id == task_id).order_by(ApproverRow.seat, ApproverRow.id)
    return tuple(session.scalars(wanted.execution_options(populate_existing=True)))


def company_around(session: Session, matter: Matter, people: Collection[int], now: datetime) -> Company:
    known = {row.person_id for row in matter.rows}
    return company_of(session, {*people, *known}, matter.ticket, now)


def names_of(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    known = {one for one in ids if one is not None}
    return dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(known))).all())


def after(session: Session, span: Span, now: datetime) -> datetime:
    """So much later by the organisation's working time; by the clock where that cannot be reckoned."""
    moment = Moment(now, span.amount, Unit(span.unit.value))
    try:
        return due(moment, calendar_of(session, None), now)[0]
    except (NoWorkingTime, DateOutOfRange):
        return now + timedelta(days=min(span.amount, 30))


def joined(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))
