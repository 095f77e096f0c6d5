"""The report as JSON, for `GET /api/reports/fcr` and `spoc report fcr --json`. Counts are exact, rates rounded."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from routing.work import ContactKind
from spoc.reports import definitions
from spoc.reports.costs import Band, Cost
from spoc.reports.fcr import FcrReport
from spoc.reports.groups import Group
from spoc.reports.headline import headline, percentage
from spoc.reports.measures import Figure, Tally
from spoc.reports.question import By
from spoc.reports.repeats import a_year, cost_groups, kinds

RATE_DIGITS = 6
CENT = Decimal("0.01")


def to_json(report: FcrReport, say: definitions.Say = str) -> dict[str, Any]:
    """JSON values only. Rates are shares of one, or null where there are fewer than 20 cases; money is text.

    `rate` is resolved of decided as it stands. `headline` is that of a closed period, null while it is open;
    `low` and `high` are the rates with provisional openings counted as failed and as resolved.
    """
    question = report.question
    return {
        "definition": say(definitions.FCR),
        "version": definitions.VERSION,
        "window_days": report.window_days,
        "time_limits": {channel.value: limit for channel, limit in sorted(report.limits.by_channel.items())},
        "from": question.start_on.isoformat(),
        "to": question.end_on.isoformat(),
        "time_zone": question.zone.key,
        "by": question.by.value,
        "filters": {name: value for name, value in vars(question.only).items() if value is not None},
        "as_of": report.as_of.isoformat(),
        "closed": report.closed,
        "closes_at": report.closes_at.isoformat(),
        "too_few_to_show": report.hidden,
        "target": str(report.yardsticks.net_target),
        "gross": tally_json(report.gross, closed=report.closed),
        "net": tally_json(report.net, closed=report.closed),
        "reasons": dict(report.reasons),
        "excluded": dict(report.excluded),
        "first_level_resolution": figure_json(report.first_level),
        "one_contact_resolution": figure_json(report.one_contact),
        "handoffs": report.handoffs.numerator,
        "bounces": report.bounces,
        "repeat_contacts": _repeats(report),
        "repeat_cost": _repeat_cost(report),
        "desk_caused_cost": _bands(report.desk_cost),
        "groups": [] if report.hidden else [group_json(group) for group in report.groups],
    }


def figure_json(figure: Figure) -> dict[str, Any]:
    return {
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "rate": share_of(percentage(figure)),
        "too_few_for_a_percentage": figure.too_few,
    }


def tally_json(tally: Tally, *, closed: bool) -> dict[str, Any]:
    said = headline(tally, closed=closed)
    low, high = said.span or (None, None)
    return {
        "resolved": tally.resolved,
        "not_resolved": tally.not_resolved,
        "provisional": tally.provisional,
        "pending": tally.pending,
        "rate": share_of(tally.figure.rate),
        "headline": share_of(said.rate),
        "low": share_of(low),
        "high": share_of(high),
    }


def group_json(group: Group) -> dict[str, Any]:
    """A hidden group says only that it is there."""
    if group.hidden:
        return {"key": group.key, "title": group.title, "too_few_to_show": True}
    return {
        "key": group.key,
        "title": group.title,
        "too_few_to_show": False,
        "closed": group.closed,
        "gross": tally_json(group.gross, closed=group.closed),
        "net": tally_json(group.net, closed=group.closed),
        "repeat_contacts": figure_json(group.repeats),
    }


def share_of(rate: Fraction | None) -> float | None:
    return None if rate is None else round(float(rate), RATE_DIGITS)


def _repeats(report: FcrReport) -> dict[str, Any]:
    counts = kinds(report)
    return {
        **figure_json(report.repeats),
        "first": counts[ContactKind.FIRST],
        "response": counts[ContactKind.RESPONSE],
        "repeat": counts[ContactKind.REPEAT],
    }


def _repeat_cost(report: FcrReport) -> dict[str, Any]:
    by_cause = {
        group.key: {"contacts": group.repeats.numerator, **_bands(group.cost)}
        for group in cost_groups(report, By.CAUSE)
        if not group.hidden
    }
    return {
        **_bands(report.repeat_cost),
        "factor": str(report.yardsticks.prices.factor),
        "by_cause": by_cause,
        "a_year": _bands(a_year(report)),
    }


def _bands(cost: Cost) -> dict[str, Any]:
    """The band of the first currency; further ones, where rates are set in several, under `other_currencies`."""
    bands: list[dict[str, str | None]] = [_band(band) for band in cost.bands]
    bands = bands or [{"low": "0.00", "high": "0.00", "currency": None}]
    return {**bands[0], "other_currencies": bands[1:], "contacts_without_rate": cost.without_rate}


def _band(band: Band) -> dict[str, str | None]:
    return {"low": str(band.low.quantize(CENT)), "high": str(band.high.quantize(CENT)), "currency": band.currency}
