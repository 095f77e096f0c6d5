"""Restatements as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from routing.closing import WEEKS_BACK
from spoc.reports import definitions
from spoc.reports.costs import Band
from spoc.reports.definitions import Say
from spoc.reports.document import figure_json
from spoc.reports.export import BYTE_ORDER_MARK, Value, defused
from spoc.reports.measures import Figure
from spoc.reports.question import Question
from spoc.reports.restating.reading import Reason, Restated
from spoc.reports.restating.statement import Measure, bands_json

COLUMNS: Final = (
    *("week_from", "week_to", "number", "stated_at", "restated_at", "measure"),
    *("from_numerator", "from_denominator", "to_numerator", "to_denominator"),
    *("from_low", "from_high", "to_low", "to_high", "currency", "why"),
)
NOT_EXPLAINED: Final = "not_explained"


def restated_json(question: Question, restated: Iterable[Restated], say: Say = str) -> dict[str, Any]:
    """A change is a figure, or a list of money bands as text; no reason means that no recorded fact explains it."""
    return {
        "definition": say(definitions.RESTATED),
        "from": question.start_on.isoformat(),
        "to": question.end_on.isoformat(),
        "time_zone": question.zone.key,
        "weeks_back": WEEKS_BACK,
        "restatements": [_restated(one) for one in restated],
    }


def _restated(one: Restated) -> dict[str, Any]:
    return {
        "week_from": one.after.starts_on.isoformat(),
        "week_to": one.after.ends_on.isoformat(),
        "number": one.after.number,
        "stated_at": one.before.at.isoformat(),
        "restated_at": one.after.at.isoformat(),
        "changes": [_change(one, measure) for measure in one.measures],
        "because": [_reason(reason) for reason in one.reasons],
    }


def _change(one: Restated, measure: Measure) -> dict[str, Any]:
    before, after = (_told(stated.figures.of(measure)) for stated in (one.before, one.after))
    return {"measure": measure, "from": before, "to": after}


def _told(value: Figure | tuple[Band, ...]) -> Any:
    return figure_json(value) if isinstance(value, Figure) else bands_json(value)


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "at": reason.at.isoformat(),
        "by": reason.by or None,
        "reference": reason.reference or None,
        "setting": reason.key or None,
    }


def restated_csv(question: Question, restated: Iterable[Restated], say: Say = str) -> str:
    """One line for each measure that changed; of money, for each currency."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["definition", defused(say(definitions.RESTATED)), "version", definitions.VERSION])
    writer.writerow(["from", question.start_on, "to", question.end_on, "time_zone", question.zone.key])
    writer.writerow([])
    writer.writerow(COLUMNS)
    writer.writerows([defused(value) for value in line] for one in restated for line in _lines(one))
    return BYTE_ORDER_MARK + text.getvalue()


def _lines(one: Restated) -> Iterator[list[Value]]:
    before, after = one.before, one.after
    head: list[Value] = [after.starts_on.isoformat(), after.ends_on.isoformat(), after.number]
    head += [before.at.isoformat(), after.at.isoformat()]
    for measure in one.measures:
        for values in _values(before.figures.of(measure), after.figures.of(measure)):
            yield [*head, measure.value, *values, _why(one.reasons)]


def _values(before: Figure | tuple[Band, ...], after: Figure | tuple[Band, ...]) -> Iterator[Sequence[Value]]:
    nothing: tuple[Value, ...] = (None,) * 5
    if isinstance(before, Figure) and isinstance(after, Figure):
        yield (before.numerator, before.denominator, after.numerator, after.denominator, *nothing)
        return
    was, now = ({band.currency: band for band in bands} for bands in (before, after) if not isinstance(bands, Figure))
    for currency in sorted({*was, *now}):
        yield (*nothing[:4], *_ends(was.get(currency)), *_ends(now.get(currency)), currency)


def _ends(band: Band | None) -> tuple[Value, Value]:
    return (band.low, band.high) if band else (None, None)


def _why(reasons: Sequence[Reason]) -> str:
    told = (" ".join(filter(None, (one.kind, one.key, one.reference, one.by))) for one in reasons)
    return "; ".join(told) or NOT_EXPLAINED
