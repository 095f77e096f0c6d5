"""Approvers of the demo: they are asked as the product asks them, take their time, and mostly say yes."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.approval import Verdict, Voice
from routing.lifecycle import WORKABLE
from routing.work import DESK
from spoc.approvals.asking import ask_ready
from spoc.approvals.deciding import Decision, decide
from spoc.db.approvals import ApproverRow
from spoc.db.tickets import TaskRow
from spoc.demo.stage import Case, FollowUp, Stage
from spoc.demo.tasks import Ready
from spoc.intake.catalogue import service_at

SAYS_NO: Final = 0.12
A_LOOK: Final = timedelta(minutes=2)
"""Nobody decides at the very instant at which they are asked."""
NO: Final = (
    "There is a free seat in the team's licence. Ask Thùy Linh for it.",
    "Not in this quarter. Ask me again in January.",
    "The program we have does the same. Let us look at it together first.",
)
YES: Final = ("", "", "", "For one year, then we look again.", "Yes, we need it.")


def plan_approval(stage: Stage, case: Case, task: Ready, now: datetime, go_on: FollowUp) -> None:
    """Have the approvers asked as the job does; `go_on` is told when one has decided."""
    stage.agenda.add(now, partial(_ask, stage, case, task, go_on))


def _ask(stage: Stage, case: Case, task: Ready, go_on: FollowUp, session: Session, at: datetime) -> None:
    ask_ready(session, partial(service_at, session), at)
    if not _stays_open(case, task):
        _plan_voices(stage, case, task, go_on, session, at)


def _stays_open(case: Case, task: Ready) -> bool:
    told = case.paces.get(task.key) if case.paces is not None else None
    return told is not None and told.finish_at is None


def _plan_voices(stage: Stage, case: Case, task: Ready, go_on: FollowUp, session: Session, at: datetime) -> None:
    """Each who is asked now decides once; where nobody is known the desk does."""
    row = session.execute(select(TaskRow.id, TaskRow.state, TaskRow.queue_id).where(TaskRow.public_id == task.id)).one()
    if row.state not in WORKABLE:
        return
    asked = select(ApproverRow.asked_id).where(ApproverRow.task_id == row.id, ApproverRow.voice == Voice.ASKED)
    ids = [one for one in session.scalars(asked.order_by(ApproverRow.id)) if one is not None]
    if row.queue_id is not None:
        ids = [stage.agent(DESK, at).id]
    for person_id in ids:
        stage.agenda.add(_when(stage, case, task, at), partial(_decide, stage, case, task, person_id, go_on))


def _when(stage: Stage, case: Case, task: Ready, at: datetime) -> datetime:
    told = case.paces.get(task.key) if case.paces is not None else None
    if told is not None and told.finish_at is not None:
        return max(told.finish_at, at + A_LOOK)
    return stage.later(at, 15, 90 if case.paces is not None else 900)


def _decide(
    stage: Stage, case: Case, task: Ready, person_id: int, go_on: FollowUp, session: Session, at: datetime
) -> None:
    if not _is_theirs(session, task.id, person_id, at):
        return
    says_no = case.paces is None and stage.happens(SAYS_NO)
    comment = stage.random.choice(NO if says_no else YES)
    decision = Decision(Verdict.REJECTED if says_no else Verdict.APPROVED, comment)
    decide(session, stage.player(person_id).actor, task.id, decision, at, partial(service_at, session))
    _plan_voices(stage, case, task, go_on, session, at)
    go_on(stage, case, session, at)


def _is_theirs(session: Session, task_id: UUID, person_id: int, at: datetime) -> bool:
    """Whether it is still to be decided, by them or by the desk."""
    row = session.execute(select(TaskRow.id, TaskRow.state, TaskRow.queue_id).where(TaskRow.public_id == task_id)).one()
    mine = (ApproverRow.voice == Voice.ASKED, ApproverRow.asked_id == person_id, ApproverRow.ends_at > at)
    asked = session.scalar(select(ApproverRow.id).where(ApproverRow.task_id == row.id, *mine).limit(1))
    return row.state in WORKABLE and (asked is not None or row.queue_id is not None)
