"""Tasks and queues for programs: the same acts as the pages', with the task as it then stands for an answer."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from routing.visibility import Actor
from routing.work import Channel, HoldReason, TaskState
from spoc.desk.actions.claims import claim, release
from spoc.desk.actions.finishing import reopen_task
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold, resume
from spoc.desk.actions.proving import Proof, note_proof
from spoc.desk.queues.declining import decline
from spoc.desk.queues.lists import badges, show_queue
from spoc.desk.queues.rows import Filters, Row, Whose
from spoc.desk.tickets import read_ticket
from spoc.intake.catalogue import service_at
from spoc.web.day import day_of
from spoc.web.deps import Database, Now, Seen, Visitor, require
from spoc.web.formats import View
from spoc.web.permissions import Permission
from spoc.web.shapes import instant, task_json
from spoc.web.ticket.api_shape import part_json
from spoc.web.ticket.lending import Lent, finish_and_lend
from spoc.web.words_of_clocks import deadline_json

router = APIRouter()
SignedIn = Annotated[Actor, require(Permission.SIGNED_IN)]
Agent = Annotated[Actor, require(Permission.AGENT)]
Said = Annotated[str, Field(max_length=4000)]
Things = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=200)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HoldBody(Body):
    """For the reason `requester` the note is needed: it is sent to them as the question that stops the clock."""

    reason: HoldReason
    note: Said = ""
    until: AwareDatetime | None = None


class ProofBody(Body):
    """`ticked` are all items that are ticked then, null leaves them as they are; likewise `evidence`."""

    ticked: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=30)] | None = None
    evidence: Annotated[str, Field(max_length=2000)] | None = None

    @property
    def proof(self) -> Proof:
        return Proof(self.ticked, self.evidence)


class FinishBody(ProofBody):
    """`give` are ids of things, `any:KIND` or `none:KIND` for the kinds that the task books; `back` are ids."""

    result: Said = ""
    give: Things | None = None
    back: Things = []


class HandoffBody(Body):
    to: Annotated[str, Field(max_length=60)]
    why: Said
    know: Said = ""
    person: Annotated[str, Field(max_length=320)] | None = None
    warm: bool = False
    misplaced: bool = False


class DeclineBody(Body):
    why: Said


class ReopenBody(Body):
    why: Said


@router.post("/api/tasks/{task_id}/claim")
def claim_task(task_id: UUID, session: Database, now: Now, actor: SignedIn, seen: Seen) -> dict[str, Any]:
    """Take a ready task; 409 with the name of who was faster."""
    return _answer(session, actor, task_id, claim(session, actor, task_id, now), seen)


@router.post("/api/tasks/{task_id}/release")
def release_task(task_id: UUID, session: Database, now: Now, actor: SignedIn, seen: Seen) -> dict[str, Any]:
    """Put a claimed task back."""
    return _answer(session, actor, task_id, release(session, actor, task_id, now), seen)


@router.post("/api/tasks/{task_id}/decline")
def decline_task(
    task_id: UUID, body: DeclineBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Say no to a task that is offered to you: it moves on to the next, and the reason stays on the ticket."""
    reference = decline(session, actor, task_id, partial(service_at, session), now, why=body.why)
    return _answer(session, actor, task_id, reference, seen)


