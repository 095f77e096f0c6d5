"""What falls due by itself: tasks whose day has come, holds that end, and rows nobody needs any more."""

from sqlalchemy import Interval, cast, delete, func

from spoc.db.access import LoginFailureRow, LoginSessionRow
from spoc.db.jobs import JobRow, JobState, RememberedAnswerRow
from spoc.db.session import transaction
from spoc.desk import sweeps
from spoc.jobs.tools import Work


def open_due(work: Work) -> None:
    """Make tasks ready whose opening date has come, and resume holds that were until now, a batch a transaction."""
    for sweep in (sweeps.open_due, sweeps.resume_due):
        swept = sweeps.BATCH
        while swept == sweeps.BATCH:
            with transaction(work.tools.sessions) as session:
                swept = sweep(session, work.now)
    with work.last_transaction():
        pass


def forget(work: Work) -> None:
    """Delete what is past its use: failed sign-ins, ended sessions, remembered answers, jobs long done."""
    unneeded = (
        delete(LoginFailureRow).where(LoginFailureRow.at < func.now() - cast("1 day", Interval)),
        delete(LoginSessionRow).where(LoginSessionRow.ends_at < work.now),
        delete(RememberedAnswerRow).where(RememberedAnswerRow.at < func.now() - cast("48 hours", Interval)),
        delete(JobRow).where(JobRow.state == JobState.DONE, JobRow.done_at < func.now() - cast("7 days", Interval)),
    )
    with work.last_transaction() as session:
        for statement in unneeded:
            session.execute(statement)
