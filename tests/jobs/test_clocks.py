"""The clocks of promises tick by the minute, in batches, and twice at once do no harm."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from routing.targets import Target
from spoc.db.clocks import ClockRow
from spoc.db.queueing import enqueue, is_done
from spoc.db.tickets import EventRow
from spoc.desk.clocks import keeping, starting
from spoc.intake.ruling.promising import set_target
from spoc.jobs import clocks
from spoc.jobs.run import run
from spoc.jobs.schedule import CLOCKS
from spoc.jobs.tools import Tools
from spoc.settings import Settings
from tests.world import World


def test_the_job_starts_keeps_and_reads_off(
    world: World, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (clocks, keeping, starting):
        monkeypatch.setattr(module, "BATCH", 1)
    set_target(world.session, world.actor("owner"), 0, Target(60, response=30), world.now, why="Agreed")
    for _ in range(3):
        world.submit("laptop-fault")
    world.session.commit()
    tools = Tools(Settings(), sessions, lambda: world.now)

    for later in (world.now, world.now.replace(hour=14), world.now.replace(hour=14)):
        job = enqueue(world.session, CLOCKS, {})
        world.session.commit()
        run(job, replace(tools, clock=lambda at=later: at))  # type: ignore[misc]
        assert is_done(world.session, job)

    assert world.session.scalar(select(func.count(ClockRow.id))) == 6
    assert world.session.scalar(select(func.count(EventRow.id)).where(EventRow.kind == "target_missed")) == 6
