"""Changes of what every figure is measured by: limits, rates and the factor, the desk's working time, the time zone."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Date, and_, cast, false, func, or_, select
from sqlalchemy.orm import Session

from routing.work import DESK
from spoc.db.access import RightsChangeRow
from spoc.db.people import CalendarRow, QueueRow
from spoc.db.reports import ReportChangeRow
from spoc.reports.changes import RATE
from spoc.reports.presets import FACTOR
from spoc.reports.question import Question
from spoc.reports.restating.statement import Late, LateKind

_OF_ONE_CALENDAR: Final = ("calendar_added", "calendar_changed")


def read_settings(session: Session, week: Question, since: datetime, most: int, *, costs: bool) -> list[Late]:
    """Limits may change every figure; the factor, and rates that held in the week, its cost alone."""
    prices = or_(
        ReportChangeRow.key == FACTOR,
        and_(ReportChangeRow.key == RATE, cast(ReportChangeRow.after["valid_from"].astext, Date) <= week.end_on),
    )
    rows = session.scalars(
        select(ReportChangeRow)
        .where(ReportChangeRow.changed_at > since, or_(_is_limit(), prices if costs else false()))
        .order_by(ReportChangeRow.id)
        .limit(most)
    )
    return [Late(LateKind.SETTING, row.changed_at, row.changed_by_id, key=row.key) for row in rows]


def read_working_time(session: Session, since: datetime, most: int) -> list[Late]:
    rows = session.scalars(
        select(RightsChangeRow)
        .where(RightsChangeRow.at > since, _is_working_time())
        .order_by(RightsChangeRow.id)
        .limit(most)
    )
    return [Late(LateKind.WORKING_TIME, row.at, row.by_id) for row in rows]


def any_changed(session: Session, since: datetime) -> bool:
    """Whether anything of it may have changed the figures of any week."""
    measured = or_(_is_limit(), ReportChangeRow.key.in_((FACTOR, RATE)))
    settings = select(ReportChangeRow.id).where(ReportChangeRow.changed_at > since, measured)
    hours = select(RightsChangeRow.id).where(RightsChangeRow.at > since, _is_working_time())
    return session.scalar(select(or_(settings.exists(), hours.exists()))) is True


def _is_limit() -> ColumnElement[bool]:
    return ReportChangeRow.key.startswith("limit.", autoescape=True)


def _is_working_time() -> ColumnElement[bool]:
    """Condition on `RightsChangeRow`: the zone that weeks are cut in, or the calendar that the desk goes by."""
    what, after = RightsChangeRow.what, RightsChangeRow.after
    return and_(
        RightsChangeRow.person_id.is_(None),
        or_(
            and_(what == "organisation", after.has_key("time_zone")),
            and_(what == "queue_calendars", after.has_key(DESK)),
            and_(what.in_(_OF_ONE_CALENDAR), after["key"].astext == _desks_calendar()),
        ),
    )


def _desks_calendar() -> ColumnElement[str | None]:
    """Its own, else the organisation's first, as `spoc.db.calendars` has it."""
    own = select(CalendarRow.key).join(QueueRow, QueueRow.calendar_id == CalendarRow.id).where(QueueRow.key == DESK)
    first = select(CalendarRow.key).order_by(CalendarRow.id).limit(1)
    return func.coalesce(own.scalar_subquery(), first.scalar_subquery())
