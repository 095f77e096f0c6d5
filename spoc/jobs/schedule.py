"""What runs by the clock. A slot is a row that only one process can insert; there is no scheduler to run twice."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from spoc.db.queueing import enqueue_slot

OPEN_DUE = "sweep.open_due"
ASSIGN = "assign.ready"
APPROVALS = "approvals.follow"
CLOCKS = "clocks.tick"
CALLS = "sweep.calls"
CYCLES = "cycles.find"
APPOINTMENTS = "sweep.appointments"
FORGET = "sweep.forget"
FILES = "sweep.files"
FIGURES = "figures.state"

EVERY = {
    OPEN_DUE: timedelta(minutes=1),
    ASSIGN: timedelta(minutes=1),
    APPROVALS: timedelta(minutes=1),
    CLOCKS: timedelta(minutes=1),
    CALLS: timedelta(minutes=1),
    CYCLES: timedelta(minutes=1),
    APPOINTMENTS: timedelta(minutes=1),
    FORGET: timedelta(hours=1),
    FILES: timedelta(hours=1),
    FIGURES: timedelta(hours=1),
}


def plan(session: Session, now: datetime) -> int:
    """Insert the jobs of the slots that `now` lies in, where nobody did; how many were missing.

    Slots that passed while nothing ran are not made up for: each sweep does all that is due.
    """
    return sum(enqueue_slot(session, schedule, slot(now, length)) for schedule, length in EVERY.items())


def slot(now: datetime, length: timedelta) -> str:
    """The beginning, in UTC, of the slot of this length that the instant lies in."""
    begins = now.timestamp() // length.total_seconds() * length.total_seconds()
    return datetime.fromtimestamp(begins, UTC).isoformat()
