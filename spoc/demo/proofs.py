"""What the demo's people tick and write down before they finish a task."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.proof import ProofKind, stored_asked, stored_items
from spoc.db.tickets import TaskRow
from spoc.demo.stage import Stage
from spoc.desk.proving import Proof


def proof_for(stage: Stage, session: Session, task_id: UUID) -> Proof:
    """All of the checklist, and what the task asks for: a receipt's number, or a few words."""
    row = session.execute(
        select(TaskRow.checklist, TaskRow.evidence_asked, TaskRow.evidence).where(TaskRow.public_id == task_id)
    ).one()
    asked = stored_asked(row.evidence_asked)
    if not row.checklist and asked is None:
        return Proof()
    number = f"R-{stage.random.randrange(10_000, 99_999)}"
    words = "Seen and confirmed." if asked and asked.kind is ProofKind.TEXT else number
    return Proof(tuple(item.label for item in stored_items(row.checklist)), words if asked else None)
