"""What tests of jobs share: tools on the test's savepoint, and the state of a job as a person would look it up."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from spoc.db.jobs import JobRow
from spoc.db.session import transaction
from spoc.jobs.tools import Tools
from spoc.settings import Settings

Look = Callable[[int], JobRow]


@pytest.fixture
def tools(sessions: sessionmaker[Session], now: datetime) -> Tools:
    return Tools(Settings(base_url="https://desk.example", mail_from="Desk <desk@example.org>"), sessions, lambda: now)


@pytest.fixture
def look(sessions: sessionmaker[Session]) -> Look:
    """The job's row as it is now."""

    def look_up(job_id: int) -> JobRow:
        with transaction(sessions) as session:
            return session.scalars(select(JobRow).where(JobRow.id == job_id)).one()

    return look_up
