"""The sentence a manager would say about first contact, written from the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from spoc.reports.fcr import FcrReport
from spoc.reports.question import By
from spoc.web.formats import View
from spoc.web.reports.words import fraction, shown_tally
from spoc.words import gettext

MOST_NAMED: Final = 3
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Said:
    """The first sentence. Exactly one of the `is_` holds; `part_until` is set where only closed days are spoken of."""

    is_hidden: bool = False
    is_empty: bool = False
    is_rate: bool = False
    is_fraction: bool = False
    is_undecided: bool = False
    is_early: bool = False
    of_hundred: str = ""
    fraction: str = ""
    points: str = ""
    is_short: bool = False
    is_reached: bool = False
    span: str = ""
    closes_on: str = ""
    part_until: str = ""
    worst_count: int = 0
    worst: str = ""


def said(report: FcrReport, view: View) -> Said:
    """Of the whole period if it is closed, else of its closed days, else the range in which it will end."""
    if report.hidden:
        return Said(is_hidden=True)
    if not report.gross.total:
        return Said(is_empty=True)
    spoken = report if report.closed else report.closed_part
    if spoken is None or not spoken.net.figure.denominator:
        return _early(report, view)
    until = "" if report.closed else view.day_long(spoken.question.end_on)
    return _headline(spoken, view, until)


def _early(report: FcrReport, view: View) -> Said:
    if not report.net.decided:
        return Said(is_undecided=True, closes_on=view.day(report.closes_at))
    return Said(is_early=True, span=shown_tally(view, report.net, closed=False), closes_on=view.day(report.closes_at))


def _headline(report: FcrReport, view: View, until: str) -> Said:
    figure = report.net.figure
    names = _worst(report)
    count, worst = len(names), listed(names)
    if figure.too_few or figure.rate is None:
        return Said(is_fraction=True, fraction=fraction(view, figure), part_until=until, worst_count=count, worst=worst)
    gap = report.yardsticks.net_target * HUNDRED - Decimal(figure.numerator) * HUNDRED / figure.denominator
    return Said(
        is_rate=True,
        fraction=fraction(view, figure),
        of_hundred=view.number(round(Decimal(figure.numerator) * HUNDRED / figure.denominator)),
        points=view.number(abs(gap), 1),
        is_short=round(gap, 1) > 0,
        is_reached=round(gap, 1) <= 0,
        part_until=until,
        worst_count=count,
        worst=worst,
    )


def _worst(report: FcrReport) -> Sequence[str]:
    """The fewest services that make up more than half of what was not resolved; none if it takes more than three."""
    groups = [group for group in report.groups_by(By.SERVICE) if not group.hidden]
    missed = sorted(groups, key=lambda group: group.net.not_resolved, reverse=True)
    total, reached, named = report.net.not_resolved, 0, []
    for group in missed[:MOST_NAMED]:
        named.append(group.title)
        reached += group.net.not_resolved
        if reached * 2 > total:
            return named if len(groups) > len(named) else ()
    return ()


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    if len(names) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(names)
    return gettext("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
