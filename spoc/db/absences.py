"""Who is away today, as routing's values; the day is that of the organisation's clock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.absence import Absence, away_on
from spoc.db.people import AbsenceRow, OrganisationRow


def today_of(session: Session, now: datetime) -> date:
    zone = session.scalar(select(OrganisationRow.time_zone)) or "UTC"
    return now.astimezone(ZoneInfo(zone)).date()


def read_away(session: Session, now: datetime) -> dict[int, int | None]:
    """Deputies by who is away, as `away_on`."""
    today = today_of(session, now)
    columns = select(AbsenceRow.person_id, AbsenceRow.from_on, AbsenceRow.until_on, AbsenceRow.deputy_id)
    rows = session.execute(columns.where(AbsenceRow.from_on <= today, AbsenceRow.until_on >= today)).all()
    return away_on((Absence(*row) for row in rows), today)
