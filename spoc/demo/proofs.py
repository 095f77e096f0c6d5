"""What the demo's people tick and write down before they finish a task."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.proof import Asked, ProofKind, stored_asked, stored_items
from spoc.db.tickets import TaskRow
from spoc.demo.papers import one_page
from spoc.demo.stage import Player, Stage
from spoc.desk.actions.proving import Proof
from spoc.files.keeping import keep


def proof_for(stage: Stage, session: Session, worker: Player, task_id: UUID, at: datetime) -> Proof:
    """All of the checklist, and what the task asks for: a receipt's number, a few words, or a signed paper."""
    row = session.execute(
        select(TaskRow.checklist, TaskRow.evidence_asked, TaskRow.evidence).where(TaskRow.public_id == task_id)
    ).one()
    asked = stored_asked(row.evidence_asked)
    if not row.checklist and asked is None:
        return Proof()
    labels = tuple(item.label for item in stored_items(row.checklist))
    return Proof(labels, _evidence(stage, session, worker, asked, at) if asked else None)


def _evidence(stage: Stage, session: Session, worker: Player, asked: Asked, at: datetime) -> str:
    number = f"R-{stage.random.randrange(10_000, 99_999)}"
    if asked.kind is ProofKind.FILE:
        return _paper(stage, session, worker, asked.label, at)
    return "Seen and confirmed." if asked.kind is ProofKind.TEXT else number


def _paper(stage: Stage, session: Session, worker: Player, label: str, at: datetime) -> str:
    page = one_page(("Halden Optics", label, f"{at:%Y-%m-%d}, signed by {worker.member.name}"))
    with stage.store.begin(len(page)) as arriving:
        arriving.write(page)
        return str(keep(session, worker.actor, arriving.keep(f"{label}.pdf"), at).id)
