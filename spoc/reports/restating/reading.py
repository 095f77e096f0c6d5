"""Restatements as their reader may know them: what was said of a week, what is said now, why and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.db.people import PersonRow
from spoc.db.reports import StatedFigureRow
from spoc.db.tickets import TicketRow
from spoc.db.visible import visible_tickets
from spoc.reports.restating.statement import Late, LateKind, Measure, Stated, changed
from spoc.reports.restating.stating import stated_of
from spoc.reports.scope import any_of

MOST: Final = 200


@dataclass(frozen=True)
class Reason:
    """A late fact; `reference` is empty where there is none, or it is not the reader's to open."""

    kind: LateKind
    at: datetime
    by: str
    reference: str
    key: str


@dataclass(frozen=True)
class Restated:
    """`reasons` are empty where no recorded fact explains the change."""

    before: Stated
    after: Stated
    reasons: tuple[Reason, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        return changed(self.before.figures, self.after.figures)


def read_restated(session: Session, actor: Actor, start_on: date, end_on: date) -> tuple[Restated, ...]:
    """Of weeks that have a day in the period, both ends counted, the latest restatements first, `MOST` at most."""
    stated = _stated(session, start_on, end_on)
    pairs = [(stated[week, number - 1], one) for (week, number), one in stated.items() if number > 1]
    latest = sorted(pairs, key=lambda pair: (pair[1].at, pair[1].starts_on), reverse=True)[:MOST]
    facts = [late for _, after in latest for late in after.because]
    names, references = _names(session, facts), _references(session, actor, facts)
    return tuple(
        Restated(before, after, tuple(_reason(late, names, references) for late in after.because))
        for before, after in latest
    )


def _stated(session: Session, start_on: date, end_on: date) -> dict[tuple[date, int], Stated]:
    rows = session.scalars(
        select(StatedFigureRow).where(
            StatedFigureRow.starts_on > start_on - timedelta(days=7), StatedFigureRow.starts_on <= end_on
        )
    )
    return {(row.starts_on, row.number): stated_of(row) for row in rows}


def _names(session: Session, facts: Iterable[Late]) -> dict[int, str]:
    ids = {late.by_id for late in facts if late.by_id is not None}
    return dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id == any_of(ids))).all())


def _references(session: Session, actor: Actor, facts: Iterable[Late]) -> dict[int, str]:
    ids = {late.ticket_id for late in facts if late.ticket_id is not None}
    seen = select(TicketRow.id, TicketRow.reference).where(TicketRow.id == any_of(ids), visible_tickets(actor))
    return dict(session.execute(seen).all())


def _reason(late: Late, names: dict[int, str], references: dict[int, str]) -> Reason:
    by = names.get(late.by_id, "") if late.by_id is not None else ""
    reference = references.get(late.ticket_id, "") if late.ticket_id is not None else ""
    return Reason(late.kind, late.at, by, reference, late.key)
