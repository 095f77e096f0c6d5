"""Solving in the contact itself: intake and desk put together, which only an edge may do."""

from datetime import datetime

from sqlalchemy.orm import Session

from routing.lifecycle import counted
from routing.visibility import Actor
from routing.work import TaskKind, TaskState
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.errors import NotProven
from spoc.intake.write import Accepted, AcceptedTask


def solve(session: Session, actor: Actor, accepted: Accepted, result: str, at: datetime) -> bool:
    """Claim and finish what is ready of the new ticket in the actor's queues; whether that was all there is.

    What has a checklist or needs evidence is not finished by a word: it stays theirs, claimed.

    The instant is the contact's end: what counts is when it was solved, not when it was written down. Secret tasks
    go on by themselves.
    """
    counting = counted(accepted.tasks)
    ready = [task for task in counting if task.state is TaskState.READY and task.kind is TaskKind.TASK]
    own = [task for task in ready if task.queue in actor.memberships]
    done = [task for task in own if _is_finished(session, actor, task, result, at)]
    return len(done) == len(counting)


def _is_finished(session: Session, actor: Actor, task: AcceptedTask, result: str, at: datetime) -> bool:
    claim(session, actor, task.id, at)
    try:
        finish(session, actor, task.id, at, result=result)
    except NotProven:  # refused before anything is written
        return False
    return True
