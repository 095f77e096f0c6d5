"""A file that approvers are shown: among the answers that their step names, for as long as it is one of them."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from routing.visibility import Actor
from routing.work import TaskKind
from spoc.approvals.matter import read_matter
from spoc.approvals.reading import fields_shown
from spoc.db.approvals import ApproverRow
from spoc.db.tickets import AttachmentRow, TaskRow
from spoc.desk.asks import Services
from spoc.desk.files import Readable, as_readable
from spoc.errors import NotFound


def file_to_decide_by(session: Session, actor: Actor, file_id: UUID, service_at: Services) -> Readable:
    """The file, for whoever is asked to approve, or was.

    Raises:
        NotFound: there is no such file, or no approval of the actor's shows it.
    """
    row = session.scalars(select(AttachmentRow).where(AttachmentRow.public_id == file_id)).one_or_none()
    if row is None or row.ask_id is None or not _is_shown(session, actor, row, service_at):
        raise NotFound
    return as_readable(row)


def _is_shown(session: Session, actor: Actor, row: AttachmentRow, service_at: Services) -> bool:
    mine = or_(ApproverRow.asked_id == actor.person_id, ApproverRow.decided_by_id == actor.person_id)
    asked = select(TaskRow.id, TaskRow.ticket_id).join(ApproverRow, ApproverRow.task_id == TaskRow.id)
    wanted = asked.where(mine, TaskRow.ask_id == row.ask_id, TaskRow.kind == TaskKind.APPROVAL)
    for task_id, ticket_id in session.execute(wanted.distinct().order_by(TaskRow.id)):
        matter = read_matter(session, task_id, ticket_id, service_at)
        shown = {field.key for field in fields_shown(matter)}
        if row.field_key in shown and str(row.public_id) in (matter.ask.answers.get(row.field_key) or ()):
            return True
    return False
