"""Which calendar weeks are closed: whose figures were stated, or are too old to be stated any more.

When a week may be stated, `spoc.reports` says; nothing else decides again whether it is over.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.closing import WEEKS_BACK, monday_of
from spoc.db.people import OrganisationRow
from spoc.db.reports import StatedFigureRow


def any_closed(session: Session, instants: Iterable[datetime], now: datetime) -> bool:
    """Whether one of the instants lies in a closed week; False for none."""
    zone = ZoneInfo(session.scalar(select(OrganisationRow.time_zone)) or "UTC")
    mondays = {monday_of(at, zone) for at in instants}
    oldest = monday_of(now, zone) - timedelta(weeks=WEEKS_BACK)
    if any(monday < oldest for monday in mondays):
        return True
    stated = select(StatedFigureRow.id).where(StatedFigureRow.starts_on.in_(mondays))
    return session.scalar(stated.limit(1)) is not None