@router.post("/api/tasks/{task_id}/hold")
def hold_task(
    task_id: UUID, body: HoldBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Stop work: why, and until when."""
    held = partial(hold, session, actor, task_id, now, reason=body.reason, note=body.note, until=body.until)
    reference = held(channel=Channel.API)
    return _answer(session, actor, task_id, reference, seen)


@router.post("/api/tasks/{task_id}/resume")
def resume_task(task_id: UUID, session: Database, now: Now, actor: SignedIn, seen: Seen) -> dict[str, Any]:
    """Go on with a task on hold."""
    return _answer(session, actor, task_id, resume(session, actor, task_id, now), seen)


@router.post("/api/tasks/{task_id}/finish")
def finish_task(
    task_id: UUID, session: Database, now: Now, actor: SignedIn, seen: Seen, body: FinishBody | None = None
) -> dict[str, Any]:
    """End a task with a result, which the requester may read; its checklist ticked and its evidence given."""
    given = body or FinishBody()
    lent = Lent(None if given.give is None else tuple(given.give), tuple(given.back))
    reference = finish_and_lend(session, actor, task_id, now, given.result, given.proof, lent)
    return _answer(session, actor, task_id, reference, seen)


@router.post("/api/tasks/{task_id}/proof")
def note_proof_of_task(
    task_id: UUID, body: ProofBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Tick items of the checklist, or write the evidence down, without ending the task."""
    return _answer(session, actor, task_id, note_proof(session, actor, task_id, now, body.proof), seen)


@router.post("/api/tasks/{task_id}/handoff")
def hand_task_over(
    task_id: UUID, body: HandoffBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Give a task to another queue, or to a person of one; say why and what they need to know."""
    moved = partial(hand_over, session, actor, task_id, now, to=body.to, why=body.why, know=body.know)
    return _answer(
        session, actor, task_id, moved(person_mail=body.person, warm=body.warm, misplaced=body.misplaced), seen
    )


@router.post("/api/tasks/{task_id}/reopen")
def reopen_done_task(
    task_id: UUID, body: ReopenBody, session: Database, now: Now, actor: SignedIn, seen: Seen
) -> dict[str, Any]:
    """Take a finished task up again."""
    return _answer(session, actor, task_id, reopen_task(session, actor, task_id, now, why=body.why), seen)


def _answer(session: Session, actor: Actor, task_id: UUID, reference: str, seen: View) -> dict[str, Any]:
    """The task as it stands now; only its id and ticket if it has moved out of the actor's sight."""
    known = {"id": str(task_id), "reference": reference}
    page = read_ticket(session, actor, reference, seen.now, partial(service_at, session))
    part = next((task for task in page.tasks if task.id == task_id), None)
    return known if part is None else {**part_json(part, seen), **known, "ticket_state": page.state.value}


@router.get("/api/queues")
def list_queues(session: Database, now: Now, actor: Agent) -> dict[str, Any]:
    """The reader's queues with their open tasks."""
    found = badges(session, actor, now)
    return {
        "queues": [
            {
                "key": one.key,
                "title": one.title,
                "open": one.open_count,
                "late": one.late_count,
                "url": f"/desk/{one.key}",
            }
            for one in found
        ]
    }


@router.get("/api/queues/{key}/tasks")
def list_tasks(
    key: str,
    session: Database,
    visit: Visitor,
    now: Now,
    actor: Agent,
    seen: Seen,
    after: UUID | None = None,
    state: TaskState | None = None,
    assignee: Annotated[Whose | None, Query()] = None,
) -> dict[str, Any]:
    """A page of a queue's open tasks by due time; `next` is the address of the one after, null on the last."""
    filters = Filters(state, assignee)
    found = show_queue(session, actor, key, day_of(visit, now), filters=filters, after=after)
    narrowed = "".join(f"&{name}={value}" for name, value in (("state", state), ("assignee", assignee)) if value)
    return {
        "queue": {"key": found.key, "title": found.title, "open": found.open_count},
        "tasks": [_row_json(row, seen) for row in found.rows],
        "next": f"/api/queues/{key}/tasks?after={found.next}{narrowed}" if found.next else None,
    }


def _row_json(row: Row, view: View) -> dict[str, Any]:
    common = task_json(
        id_=row.id,
        key=row.key,
        kind=row.kind,
        title=row.title,
        queue=row.queue,
        state=row.state,
        opens_at=row.opens_at,
        due_at=row.due_at,
        needs=row.needs,
        why=row.why,
        view=view,
    )
    return {
        **common,
        "reference": row.reference,
        "requester": row.requester,
        "service": row.service,
        "assignee": row.assignee,
        "late": row.group == "late",
        "meets_at": instant(row.meets_at),
        "target": deadline_json(row.deadline),
    }
