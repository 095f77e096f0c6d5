"""What repeat contacts cost, by week, cause, service and so on; and what a year of it would cost. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from routing.work import ContactKind
from spoc.reports.costs import Cost, Prices, Rate, a_year_of, repeat_contact_cost
from spoc.reports.fcr import FcrReport
from spoc.reports.groups import cut_by, first_day, grouped
from spoc.reports.measures import Figure, repeat_contact_rate
from spoc.reports.question import By
from spoc.reports.suppress import of_touches, suppressed
from spoc.reports.touches import Touch


@dataclass(frozen=True)
class CostGroup:
    """One row: how many contacts were repeats and what they cost. A hidden one has no figures: too few cases."""

    key: str
    title: str
    repeats: Figure
    cost: Cost
    a_year: Cost
    starts_on: date | None = None
    hidden: bool = False


def cost_groups(report: FcrReport, by: By) -> tuple[CostGroup, ...]:
    """Weeks and months in order of time, others by how many repeats they have, most first; those without are left out.

    By cause, the denominator of each row is the contacts of that cause alone, so only its cost is of use.
    """
    cut = cut_by(by, report.question)
    groups = grouped(report.touches, cut.touch)
    hidden = suppressed({key: of_touches(members) for key, members in _told(groups, by).items()})
    titles = {one.service_key: one.service_title for one in report.touches} if by is By.SERVICE else {}
    rows = []
    for key in dict.fromkeys((*cut.always, *groups)):
        contacts = [touch.contact for touch in groups.get(key, [])]
        cost = Cost() if key in hidden else repeat_contact_cost(contacts, report.yardsticks.prices)
        figure = Figure(0, 0) if key in hidden else repeat_contact_rate(contacts)
        year = a_year_of(cost, days_so_far(report))
        rows.append(CostGroup(key, titles.get(key, key), figure, cost, year, first_day(by, key), key in hidden))
    kept = [row for row in rows if row.hidden or row.starts_on or row.repeats.numerator]
    return tuple(sorted(kept, key=lambda row: (row.starts_on or date.min, -row.repeats.numerator, row.title, row.key)))


def _told(groups: Mapping[str, list[Touch]], by: By) -> Mapping[str, list[Touch]]:
    """What a row's figures stand on: its counting contacts; by cause its repeats, as others have no cause."""
    if by is not By.CAUSE:
        return groups
    repeats = {key: [one for one in group if one.contact.kind is ContactKind.REPEAT] for key, group in groups.items()}
    return {key: group for key, group in repeats.items() if group}


def a_year(report: FcrReport) -> Cost:
    """The period's repeat-contact cost x 365 / days of the period that have passed."""
    return a_year_of(report.repeat_cost, days_so_far(report))


def days_so_far(report: FcrReport) -> int:
    """Days of the period up to the as-of instant, both ends counted; at least one."""
    today = report.as_of.astimezone(report.question.zone).date()
    return max((min(today, report.question.end_on) - report.question.start_on).days + 1, 1)


def at_another_rate(report: FcrReport, rate: Rate) -> Cost:
    """What the same repeat contacts would cost if every one of them had this rate, with the same f."""
    anywhere = Rate(None, None, rate.low, rate.high, rate.currency, rate.valid_from, rate.source)
    return repeat_contact_cost(
        report.contacts, Prices((anywhere,), report.yardsticks.prices.factor, report.question.zone)
    )


def capacity_freed(report: FcrReport) -> Cost | None:
    """Reaching the target: volume x (target - FCR) x extra contacts per unresolved opening x the band per repeat.

    Capacity, not savings. None where the target is reached, or nothing is decided, or no repeat says what one costs.
    """
    figure = report.net.figure
    if figure.rate is None or not report.repeats.numerator or not report.repeat_cost.bands:
        return None
    reached = Decimal(figure.numerator) / Decimal(figure.denominator)
    gap = report.yardsticks.net_target - reached
    if gap <= 0:
        return None
    return scaled(report.repeat_cost, Decimal(figure.denominator) * gap * extra_contacts(report))


def extra_contacts(report: FcrReport) -> Decimal:
    """Repeat contacts per opening that was not resolved at first contact, from own data; 1.5 where there are none."""
    failed = report.gross.not_resolved
    return Decimal(report.repeats.numerator) / Decimal(failed) if failed else Decimal("1.5")


def scaled(cost: Cost, contacts: Decimal) -> Cost:
    """What so many contacts would cost at the mean band of these, as far as a rate covers them; at least one must."""
    share = contacts / Decimal(cost.contacts - cost.without_rate)
    return Cost(cost.contacts, tuple(band.times(share) for band in cost.bands), cost.without_rate)


def kinds(report: FcrReport) -> Mapping[ContactKind, int]:
    """How many contacts of each counting kind."""
    return {
        kind: sum(one.kind is kind for one in report.contacts)
        for kind in (ContactKind.FIRST, ContactKind.RESPONSE, ContactKind.REPEAT)
    }
