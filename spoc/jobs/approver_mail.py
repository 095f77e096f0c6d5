"""Mails about approvals: to who is asked to decide, and to whoever asked for what was not approved."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.approval import Voice
from spoc.db.approvals import ApproverRow
from spoc.db.jobs import MailRow
from spoc.db.people import PersonRow
from spoc.db.session import transaction
from spoc.db.tickets import TaskRow, TicketRow
from spoc.jobs import mail
from spoc.jobs.approver_links import is_kept, reader_of
from spoc.jobs.letters import News
from spoc.jobs.tools import Work


def tell_approver(work: Work) -> None:
    """Write the mail that the job's approver gives cause to, and send it; none to who is not asked any more."""
    with transaction(work.tools.sessions) as session:
        due = mail.begin(session, work, _write(session, work))
    mail.send(work, due)


def tell_rejection(work: Work) -> None:
    """Tell whoever asked what was not approved, by whom, and why."""
    mail.tell_requester(work, _rejection)


def _write(session: Session, work: Work) -> int | None:
    row = session.get(ApproverRow, work.job.payload["approver_id"])
    if row is None or row.asked_id is None:
        return None
    cause = f"{work.job.kind}:{row.id}:{row.asked_id}:{work.job.payload.get('cause', '')}"
    reader = reader_of(session, row, row.asked_id, work.job.kind)
    if reader is not None:
        ticket, news = _news(session, work, row, reader.name)
        mail.insert(session, work, cause, ticket, reader, news)
    return session.scalar(select(MailRow.id).where(MailRow.cause == cause))


def _news(session: Session, work: Work, row: ApproverRow, name: str) -> tuple[TicketRow, News]:
    task = session.get_one(TaskRow, row.task_id)
    ticket = session.get_one(TicketRow, task.ticket_id)
    asker = session.scalars(select(PersonRow.name).where(PersonRow.id == ticket.requester_id)).one()
    link = f"{mail.base(work)}/approvals/{task.public_id}"
    kept = is_kept(session, row)
    return ticket, News(work.job.kind, ticket.reference, task.title, link, name, kept, by=asker)


def _rejection(session: Session, work: Work, news: News) -> News:
    """With the last word of those who decided; nobody's where silence was the answer."""
    task = session.get(TaskRow, work.job.payload.get("task_id", 0))
    if task is None:
        return news
    said = select(ApproverRow.comment, PersonRow.name).outerjoin(PersonRow, PersonRow.id == ApproverRow.decided_by_id)
    rejected = said.where(ApproverRow.task_id == task.id, ApproverRow.voice == Voice.REJECTED)
    comment, name = session.execute(rejected.order_by(ApproverRow.id.desc()).limit(1)).one_or_none() or ("", None)
    return news.but(step=task.title, by=name or "", why=comment)
