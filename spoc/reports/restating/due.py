"""Which weeks are to be stated: since the last search they were closed, or something of theirs was recorded.

A week closes at midnight where the desk is, so the first search of a day takes every week in which anything happened.
It also finds what no record tells of: an old request decided at last, rows mended by hand, and, a day late, a week that
closed an hour past midnight because clocks went forward meanwhile. New definitions, and changes of what all is measured
by, take every week too; any other search only what was touched since, and mostly nothing.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Subquery,
    Values,
    and_,
    column,
    or_,
    select,
    union,
    update,
    values,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from routing.closing import GRACE, WEEKS_BACK, monday_of
from spoc.db.contacts import ContactRow
from spoc.db.reports import FigureSearchRow, StatedFigureRow
from spoc.db.tickets import AskRow, EventRow
from spoc.reports.definitions import VERSION
from spoc.reports.question import WINDOWS
from spoc.reports.restating.late import EVENTS, OVERLAP
from spoc.reports.restating.measured_by import any_changed
from spoc.reports.yardsticks import organisation_zone

_LEAST: Final = timedelta(days=WINDOWS[0]) + GRACE


def weeks_due(session: Session, now: datetime) -> tuple[date, ...]:
    """Their Mondays, oldest first. The search is written down: each is found once, in whatever process."""
    zone = organisation_zone(session)
    searched = select(FigureSearchRow.searched_until, FigureSearchRow.version).with_for_update()
    until, version = session.execute(searched).one()
    session.execute(update(FigureSearchRow).values(searched_until=max(until, now), version=VERSION))
    week = _weeks(now, zone)
    is_first_of_day = until.astimezone(zone).date() != now.astimezone(zone).date()
    if is_first_of_day or version != VERSION or any_changed(session, until - OVERLAP):
        return tuple(session.scalars(_with_anything(week, now)))
    return tuple(session.scalars(_touched(week, until - OVERLAP)))


def _weeks(now: datetime, zone: ZoneInfo) -> Values:
    """The calendar weeks before this one that may still be stated: `starts_on`, and what they reach from and to."""
    monday = monday_of(now, zone)
    begins = [monday - timedelta(weeks=ago) for ago in range(WEEKS_BACK, -1, -1)]
    at = [datetime.combine(day, time(), zone) for day in begins]
    instant = DateTime(timezone=True)
    columns = (column("starts_on", Date), column("start_at", instant), column("end_at", instant))
    return values(*columns, name="week").data(list(zip(begins, at, at[1:], strict=False)))


def _in(week: Values, at: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return and_(at >= week.c.start_at, at < week.c.end_at)


def _with_anything(week: Values, now: datetime) -> Select[date]:
    """Weeks that can be closed by now and in which anybody asked or came back."""
    asked = select(AskRow.id).where(_in(week, AskRow.opened_at)).correlate(week)
    touched = select(ContactRow.id).where(_in(week, ContactRow.started_at)).correlate(week)
    can_be_closed = week.c.end_at <= now - _LEAST
    found = select(week.c.starts_on).where(can_be_closed, or_(asked.exists(), touched.exists()))
    return found.order_by(week.c.starts_on)


def _touched(week: Values, since: datetime) -> Select[date]:
    """Stated weeks with an opening or a contact of which something was recorded, or that is linked with such a one."""
    recorded = _recorded(since)
    about = select(ContactRow.about_ask_id).where(ContactRow.ask_id.in_(select(recorded.c.ask_id)))
    linked = or_(AskRow.id.in_(about), AskRow.same_issue_of_id.in_(select(recorded.c.ask_id)))
    near = union(
        select(recorded.c.ask_id),
        select(AskRow.same_issue_of_id).where(AskRow.id.in_(select(recorded.c.ask_id))),
        select(AskRow.id).where(linked),
        _unlinked(since),
    ).subquery("near")
    ids = select(near.c[0])
    at = union(
        select(AskRow.opened_at.label("at")).where(AskRow.id.in_(ids)),
        select(ContactRow.started_at).where(ContactRow.ask_id.in_(ids)),
    ).subquery("touched")
    was_stated = select(StatedFigureRow.id).where(StatedFigureRow.starts_on == week.c.starts_on).correlate(week)
    found = select(week.c.starts_on).join(at, _in(week, at.c.at)).where(was_stated.exists())
    return found.distinct().order_by(week.c.starts_on)


def _recorded(since: datetime) -> Subquery:
    """The asks of which something was written down that may change figures."""
    events = select(EventRow.ask_id.label("ask_id")).where(EventRow.kind.in_(EVENTS), EventRow.at > since)
    contacts = select(ContactRow.ask_id).where(ContactRow.recorded_at > since, ContactRow.direction == "in")
    return union(events, contacts).subquery("recorded")


def _unlinked(since: datetime) -> Select[int]:
    """Openings of the same person and service as one whose link was taken back: nothing says which one it led to."""
    later, earlier = aliased(AskRow), aliased(AskRow)
    same = and_(earlier.requester_id == later.requester_id, earlier.service_key == later.service_key)
    taken_back = and_(EventRow.kind.in_(EVENTS), EventRow.at > since, EventRow.what.has_key("unlinked"))
    return select(earlier.id).join(later, same).join(EventRow, EventRow.ask_id == later.id).where(taken_back)
