"""The clocks of promises: started, kept and read off by the minute."""

from spoc.db.session import transaction
from spoc.desk.clocks.climbing import climb
from spoc.desk.clocks.keeping import BATCH, keep
from spoc.desk.clocks.starting import start_asks, start_tasks
from spoc.jobs.tools import Work


def tick(work: Work) -> None:
    """Start what is new, bring all in line, and climb the ladder, a batch a transaction."""
    sweeps = (lambda session: start_asks(session, work.now), start_tasks, lambda session: keep(session, work.now))
    for sweep in sweeps:
        swept = BATCH
        while swept == BATCH:
            with transaction(work.tools.sessions) as session:
                swept = sweep(session)
    last: int | None = 0
    while last is not None:
        with transaction(work.tools.sessions) as session:
            last = climb(session, work.now, last)
    with work.last_transaction():
        pass
