"""Whom ready tasks are offered to: by the minute, with what the catalogue of each request says."""

from functools import partial

from spoc.db.session import transaction
from spoc.desk.queues import offering
from spoc.desk.sweeps import BATCH
from spoc.intake.catalogue import service_at
from spoc.jobs.tools import Work


def assign(work: Work) -> None:
    """Move offers that nobody reacted to or can take up, then decide about new tasks, a batch a transaction."""
    for sweep in (offering.follow_absences, offering.pass_on_silent):
        with transaction(work.tools.sessions) as session:
            sweep(session, partial(service_at, session), work.now)
    decided = BATCH
    while decided == BATCH:
        with transaction(work.tools.sessions) as session:
            decided = offering.offer_ready(session, partial(service_at, session), work.now)
    with work.last_transaction():
        pass
