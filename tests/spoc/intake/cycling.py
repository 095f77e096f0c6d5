"""A desk with one schedule, for tests: the laptop fault that comes by itself, and what runs it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from catalog.schedule import Schedule
from catalog.service import Catalogue, Service
from spoc.db.cycles import RAISE
from spoc.db.jobs import JobRow, JobState
from spoc.db.session import transaction
from spoc.intake.catalogue import publish
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.settings import Settings
from tests.world import World, mail_of

SERVICE, KEY = "something-else", "daily"
DAILY = {
    "key": KEY,
    "title": "Daily round",
    "requester": mail_of("lead"),
    "answers": {"description": "The daily round."},
    "every": "1 day",
    "at": "10:00",
    "from_on": "2026-01-01",
    "day_off": "keep",
}


def scheduled(*schedules: dict[str, Any], **of_service: Any) -> Catalogue:
    """The shipped catalogue in which one service alone has schedules."""
    own = tuple(Schedule.model_validate(DAILY | one) for one in schedules)

    def changed(service: Service) -> Service:
        mine = {"schedules": own, **of_service} if service.key == SERVICE else {"schedules": ()}
        return service.model_copy(update=mine)

    return shipped().model_copy(update={"services": tuple(map(changed, shipped().services))})


def publish_schedules(world: World, at: datetime, *schedules: dict[str, Any], **of_service: Any) -> None:
    publish(world.session, scheduled(*schedules, **of_service), None, "scheduled", at)
    world.session.commit()


def tools_at(sessions: sessionmaker[Session], clock: Callable[[], datetime]) -> Tools:
    return Tools(Settings(), sessions, clock)


def run_raising(tools: Tools) -> None:
    """Do the jobs that raise what came due."""
    with transaction(tools.sessions) as session:
        waiting = select(JobRow.id).where(JobRow.kind == RAISE, JobRow.state == JobState.READY).order_by(JobRow.id)
        ids = session.scalars(waiting).all()
    for job_id in ids:
        run(job_id, tools)
