"""What contacts cost: bands of money by rate, channel, tier and date. Pure; money is `Decimal`, never a float."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from routing.work import Channel, ContactKind, RepeatCause
from spoc.reports.opening import Contact

DAYS_A_YEAR: Final = 365


@dataclass(frozen=True)
class Rate:
    """The cost of one contact from a day on. None matches any channel, or any tier."""

    channel: Channel | None
    tier: int | None
    low: Decimal
    high: Decimal
    currency: str
    valid_from: date
    source: str


@dataclass(frozen=True)
class Band:
    low: Decimal
    high: Decimal
    currency: str

    def times(self, factor: Decimal) -> "Band":
        return Band(self.low * factor, self.high * factor, self.currency)


@dataclass(frozen=True)
class Cost:
    """What some contacts cost: one band for each currency in use, and how many contacts no rate covers."""

    contacts: int = 0
    bands: tuple[Band, ...] = ()
    without_rate: int = 0


@dataclass(frozen=True)
class Prices:
    """The rates, the factor f by which a second contact takes longer, and the zone whose date a contact bears."""

    rates: tuple[Rate, ...]
    factor: Decimal
    zone: ZoneInfo


def repeat_contact_cost(contacts: Iterable[Contact], prices: Prices) -> Cost:
    """Sum over `repeat` contacts of rate(channel, tier, date) times f."""
    return _cost([one for one in contacts if one.kind is ContactKind.REPEAT], prices)


def desk_caused_cost(contacts: Iterable[Contact], prices: Prices) -> Cost:
    """The same over `response` contacts, where the desk had to ask. Stands beside the other, never in its sum."""
    return _cost([one for one in contacts if one.kind is ContactKind.RESPONSE], prices)


def cause_of(contact: Contact) -> RepeatCause:
    return contact.cause or RepeatCause.ASKED_AGAIN


def a_year_of(cost: Cost, days: int) -> Cost:
    """The cost if every day of a year were like the `days` it was counted over: cost x 365 / days."""
    share = Decimal(DAYS_A_YEAR) / Decimal(days)
    return Cost(cost.contacts, tuple(band.times(share) for band in cost.bands), cost.without_rate)


def _rate(rates: Sequence[Rate], channel: Channel, tier: int, on: date) -> Rate | None:
    """The rate in force on the day: of the channel and tier, else of the channel, else of the tier, else of any."""
    fitting = [
        one for one in rates if one.valid_from <= on and one.channel in (channel, None) and one.tier in (tier, None)
    ]
    return max(fitting, key=lambda one: (one.channel is not None, one.tier is not None, one.valid_from), default=None)


def _on(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _cost(contacts: Sequence[Contact], prices: Prices) -> Cost:
    used = Counter((one.channel, one.tier, _on(one.at, prices.zone)) for one in contacts)
    sums: dict[str, Band] = {}
    without = 0
    for (channel, tier, on), many in used.items():
        rate = _rate(prices.rates, channel, tier, on)
        if rate is None:
            without += many
            continue
        before = sums.get(rate.currency, Band(Decimal(0), Decimal(0), rate.currency))
        weight = many * prices.factor
        sums[rate.currency] = Band(before.low + rate.low * weight, before.high + rate.high * weight, rate.currency)
    return Cost(len(contacts), tuple(sums.values()), without)
