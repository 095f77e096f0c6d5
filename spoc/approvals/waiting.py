"""What time does to approvals: deputies step in, silence is reminded of, and in the end goes up or is a rejection."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from catalog.approval import OnExpiry
from routing.approval import COUNTED, Chosen, Company, Voice, speaker, up
from routing.why import Kind
from spoc.approvals.asking import call, give_to_desk, row_of
from spoc.approvals.deciding import settle
from spoc.approvals.matter import Matter, after, company_around, names_of, read_matter
from spoc.db.approvals import ApproverRow
from spoc.db.events import lock
from spoc.db.queueing import enqueue
from spoc.db.tickets import TaskRow
from spoc.desk.asks import Services
from spoc.desk.moves import tell

Act = Callable[[Session, Matter, ApproverRow, datetime], None]


def expire(session: Session, service_at: Services, now: datetime) -> int:
    """Do what the catalogue says of approvers who did not answer in time; returns how many there were."""
    return _each(session, ApproverRow.ends_at <= now, _expire, service_at, now)


def remind(session: Session, service_at: Services, now: datetime) -> int:
    """Write again to who is asked and has not answered; returns to how many."""
    return _each(session, (ApproverRow.remind_at <= now) & (ApproverRow.ends_at > now), _remind, service_at, now)


def follow_absences(session: Session, service_at: Services, now: datetime) -> int:
    """Ask deputies of who has gone away since, who is back instead of their deputy, and who is above those who left.

    Returns how many are looked at: all that are asked.
    """
    return _each(session, ApproverRow.ends_at > now, _follow, service_at, now)


def _each(session: Session, which: ColumnElement[bool], act: Act, service_at: Services, now: datetime) -> int:
    """Act on each approver that is asked, under the ticket's lock, if it still is."""
    due = ApproverRow.voice == Voice.ASKED, which
    columns = select(ApproverRow.id, ApproverRow.task_id, TaskRow.ticket_id).join(
        TaskRow, TaskRow.id == ApproverRow.task_id
    )
    found = session.execute(columns.where(*due).order_by(TaskRow.ticket_id, ApproverRow.id)).all()
    for approver_id, task_id, ticket_id in found:
        lock(session, ticket_id)
        if session.scalar(select(ApproverRow.id).where(ApproverRow.id == approver_id, *due)) is not None:
            matter = read_matter(session, task_id, ticket_id, service_at)
            act(session, matter, next(row for row in matter.rows if row.id == approver_id), now)
    return len(found)


def _remind(session: Session, matter: Matter, row: ApproverRow, now: datetime) -> None:
    row.remind_at = after(session, matter.approval.remind, now)
    session.flush()
    cause = now.isoformat()
    enqueue(session, "mail.approval_reminder", {"approver_id": row.id, "ticket_id": matter.ticket.id, "cause": cause})
    names = names_of(session, [row.asked_id])
    tell(session, matter.task, "approval_reminded", None, now, public=False, people=names.get(row.asked_id or 0, ""))


def _follow(session: Session, matter: Matter, row: ApproverRow, now: datetime) -> None:
    company = company_around(session, matter, (), now)
    if not company.may_speak(row.person_id):
        _go_up(session, matter, row, company, now)
    elif speaker(row.person_id, company) != row.asked_id:
        call(session, matter, [row], company, now)


def _expire(session: Session, matter: Matter, row: ApproverRow, now: datetime) -> None:
    if matter.approval.on_expiry is OnExpiry.REJECT:
        row.voice, row.decided_at = Voice.REJECTED, now
        session.flush()
        settle(session, matter, None, now)
    else:
        _go_up(session, matter, row, company_around(session, matter, (), now), now)


def _go_up(session: Session, matter: Matter, row: ApproverRow, company: Company, now: datetime) -> None:
    """Ask the next one above in their place; nobody above, and nobody beside: the desk decides."""
    row.voice = Voice.EXPIRED
    session.flush()
    beside = {one.person_id for one in matter.rows if one.voice in COUNTED}
    boss = up(row.person_id, company, beside)
    names = names_of(session, [row.person_id, boss])
    if boss is not None:
        new = row_of(matter, row.seat, row.needed, Chosen(boss, row.person_id), row.expression)
        session.add(new)
        session.flush()
        tell(session, matter.task, "approval_escalated", None, now, people=names[row.person_id], other=names[boss])
        call(session, matter, [new], company, now)
    elif not any(one.seat == row.seat and one.voice is Voice.ASKED for one in matter.rows):
        give_to_desk(session, matter, Kind.APPROVER_SILENT, {"person": names[row.person_id]}, now)
