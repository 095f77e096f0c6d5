"""The checklist of a task and its evidence: ticked and written by who does it, and needed to finish it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from routing.lifecycle import Act, after
from routing.phrase import Phrase
from routing.proof import Item, is_file, items_document, strangers, tick
from routing.visibility import Actor
from spoc.db.tickets import TaskRow
from spoc.desk.errors import NoSuchItem, NotProven
from spoc.desk.found import take_task
from spoc.desk.moves import tell
from spoc.desk.ticket_rows import Task, Ticket
from spoc.errors import Fault
from spoc.files.errors import NoSuchFile
from spoc.files.keeping import attach_to_task, read_id


@dataclass(frozen=True)
class Proof:
    """`ticked` are the labels of exactly the items that are ticked then, None to leave them; likewise `evidence`."""

    ticked: Sequence[str] | None = None
    evidence: str | None = None


def note_proof(session: Session, actor: Actor, task_id: UUID, now: datetime, proof: Proof) -> str:
    """Write down what is done so far, without finishing. Returns the ticket's reference.

    Raises:
        NotFound, NotAllowed: as `take_task`.
        NotPossible: the task is over, or still waits for others.
        NoSuchItem: the checklist has no such item.
    """
    ticket, task = take_task(session, actor, task_id)
    after(task.state, Act.FINISH)
    write_proof(session, task, actor, now, proof)
    return ticket.reference


def write_proof(
    session: Session, task: Task, actor: Actor, now: datetime, proof: Proof
) -> tuple[tuple[Item, ...], str]:
    """The checklist and evidence as they are then. The caller holds the ticket's lock.

    Raises:
        NoSuchItem: the checklist has no such item.
        NoSuchFile: the evidence is a file, and this is none of the actor's own.
    """
    if unknown := strangers(task.checklist, proof.ticked or ()):
        raise NoSuchItem(unknown[0])
    labels = task.checklist if proof.ticked is None else tick(task.checklist, proof.ticked, actor.person_id, now)
    evidence = task.evidence if proof.evidence is None or task.evidence_asked is None else proof.evidence.strip()
    if is_file(task.evidence_asked):
        evidence = _attached(session, task, actor, evidence)
    if (labels, evidence) != (task.checklist, task.evidence):
        values = {"checklist": items_document(labels), "evidence": evidence}
        session.execute(update(TaskRow).where(TaskRow.id == task.id).values(values))
        _tell(session, task, labels, actor, now)
    return labels, evidence


def _attached(session: Session, task: Task, actor: Actor, evidence: str) -> str:
    """The id of the file, which is the task's from here on; an empty form keeps the file that was given before."""
    if evidence in ("", task.evidence):
        return task.evidence
    id_ = read_id(evidence)
    if id_ is None:
        raise NoSuchFile
    attach_to_task(session, actor, id_, task.ticket_id, task.id)
    return str(id_)


def _tell(session: Session, task: Task, labels: Sequence[Item], actor: Actor, now: datetime) -> None:
    """For those who work on it: whoever asked reads of the task when it is done."""
    pairs = tuple(zip(task.checklist, labels, strict=True))
    ticked = [new.label for old, new in pairs if new.is_ticked and not old.is_ticked]
    unticked = [new.label for old, new in pairs if old.is_ticked and not new.is_ticked]
    for kind, changed in (("ticked", ticked), ("unticked", unticked)):
        if changed:
            tell(session, task, kind, actor.person_id, now, public=False, items=changed)


def hold_proven(ticket: Ticket, task: Task, items: Sequence[Item], evidence: str) -> None:
    """Hold that everything is there that finishing needs.

    Raises:
        NotProven: naming each item that is not ticked, and the evidence if it is missing or not as it must be.
    """
    faults = [
        Fault("ticked", "unticked", Phrase("“%(item)s” is not ticked.", {"item": item.label}))
        for item in items
        if not item.is_ticked
    ]
    asked = task.evidence_asked
    if asked is not None and not asked.accepts(evidence):
        given = {"label": asked.label}
        wrong, missing = Phrase("“%(label)s” is not as it must be.", given), Phrase("“%(label)s” is missing.", given)
        faults.append(Fault("evidence", "evidence", wrong if evidence else missing))
    if faults:
        raise NotProven(ticket.reference, task.title, faults)
