"""What a mail to an approver depends on when it goes out: that they are still asked, and the link to decide by."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.approval import Voice
from spoc.approvals.links import token_for
from spoc.db.approvals import ApproverRow
from spoc.db.jobs import MailRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.errors import NotFound
from spoc.jobs.letters import APPROVER_KINDS
from spoc.people.directory import Visit, visit_of

WITHDRAWN = "mail.approval_withdrawn"


def is_to_approver(mail: MailRow) -> bool:
    return mail.kind in APPROVER_KINDS


def approver_behind(session: Session, mail: MailRow) -> ApproverRow | None:
    """Their row, which the mail's cause names after its kind."""
    return session.get(ApproverRow, int(mail.cause.split(":")[1]))


def reader_of(session: Session, row: ApproverRow | None, person_id: int, kind: str) -> Visit | None:
    """Who is to get it; None if they left, or are not asked any more, or, where that is told, are asked still."""
    is_so = row is not None and row.asked_id == person_id
    if row is None or not is_so or (row.voice is not Voice.ASKED) is not (kind == WITHDRAWN):
        return None
    try:
        return visit_of(session, person_id)
    except NotFound:
        return None


def with_link(session: Session, mail: MailRow, body: str) -> str:
    """The body as it is sent: in place of the page for who is signed in, the link to decide by. It is stored nowhere.

    Who decides about something confidential signs in.
    """
    row = approver_behind(session, mail)
    if row is None or mail.kind == WITHDRAWN or is_kept(session, row):
        return body
    task = session.scalars(select(TaskRow.public_id).where(TaskRow.id == row.task_id)).one()
    return body.replace(f"/approvals/{task}", f"/approve?token={token_for(row)}")


def is_kept(session: Session, row: ApproverRow) -> bool:
    columns = select(TaskRow.confidential_to, TicketRow.secret, TicketRow.confidential_to)
    return any(session.execute(columns.join(TicketRow).where(TaskRow.id == row.task_id)).one())
