"""The page on repeat contacts: what they cost, by what, at which rates, ready to be read."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from routing.work import ContactKind
from spoc.reports.costs import Band, Cost
from spoc.reports.fcr import FcrReport
from spoc.reports.presets import BEGINNING, OTHER_RATES
from spoc.reports.question import By, Question
from spoc.reports.repeats import CostGroup, a_year, at_another_rate, capacity_freed, cost_groups, days_so_far, kinds
from spoc.reports.yardsticks import RateEntry
from spoc.web.formats import View
from spoc.web.reports.first_contact import Card, figure_card
from spoc.web.reports.frame import behind
from spoc.web.reports.words import CAUSES_SAID, Titles, band, bands, shown, source_said, target
from spoc.web.reports.yardstick_rows import place_of
from spoc.words import gettext


@dataclass(frozen=True)
class CostRow:
    """One row; `low_at` and `high_at` are what the chart draws, in the first currency."""

    title: str
    hidden: bool
    contacts: str = ""
    href: str = ""
    rate: str = ""
    low: str = ""
    high: str = ""
    low_at: str = ""
    high_at: str = ""
    a_year: str = ""
    share: str = "0"


@dataclass(frozen=True)
class RateRow:
    what: str
    low: str
    high: str
    band: str
    currency: str
    since: str
    source: str
    changed_by: str
    changed_at: str


@dataclass(frozen=True)
class SaidRepeats:
    """The first sentence. `is_priced`: there are rates for all of it."""

    is_hidden: bool
    is_none: bool
    is_priced: bool
    times: int
    cost: str
    a_year: str
    cause: str


def said(report: FcrReport, view: View) -> SaidRepeats:
    by_cause = cost_groups(report, By.CAUSE)
    return SaidRepeats(
        is_hidden=report.hidden,
        is_none=not report.repeats.numerator,
        is_priced=bool(report.repeat_cost.bands),
        times=report.repeats.numerator,
        cost=bands(view, report.repeat_cost, 0),
        a_year=bands(view, _rounded(a_year(report)), 0),
        cause=gettext(CAUSES_SAID.get(by_cause[0].key, "")) if by_cause and not by_cause[0].hidden else "",
    )


def _rounded(cost: Cost) -> Cost:
    """To hundreds, where there are thousands: an extrapolation is no more exact than that."""

    def rough(amount: Decimal) -> Decimal:
        return round(amount, -2) if amount >= 1000 else amount  # noqa: PLR2004 - four digits

    return Cost(cost.contacts, tuple(Band(rough(one.low), rough(one.high), one.currency) for one in cost.bands))


def cards(report: FcrReport, before: FcrReport | None, view: View) -> tuple[Card, ...]:
    question, counts = report.question, kinds(report)
    repeat_href = behind(question, of="contacts", kind="repeat")
    return (
        figure_card(
            gettext("Repeat contact rate"), report.repeats, view, repeat_href,
            before.repeats if before is not None and not before.hidden else None,
            gettext("Target under %(target)s") % {"target": target(view, report.yardsticks.repeat_target)},
            gettext("Contacts where the person came back by themselves. Thanks and automatic mail count nowhere."),
        ),
        _money_card(
            gettext("Cost of repeats"), report.repeat_cost, view, repeat_href,
            _product(report.repeats.numerator, report, view),
            _year(report, view), gettext("Repeat contacts × rate of channel, tier and date × f."),
        ),
        _money_card(
            gettext("Caused by the desk"), report.desk_cost, view, behind(question, of="contacts", kind="response"),
            _product(counts[ContactKind.RESPONSE], report, view),
            "", gettext("Answers that the desk had to ask for. Not part of the cost of repeats."),
        ),
        _freed(report, view),
    )  # fmt: skip


def _product(count: int, report: FcrReport, view: View) -> str:
    factor = view.number(report.yardsticks.prices.factor)
    return gettext("%(count)s contacts × rate × %(factor)s") % {"count": view.number(count), "factor": factor}


def _year(report: FcrReport, view: View) -> str:
    yearly = bands(view, _rounded(a_year(report)), 0)
    words = {"cost": yearly, "days": days_so_far(report)}
    return gettext("%(cost)s a year: this × 365 / %(days)s days") % words if report.repeat_cost.bands else ""


def _money_card(name: str, cost: Cost, view: View, href: str, text: str, change: str, definition: str) -> Card:
    one = cost.bands[0] if cost.bands else None
    if one is None:
        return Card(name, "0", None, "", text, href, change, "same", definition)
    name = f"{name}, {one.currency}"
    digits = 2 if one.high < 100 else 0  # noqa: PLR2004 - cents of more would not fit the card
    low, high = view.number(one.low, digits), view.number(one.high, digits)
    further = [band(view, other) for other in cost.bands[1:]]
    return Card(name, low, high, "", text, href, " + ".join([change, *further]).strip(" +"), "same", definition)


def _freed(report: FcrReport, view: View) -> Card:
    """What reaching the target would free; said of closed periods alone, as the target is."""
    freed = capacity_freed(report) if report.closed and not report.net.figure.too_few else None
    name = gettext("Capacity freed at %(target)s") % {"target": target(view, report.yardsticks.net_target)}
    definition = gettext(
        "Eligible requests × points to the target × repeats per unresolved request × cost of a repeat. Not savings."
    )
    href = behind(report.question, of="net", verdict="not_resolved")
    if freed is None:
        why = (
            gettext("The target is reached.")
            if _is_reached(report)
            else gettext("For closed periods of 20 requests or more.")
        )
        return Card(name, None, None, "", gettext("no figure yet"), href, why, "same", definition)
    volume = gettext("%(count)s eligible requests") % {"count": view.number(report.net.figure.denominator)}
    return _money_card(name, freed, view, href, volume, "", definition)


def _is_reached(report: FcrReport) -> bool:
    rate = report.net.figure.rate
    return report.closed and rate is not None and rate >= Fraction(report.yardsticks.net_target)


def rows(report: FcrReport, by: By, view: View, titles: Titles) -> tuple[CostRow, ...]:
    groups = cost_groups(report, by)
    most = max((group.repeats.numerator for group in groups), default=0) or 1
    return tuple(_row(group, report.question, by, view, titles, most) for group in groups)


def _row(group: CostGroup, question: Question, by: By, view: View, titles: Titles, most: int) -> CostRow:
    title = titles.of(by, group.key, group.title)
    if group.hidden:
        return CostRow(title, hidden=True)
    one = group.cost.bands[0] if group.cost.bands else None
    named = {"cause": group.key} if by is By.CAUSE else {"key": group.key}
    return CostRow(
        title=title,
        hidden=False,
        contacts=view.number(group.repeats.numerator),
        href=behind(question, by, of="contacts", kind="repeat", **named),
        rate="" if by is By.CAUSE else shown(view, group.repeats),
        low=view.money(one.low, one.currency, 2) if one else "–",
        high=view.money(one.high, one.currency, 2) if one else "–",
        low_at=str(round(one.low, 2)) if one else "0",
        high_at=str(round(one.high, 2)) if one else "0",
        a_year=bands(view, group.a_year, 0),
        share=str(round(group.repeats.numerator * 100 / most)),
    )


def everything(report: FcrReport, view: View) -> CostRow:
    year = bands(view, a_year(report), 0)
    one = report.repeat_cost.bands[0] if len(report.repeat_cost.bands) == 1 else None
    return CostRow(
        title=gettext("All repeats"),
        hidden=report.hidden,
        contacts=view.number(report.repeats.numerator),
        href=behind(report.question, of="contacts", kind="repeat"),
        rate=shown(view, report.repeats),
        low=view.money(one.low, one.currency, 2) if one else bands(view, report.repeat_cost),
        high=view.money(one.high, one.currency, 2) if one else "",
        a_year=year,
    )


def rates(entries: tuple[RateEntry, ...], view: View) -> tuple[RateRow, ...]:
    return tuple(_rate(entry, view) for entry in entries)


def in_force(report: FcrReport) -> tuple[RateEntry, ...]:
    """Of each channel and level the newest rate that holds by now."""
    today = report.as_of.astimezone(report.question.zone).date()
    newest: dict[tuple[str | None, int | None], RateEntry] = {}
    for entry in report.yardsticks.rates:
        if entry.rate.valid_from <= today:
            newest.setdefault((entry.rate.channel, entry.rate.tier), entry)
    return tuple(newest.values())


def _rate(entry: RateEntry, view: View) -> RateRow:
    rate = entry.rate
    return RateRow(
        what=place_of(rate.channel, rate.tier),
        low=view.number(rate.low, 2),
        high=view.number(rate.high, 2),
        band=band(view, Band(rate.low, rate.high, rate.currency)),
        currency=rate.currency,
        since=view.day(rate.valid_from) if rate.valid_from > BEGINNING else gettext("the beginning"),
        source=source_said(rate.source),
        changed_by=entry.changed_by,
        changed_at=view.day(entry.changed_at),
    )


def compared(report: FcrReport, view: View) -> tuple[tuple[str, str], ...]:
    """What the same repeats cost at rates that others publish: (source, sum)."""
    chosen = [rate for rate in OTHER_RATES if rate.tier != 0 and report.repeats.numerator]
    return tuple((source_said(rate.source), bands(view, at_another_rate(report, rate), 0)) for rate in chosen)


def no_rate(report: FcrReport, view: View) -> str:
    """How many repeats no rate covers; empty if none."""
    return view.number(report.repeat_cost.without_rate) if report.repeat_cost.without_rate else ""


def days(report: FcrReport, view: View) -> str:
    """Days that the extrapolation divides by."""
    return view.number(days_so_far(report))
