"""Putting job ids on the broker's lanes: one connection, one confirmed message each, no retry."""

from collections.abc import Sequence

from celery import Celery

from spoc.jobs.app import CONFIRM_SECONDS, TASK, lane
from spoc.jobs.dispatcher import Publish


def publisher(app: Celery) -> Publish:
    """A function that publishes jobs, given as id and kind, in order; the first failure ends it."""

    def publish(due: Sequence[tuple[int, str]]) -> None:
        if not due:
            return
        with app.producer_pool.acquire(block=True) as producer:
            for job_id, kind in due:
                app.send_task(TASK, (job_id,), queue=lane(kind), producer=producer, confirm_timeout=CONFIRM_SECONDS)

    return publish
