"""Approvals by the minute, and at once when one's turn comes: who is asked, reminded, or not waited for any longer."""

from functools import partial

from spoc.approvals import waiting
from spoc.approvals.asking import ask_ready
from spoc.db.session import transaction
from spoc.desk.sweeps import BATCH
from spoc.intake.catalogue import service_at
from spoc.jobs.tools import Work


def follow(work: Work) -> None:
    """Ask whose turn has come, a batch a transaction; then deputies, silence and reminders."""
    asked = BATCH
    while asked == BATCH:
        with transaction(work.tools.sessions) as session:
            asked = ask_ready(session, partial(service_at, session), work.now)
    for sweep in (waiting.follow_absences, waiting.expire, waiting.remind):
        with transaction(work.tools.sessions) as session:
            sweep(session, partial(service_at, session), work.now)
    with work.last_transaction():
        pass
