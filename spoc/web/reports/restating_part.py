"""Restatements in words, for the part of the reports' pages that lists them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.reports.costs import Band
from spoc.reports.measures import Figure
from spoc.reports.question import Question
from spoc.reports.restating.reading import Reason, Restated, read_restated
from spoc.reports.restating.statement import LateKind, Measure
from spoc.web.formats import View
from spoc.web.reports.words import band, fraction, percent
from spoc.web.reports.yardstick_rows import label_of
from spoc.words import gettext, marked

MOST_REASONS: Final = 10
MEASURES: Final[Mapping[Measure, str]] = {
    Measure.NET_FCR: marked("Net FCR"),
    Measure.GROSS_FCR: marked("Gross FCR"),
    Measure.REPEAT_CONTACTS: marked("Repeat contact rate"),
    Measure.REPEAT_COST: marked("Cost of repeats"),
}
KINDS: Final[Mapping[LateKind, str]] = {
    LateKind.CONTACT_LOGGED: marked("A contact was logged late"),
    LateKind.KIND_CORRECTED: marked("The kind of a contact was corrected"),
    LateKind.LEFT_OUT: marked("A request was left out"),
    LateKind.COUNTED_AGAIN: marked("A request was counted again"),
    LateKind.SETTING: marked("A setting was changed"),
    LateKind.WORKING_TIME: marked("The desk's working time or the time zone was changed"),
    LateKind.DEFINITION: marked("A new version of the program counts otherwise"),
}


@dataclass(frozen=True)
class ChangeRow:
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class ReasonRow:
    """`reference` stands behind the text, where the reader may open the ticket."""

    text: str
    reference: str


@dataclass(frozen=True)
class RestatedRow:
    """One restatement; `more` counts the reasons that are not named here."""

    week: str
    week_iso: str
    at: str
    at_iso: str
    changes: tuple[ChangeRow, ...]
    reasons: tuple[ReasonRow, ...]
    more: int


def part(session: Session, actor: Actor, question: Question, view: View) -> dict[str, Any]:
    """What the page's part needs: which closed weeks of the period say something else than they did."""
    found = read_restated(session, actor, question.start_on, question.end_on)
    period = {"from": question.start_on.isoformat(), "to": question.end_on.isoformat()}
    return {"restated": rows(found, view), "restated_csv": f"/reports/restatements.csv?{urlencode(period)}"}


def rows(restated: Iterable[Restated], view: View) -> tuple[RestatedRow, ...]:
    return tuple(_row(one, view) for one in restated)


def _row(one: Restated, view: View) -> RestatedRow:
    unexplained = ReasonRow(gettext("Not explained by anything that was recorded"), "")
    return RestatedRow(
        week=view.day(one.after.starts_on),
        week_iso=one.after.starts_on.isoformat(),
        at=view.moment(one.after.at),
        at_iso=view.iso(one.after.at),
        changes=tuple(_change(one, measure, view) for measure in one.measures),
        reasons=tuple(_reason(reason, view) for reason in one.reasons[:MOST_REASONS]) or (unexplained,),
        more=max(len(one.reasons) - MOST_REASONS, 0),
    )


def _change(one: Restated, measure: Measure, view: View) -> ChangeRow:
    before, after = one.before.figures.of(measure), one.after.figures.of(measure)
    return ChangeRow(gettext(MEASURES[measure]), _told(before, view), _told(after, view))


def _told(value: Figure | tuple[Band, ...], view: View) -> str:
    """The percentage with its fraction, as the fraction alone may have changed; money in each currency."""
    if not isinstance(value, Figure):
        return ", ".join(band(view, one) for one in value) or "–"
    rate = percent(view, value)
    if rate is None:
        return fraction(view, value) if value.denominator else "–"
    return gettext("%(rate)s %% (%(fraction)s)") % {"rate": rate, "fraction": fraction(view, value)}


def _reason(reason: Reason, view: View) -> ReasonRow:
    said = gettext(KINDS[reason.kind])
    words = [f"{said} ({label_of(reason.key)})" if reason.key else said, reason.by]
    if reason.kind is not LateKind.DEFINITION:
        words.append(view.moment(reason.at))
    return ReasonRow(", ".join(filter(None, words)), reason.reference)
