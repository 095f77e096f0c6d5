"""What comes by schedule at Halden Optics: raised when it comes due, as the product does, and then worked on."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import Channel
from spoc.db.cycles import CycleRunRow
from spoc.demo.stage import Case, Course, Stage
from spoc.demo.stories import Chapter, Story
from spoc.demo.work import plan_ready
from spoc.intake.cycles.finding import find_due
from spoc.intake.cycles.raising import raise_run
from spoc.intake.write import Accepted

HOURS: Final = (8, 9)
"""Local hours at which the schedules that ship come due: the demo looks at no other."""

_RESULTS: Final = ("Done as every time.", "Done, and written down in the list.", "Done. Nothing stood out this time.")


def raise_due(stage: Stage, session: Session, at: datetime) -> None:
    """Raise what has come due by this hour."""
    if at.hour not in HOURS or not find_due(session, at):
        return
    waiting = select(CycleRunRow.id).where(CycleRunRow.ticket_id.is_(None)).order_by(CycleRunRow.id)
    for run_id in session.scalars(waiting).all():
        accepted = raise_run(session, run_id, at)
        if accepted is not None:
            case = _case(stage, accepted, at)
            stage.cases[accepted.ticket_id] = case
            plan_ready(stage, case, session, at)


def _case(stage: Stage, accepted: Accepted, at: datetime) -> Case:
    """Nobody asked, so nobody comes back about it."""
    chapter = Chapter(accepted.service_key, 0, {}, (0, 0), (), _RESULTS, (), (), (), (), ())
    return Case(
        ticket_id=accepted.ticket_id,
        reference=accepted.reference,
        requester=stage.player(accepted.requester_id),
        chapter=chapter,
        story=Story("", {}),
        channel=Channel.SCHEDULE,
        opened_at=at,
        ended_at=at,
        taken_by=None,
        course=Course.LATER,
        is_again=True,
    )
