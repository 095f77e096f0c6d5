"""Appointments by themselves: times are offered when it is their turn, and looked after until they begin."""

from functools import partial

from spoc.db.session import transaction
from spoc.desk.appointments.offering import offer_times
from spoc.desk.appointments.watching import START, After, watch_bookings, watch_offers
from spoc.intake.approvers import people_behind
from spoc.intake.catalogue import service_at
from spoc.jobs.tools import Work


def offer(work: Work) -> None:
    """Offer the free times of the job's task, or give it to people where there are none."""
    with work.last_transaction() as session:
        services = partial(service_at, session)
        offer_times(session, work.job.payload["task_id"], services, people_behind, work.now)


def watch(work: Work) -> None:
    """Look after what is offered and what is booked, a batch a transaction."""
    for sweep in (watch_offers, watch_bookings):
        after: After | None = START
        while after is not None:
            with transaction(work.tools.sessions) as session:
                after = sweep(session, partial(service_at, session), work.now, after)
    with work.last_transaction():
        pass
