"""Stating the figures of closed weeks, and stating them again where late facts have changed them.

What is stated counts only what is plain. A figure over everything would change with a confidential request and so tell
everybody of it; and those who may count confidential ones see their own figures on the page, which are not stated.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from spoc.db.reports import StatedFigureRow
from spoc.reports.definitions import VERSION
from spoc.reports.fcr import FcrReport, report
from spoc.reports.measures import Figure
from spoc.reports.question import By, Question
from spoc.reports.repeats import cost_groups
from spoc.reports.restating.due import weeks_due
from spoc.reports.restating.late import late_facts
from spoc.reports.restating.statement import (
    Figures,
    Late,
    Stated,
    bands_from,
    bands_json,
    changed,
    figures_of,
    late_from,
    late_json,
)
from spoc.reports.yardsticks import organisation_zone


def state_weeks(session: Session, now: datetime) -> int:
    """State every week that is due, in one transaction; how many statements were written."""
    return sum(state_week(session, starts_on, now) for starts_on in weeks_due(session, now))


def state_week(session: Session, starts_on: date, now: datetime) -> bool:
    """State the week if it is closed by `now`, and again if it says something else; whether that was written.

    A week in which nothing happened is not stated. Safe to run at any time, on any number of processes.
    """
    week = Question(None, starts_on, starts_on + timedelta(days=6), organisation_zone(session))
    answer = report(session, week, now)
    if not answer.closed:
        return False
    figures, before = _figures(answer), latest(session, starts_on)
    if before is None:
        return not figures.is_empty and _write(session, Stated(starts_on, 1, now, VERSION, figures))
    measures = changed(before.figures, figures)
    if not measures:
        return False
    because = late_facts(session, week, before, measures, now)
    return _write(session, Stated(starts_on, before.number + 1, now, VERSION, figures, because))


def _figures(answer: FcrReport) -> Figures:
    """What the report of one week says."""
    (group,), (cost,) = answer.groups_by(By.WEEK), cost_groups(answer, By.WEEK)
    return figures_of(group, cost.cost)


def _write(session: Session, stated: Stated) -> bool:
    """Whether it was written: another process may have stated the same at the same time."""
    figures = stated.figures
    row = insert(StatedFigureRow).values(
        starts_on=stated.starts_on,
        number=stated.number,
        stated_at=stated.at,
        version=stated.version,
        gross_resolved=figures.gross.numerator,
        gross_decided=figures.gross.denominator,
        net_resolved=figures.net.numerator,
        net_decided=figures.net.denominator,
        repeat_contacts=figures.repeats.numerator,
        counting_contacts=figures.repeats.denominator,
        repeat_cost=bands_json(figures.cost),
        because=[late_json(late) for late in stated.because],
    )
    return session.scalar(row.on_conflict_do_nothing().returning(StatedFigureRow.id)) is not None


def latest(session: Session, starts_on: date) -> Stated | None:
    """The newest statement on the week that begins on that day."""
    rows = select(StatedFigureRow).where(StatedFigureRow.starts_on == starts_on)
    row = session.scalars(rows.order_by(StatedFigureRow.number.desc()).limit(1)).one_or_none()
    return stated_of(row) if row is not None else None


def stated_of(row: StatedFigureRow) -> Stated:
    figures = Figures(
        Figure(row.gross_resolved, row.gross_decided),
        Figure(row.net_resolved, row.net_decided),
        Figure(row.repeat_contacts, row.counting_contacts),
        bands_from(row.repeat_cost),
    )
    because: tuple[Late, ...] = tuple(late_from(one) for one in row.because)
    return Stated(row.starts_on, row.number, row.stated_at, row.version, figures, because)
