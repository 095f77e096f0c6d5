"""The page on first contact: its cards, weeks, reasons and table, ready to be read."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from spoc.reports.fcr import FcrReport
from spoc.reports.groups import Group
from spoc.reports.headline import headline
from spoc.reports.measures import Figure, Tally
from spoc.reports.measures import reasons as failed_rules
from spoc.reports.opening import VerdictKind
from spoc.reports.question import By, Question
from spoc.web.formats import NARROW_SPACE, View
from spoc.web.reports.frame import behind
from spoc.web.reports.words import (
    REASONS,
    TOO_FEW,
    Titles,
    fraction,
    fraction_span,
    percent,
    shown,
    shown_tally,
)
from spoc.web.reports.words import target as target_of
from spoc.web.words_of_contacts import LEFT_OUT
from spoc.words import gettext

MOST_WON: Final = 5
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Card:
    """One figure: `to` is set for a range; `value` None means that only the fraction may be shown."""

    name: str
    value: str | None
    to: str | None
    unit: str
    fraction: str
    href: str
    change: str
    trend: str
    definition: str


@dataclass(frozen=True)
class Week:
    """One row of the chart's table. `net_at` and `gross_at` are percentages to draw, empty where none may be shown."""

    title: str
    closed: bool
    hidden: bool
    net: str
    net_at: str
    gross: str
    gross_at: str
    repeats: str
    href: str
    gross_href: str


@dataclass(frozen=True)
class Counted:
    """A count with its link and its share of the largest, from 0 to 100."""

    title: str
    count: str
    href: str
    share: str


@dataclass(frozen=True)
class Row:
    """One row of the table by service, queue or channel. A hidden one has no figures."""

    title: str
    hidden: bool
    net: str = ""
    gross: str = ""
    resolved: str = ""
    resolved_href: str = ""
    not_resolved: str = ""
    not_resolved_href: str = ""
    provisional: str = ""
    pending: str = ""


def cards(report: FcrReport, before: FcrReport | None, view: View) -> tuple[Card, ...]:
    """Net, gross, first level and repeats; `before` is the period of the same length that ended as this one began."""
    target = gettext("Target %(target)s") % {"target": target_of(view, report.yardsticks.net_target)}
    question = report.question
    earlier = before if before is not None and not before.hidden else None
    return (
        _tally_card(
            gettext("Net FCR"), report.net, report, view, behind(question, of="net", decided="yes"),
            earlier.net if earlier and earlier.closed else None, target,
            gettext("In the first contact, no handoff, no return within W. Services marked “possible”."),
        ),
        _tally_card(
            gettext("Gross FCR"), report.gross, report, view, behind(question, of="gross", decided="yes"),
            earlier.gross if earlier and earlier.closed else None, "",
            gettext("The same rules over all requests, fan-outs included."),
        ),
        figure_card(
            gettext("First level resolution"), report.first_level, view, behind(question, of="first_level"),
            earlier.first_level if earlier else None, "",
            gettext("Resolved by the desk without handing over, however many contacts it took."),
        ),
        figure_card(
            gettext("Repeat contact rate"), report.repeats, view, behind(question, of="contacts", kind="repeat"),
            earlier.repeats if earlier else None,
            gettext("Target under %(target)s") % {"target": target_of(view, report.yardsticks.repeat_target)},
            gettext("Contacts where the person came back by themselves / all that count."),
        ),
    )  # fmt: skip


def _tally_card(
    name: str,
    tally: Tally,
    report: FcrReport,
    view: View,
    href: str,
    before: Tally | None,
    target: str,
    definition: str,
) -> Card:
    said = headline(tally, closed=report.closed)
    if said.figure is not None:
        return figure_card(name, said.figure, view, href, before.figure if before else None, target, definition)
    low, high = percent(view, said.low), percent(view, said.high)
    change = gettext("not closed yet") if low or not said.low.denominator else gettext(TOO_FEW)
    text = fraction_span(view, said) if said.low.denominator else gettext("none yet")
    return Card(name, low, high, "%" if low else "", text, href, change, "same", definition)


def figure_card(
    name: str, figure: Figure, view: View, href: str, before: Figure | None, target: str, definition: str
) -> Card:
    value = percent(view, figure)
    change, trend = _change(figure, before, view)
    words = [gettext(TOO_FEW)] if value is None and figure.denominator else [word for word in (change, target) if word]
    text = fraction(view, figure) if figure.denominator else gettext("none yet")
    return Card(name, value, None, "%" if value else "", text, href, ". ".join(words), trend, definition)


def _change(figure: Figure, before: Figure | None, view: View) -> tuple[str, str]:
    """Points against the period before, where both may be shown as percentages."""
    if before is None or before.rate is None or figure.rate is None or before.too_few or figure.too_few:
        return "", "same"
    points = round(HUNDRED * figure.numerator / figure.denominator - HUNDRED * before.numerator / before.denominator, 1)
    if not points:
        return gettext("unchanged on the period before"), "same"
    signed = ("+" if points > 0 else "") + view.number(points, 1)
    return gettext("%(points)s points on the period before") % {"points": signed}, "up" if points > 0 else "down"


