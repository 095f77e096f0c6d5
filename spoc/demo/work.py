"""Work on tasks, from claim to result: what is ready is planned, claimed, sometimes held up, and finished."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import DESK, TaskKind, TaskState
from spoc.db.tickets import TaskRow
from spoc.demo.appointments import plan_appointment
from spoc.demo.approvals import plan_approval
from spoc.demo.chases import may_chase
from spoc.demo.detours import GoOn, ask_back, pass_on, wait_for_vendor, write_note, write_progress
from spoc.demo.forms import answer_form
from spoc.demo.lending import LENDS, lend_what_there_is
from spoc.demo.pace import pace_of
from spoc.demo.proofs import proof_for
from spoc.demo.stage import LIVE, Case, Course, Pace, Player, Stage
from spoc.demo.tasks import Ready, is_resolved, startable
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.steps.messages import send_step_message
from spoc.intake.catalogue import service_at

ASKS_BACK = 0.05
WAITS_FOR_VENDOR = 0.09
WRITES_NOTE = 0.14
WRITES_PROGRESS = 0.16


def plan_ready(stage: Stage, case: Case, session: Session, now: datetime) -> None:
    """Decide who does what is ready on the ticket, and when; what is planned already stays as it is."""
    plan_tasks(stage, case, startable(session, case.ticket_id), now)


def plan_tasks(stage: Stage, case: Case, tasks: Sequence[Ready], now: datetime) -> None:
    """The same for tasks that are known to be ready."""
    for task in tasks:
        if task.id not in stage.planned:
            stage.planned.add(task.id)
            if task.kind is TaskKind.MESSAGE:
                stage.agenda.add(now, partial(_send, stage, case, task))
            else:
                _plan(stage, case, task, now)


def _send(stage: Stage, case: Case, task: Ready, session: Session, at: datetime) -> None:
    """As the job that follows from it does."""
    row_id = session.scalar(select(TaskRow.id).where(TaskRow.public_id == task.id))
    send_step_message(session, row_id or 0, partial(service_at, session), at)
    if not is_resolved(session, case.ticket_id):
        plan_ready(stage, case, session, at)


def _plan(stage: Stage, case: Case, task: Ready, now: datetime) -> None:
    if task.kind is TaskKind.APPROVAL:
        plan_approval(stage, case, task, now, plan_ready)
        return
    if task.kind is TaskKind.APPOINTMENT:
        plan_appointment(stage, case, task, now, plan_ready)
        return
    pace = pace_of(stage, case, task, now)
    if pace.claim_at is None:
        return
    worker = stage.players[pace.who] if pace.who else _worker(stage, case, task, pace.claim_at)
    if task.queue is None:
        _plan_finish(stage, case, task, worker, pace, pace.finish_at)
    else:
        stage.agenda.add(pace.claim_at, partial(_start, stage, case, task, worker, pace))
    if case.paces is None and pace.finish_at is not None:
        may_chase(stage, case, now, pace.finish_at, task.due_at)


def _worker(stage: Stage, case: Case, task: Ready, at: datetime) -> Player:
    """Whose task it is already; who has the caller on the line; else anybody of the queue."""
    if known := task.person_id or task.assignee_id:
        return stage.player(known)
    assert task.queue is not None
    if task.queue == DESK and case.taken_by and case.steps_done == 0:
        return case.taken_by
    return stage.agent(task.queue, at)


def _start(stage: Stage, case: Case, task: Ready, worker: Player, pace: Pace, session: Session, at: datetime) -> None:
    if task.state is TaskState.READY:
        claim(session, worker.actor, task.id, at)
    if case.paces is not None or not _takes_a_detour(stage, case, task, worker, pace, at):
        _plan_finish(stage, case, task, worker, pace, pace.finish_at)


def _plan_finish(stage: Stage, case: Case, task: Ready, worker: Player, pace: Pace, finish_at: datetime | None) -> None:
    if finish_at is not None:
        stage.agenda.add(finish_at, partial(_finish, stage, case, task, worker, pace.result))


def _takes_a_detour(stage: Stage, case: Case, task: Ready, worker: Player, pace: Pace, at: datetime) -> bool:
    """Whether something else comes before the end, and put it on the agenda."""
    first = task.queue == DESK and case.steps_done == 0
    if first and case.course is Course.AT_ONCE:
        return False
    go_on = _go_on(stage, case, task, worker, pace)
    if first and case.course is Course.PASSED_ON:
        stage.agenda.add(stage.later(at, 4, 45), partial(_pass_on, stage, case, task, worker))
        return True
    asks = case.course is Course.ASKED_BACK if first else stage.happens(ASKS_BACK)
    if asks and case.chapter.questions:
        stage.agenda.add(stage.later(at, 3, 25), partial(ask_back, stage, case, task, worker, go_on))
        return True
    if task.queue in {"it", "facilities"} and stage.happens(WAITS_FOR_VENDOR):
        stage.agenda.add(stage.later(at, 5, 60, task.queue), partial(wait_for_vendor, stage, case, task, worker, go_on))
        return True
    _writes(stage, case, task, worker, pace, at)
    return False


def _go_on(stage: Stage, case: Case, task: Ready, worker: Player, pace: Pace) -> GoOn:
    def go_on(at: datetime) -> None:
        _plan_finish(stage, case, task, worker, pace, stage.later(at, 12, 240, task.queue))

    return go_on


def _writes(stage: Stage, case: Case, task: Ready, worker: Player, pace: Pace, at: datetime) -> None:
    """A note or a word to the requester, if there is time for it."""
    note_at, word_at = stage.later(at, 2, 15, task.queue), stage.later(at, 10, 90, task.queue)
    ends_at = pace.finish_at or at
    if case.chapter.notes and note_at < ends_at and stage.happens(WRITES_NOTE):
        stage.agenda.add(note_at, partial(write_note, stage, case, worker))
    if word_at < ends_at and stage.happens(WRITES_PROGRESS):
        stage.agenda.add(word_at, partial(write_progress, stage, case, worker))


def _pass_on(stage: Stage, case: Case, task: Ready, worker: Player, session: Session, at: datetime) -> None:
    pass_on(stage, case, task, worker, session, at)
    case.steps_done += 1
    plan_again(stage, case, session, at)


def plan_again(stage: Stage, case: Case, session: Session, now: datetime) -> None:
    """As `plan_ready`, for a ticket whose open task has moved or was taken up again."""
    stage.planned.difference_update(task.id for task in startable(session, case.ticket_id))
    plan_ready(stage, case, session, now)


def _finish(
    stage: Stage, case: Case, task: Ready, worker: Player, result: str | None, session: Session, at: datetime
) -> None:
    if task.kind is TaskKind.FORM:
        answer_form(stage, task.id, worker, session, at)
    else:
        said = _result(stage, case, task) if result is None else result
        finish(session, worker.actor, task.id, at, result=said, proof=proof_for(stage, session, worker, task.id, at))
        if case.chapter.service in LENDS:
            lend_what_there_is(session, worker.actor, task.id, at)
    case.steps_done += 1
    if not is_resolved(session, case.ticket_id):
        plan_ready(stage, case, session, at)
    elif case.paces is None:
        stage.follow_up(stage, case, session, at)


def _result(stage: Stage, case: Case, task: Ready) -> str:
    """What was done; a person ends their own step without a word."""
    if task.queue is None:
        return ""
    calls = case.channel in LIVE and case.course is Course.AT_ONCE
    texts = case.chapter.results if calls or stage.happens(0.8) else stage.words.occasions["steps"]
    return stage.words.fill(stage.random, stage.random.choice(texts))
