"""What is said of a closed week, and the late facts that make it say something else. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from spoc.reports.costs import Band, Cost
from spoc.reports.document import CENT
from spoc.reports.groups import Group
from spoc.reports.measures import Figure


class Measure(StrEnum):
    NET_FCR = "net_fcr"
    GROSS_FCR = "gross_fcr"
    REPEAT_CONTACTS = "repeat_contacts"
    REPEAT_COST = "repeat_cost"


@dataclass(frozen=True)
class Figures:
    """The headline of one week. `cost` has a band for each currency, by its name, to the cent."""

    gross: Figure
    net: Figure
    repeats: Figure
    cost: tuple[Band, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody asked for anything in that week."""
        return not self.gross.denominator and not self.repeats.denominator

    def of(self, measure: Measure) -> Figure | tuple[Band, ...]:
        match measure:
            case Measure.NET_FCR:
                return self.net
            case Measure.GROSS_FCR:
                return self.gross
            case Measure.REPEAT_CONTACTS:
                return self.repeats
            case Measure.REPEAT_COST:
                return self.cost


class LateKind(StrEnum):
    """`setting` is a limit, a rate or the factor, `working_time` the desk's calendar or the organisation's time zone.

    `definition` is a version of the program that counts otherwise.
    """

    CONTACT_LOGGED = "contact_logged"
    KIND_CORRECTED = "kind_corrected"
    LEFT_OUT = "left_out"
    COUNTED_AGAIN = "counted_again"
    SETTING = "setting"
    WORKING_TIME = "working_time"
    DEFINITION = "definition"


@dataclass(frozen=True)
class Late:
    """One fact that came in after the week was stated. `key` is the setting's."""

    kind: LateKind
    at: datetime
    by_id: int | None = None
    ticket_id: int | None = None
    key: str = ""


@dataclass(frozen=True)
class Stated:
    """One statement on the week that begins on `starts_on`, a Monday; the first one has no reasons."""

    starts_on: date
    number: int
    at: datetime
    version: int
    figures: Figures
    because: tuple[Late, ...] = ()

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=6)


def figures_of(group: Group, cost: Cost) -> Figures:
    """What a closed week's row says."""
    bands = (Band(one.low.quantize(CENT), one.high.quantize(CENT), one.currency) for one in cost.bands)
    in_order = tuple(sorted(bands, key=lambda band: band.currency))
    return Figures(group.gross.figure, group.net.figure, group.repeats, in_order)


def changed(before: Figures, after: Figures) -> tuple[Measure, ...]:
    """The measures that say something else; a percentage that only looks the same counts as changed."""
    return tuple(measure for measure in Measure if before.of(measure) != after.of(measure))


def bands_json(bands: tuple[Band, ...]) -> list[dict[str, str]]:
    return [{"low": str(band.low), "high": str(band.high), "currency": band.currency} for band in bands]


def bands_from(stored: list[dict[str, str]]) -> tuple[Band, ...]:
    return tuple(Band(Decimal(one["low"]), Decimal(one["high"]), one["currency"]) for one in stored)


def late_json(late: Late) -> dict[str, Any]:
    return {**vars(late), "at": late.at.isoformat()}


def late_from(stored: Mapping[str, Any]) -> Late:
    when = datetime.fromisoformat(stored["at"])
    return Late(LateKind(stored["kind"]), when, stored["by_id"], stored["ticket_id"], stored["key"])