def weeks(report: FcrReport, by: By, view: View, titles: Titles) -> tuple[Week, ...]:
    return tuple(_week(group, report.question, by, view, titles) for group in report.groups_by(by))


def _week(group: Group, question: Question, by: By, view: View, titles: Titles) -> Week:
    return Week(
        title=titles.of(by, group.key, group.title),
        closed=group.closed,
        hidden=group.hidden,
        net=shown_tally(view, group.net, closed=group.closed),
        net_at=_drawn(group.net, closed=group.closed),
        gross=shown_tally(view, group.gross, closed=group.closed),
        gross_at=_drawn(group.gross, closed=group.closed),
        repeats=shown(view, group.repeats),
        href=behind(question, by, of="net", key=group.key),
        gross_href=behind(question, by, of="gross", key=group.key),
    )


def _drawn(tally: Tally, *, closed: bool) -> str:
    """Where the point stands. Failures show at once: until W is over, what still holds is counted as holding."""
    figure = headline(tally, closed=closed).high
    return (
        ""
        if figure.rate is None or figure.too_few
        else str(round(Decimal(figure.numerator) * 100 / figure.denominator, 1))
    )


def reasons(report: FcrReport, view: View) -> tuple[Counted, ...]:
    most = max(report.reasons.values(), default=1)
    return tuple(
        Counted(
            gettext(REASONS[reason]),
            view.number(count),
            behind(report.question, of="net", reason=reason),
            str(round(count * 100 / most)),
        )
        for reason, count in report.reasons.items()
    )


@dataclass(frozen=True)
class Win:
    """A service, how many of its requests could be won back, and what stands in the way most often."""

    title: str
    net: str
    count: str
    href: str
    reason: str


def wins(report: FcrReport, view: View) -> tuple[Win, ...]:
    """The services with most requests that the desk could have solved at the first contact and did not."""
    groups = [group for group in report.groups_by(By.SERVICE) if group.net.not_resolved]
    most = sorted(groups, key=lambda group: group.net.not_resolved, reverse=True)[:MOST_WON]
    return tuple(_win(group, report, view) for group in most)


def _win(group: Group, report: FcrReport, view: View) -> Win:
    judged = [one for one in report.judged if one.opening.service_key == group.key and one.opening.eligible]
    reason = next(iter(failed_rules(judged)))
    return Win(
        title=group.title,
        net=shown_tally(view, group.net, closed=group.closed),
        count=view.number(group.net.not_resolved),
        href=behind(report.question, By.SERVICE, of="net", key=group.key, verdict=VerdictKind.NOT_RESOLVED),
        reason=gettext(REASONS[reason]),
    )


def rows(report: FcrReport, by: By, view: View, titles: Titles) -> tuple[Row, ...]:
    return tuple(_row(group, report.question, by, view, titles) for group in report.groups_by(by))


def _row(group: Group, question: Question, by: By, view: View, titles: Titles) -> Row:
    title = titles.of(by, group.key, group.title)
    if group.hidden:
        return Row(title, hidden=True)
    here = {"of": "gross", "key": group.key}
    return Row(
        title=title,
        hidden=False,
        net=shown_tally(view, group.net, closed=group.closed),
        gross=shown_tally(view, group.gross, closed=group.closed),
        resolved=view.number(group.gross.resolved),
        resolved_href=behind(question, by, verdict=VerdictKind.RESOLVED, **here),
        not_resolved=view.number(group.gross.not_resolved),
        not_resolved_href=behind(question, by, verdict=VerdictKind.NOT_RESOLVED, **here),
        provisional=view.number(group.gross.provisional),
        pending=view.number(group.gross.pending),
    )


def everything(report: FcrReport, view: View) -> Row:
    question = report.question
    return Row(
        title=gettext("All"),
        hidden=report.hidden,
        net=shown_tally(view, report.net, closed=report.closed),
        gross=shown_tally(view, report.gross, closed=report.closed),
        resolved=view.number(report.gross.resolved),
        resolved_href=behind(question, of="gross", verdict=VerdictKind.RESOLVED),
        not_resolved=view.number(report.gross.not_resolved),
        not_resolved_href=behind(question, of="gross", verdict=VerdictKind.NOT_RESOLVED),
        provisional=view.number(report.gross.provisional),
        pending=view.number(report.gross.pending),
    )


def left_out(report: FcrReport, view: View) -> str:
    """Sent twice: 312, spam: 9, as a sentence goes on; empty if nothing is."""
    return ", ".join(
        gettext("%(why)s: %(count)s") % {"why": gettext(LEFT_OUT.get(reason, reason)), "count": view.number(count)}
        for reason, count in report.excluded.items()
    )


def high_rate(report: FcrReport, view: View) -> str:
    """Net FCR if every provisional opening held; empty where no percentage may be shown."""
    value = percent(view, report.net.high)
    return f"{value}{NARROW_SPACE}%" if value else ""


def shown_of(view: View, figure: Figure) -> str:
    """71.4 % (5 of 7), else the fraction alone."""
    rate = percent(view, figure)
    return f"{rate}{NARROW_SPACE}% ({fraction(view, figure)})" if rate else shown(view, figure)
