"""Solving in the contact itself: intake and desk put together, which only an edge may do."""

from datetime import datetime

from sqlalchemy.orm import Session

from routing.visibility import Actor
from routing.work import TaskState
from spoc.desk.claims import claim
from spoc.desk.finishing import finish
from spoc.intake.write import Accepted


def solve(session: Session, actor: Actor, accepted: Accepted, result: str, at: datetime) -> bool:
    """Claim and finish what is ready of the new ticket in the actor's queues; whether that was all there is.

    The instant is the contact's end: what counts is when it was solved, not when it was written down.
    """
    own = [task for task in accepted.tasks if task.queue in actor.memberships and task.state is TaskState.READY]
    for task in own:
        claim(session, actor, task.id, at)
        finish(session, actor, task.id, at, result=result)
    return len(own) == len(accepted.tasks)
