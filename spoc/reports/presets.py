"""Targets, limits and rates that ship, each with its source; and putting them into a new database."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.phrase import marked
from routing.work import Channel
from spoc.db.reports import ContactRateRow, ReportSettingRow
from spoc.reports.costs import Rate

NET_TARGET: Final = "target.net_fcr"
REPEAT_TARGET: Final = "target.repeat_rate"
FACTOR: Final = "cost.f"

_ASKED_FOR: Final = marked(
    "The target this product was asked for. MetricNet quotes 74 % as the average, range 41 to 94 %"
)
_IN_THE_CONTACT: Final = marked("Default: resolved before that contact ended")
_ONE_HOUR: Final = marked("MetricNet: one business hour for mail and web")


@dataclass(frozen=True)
class Preset:
    """A setting as it is stored: text for a decimal number, minutes, `contact`, or None for no limit."""

    value: str | int | None
    source: str


def limit_key(channel: Channel) -> str:
    return f"limit.{channel.value}"


SETTINGS: Final = MappingProxyType(
    {
        NET_TARGET: Preset("0.74", _ASKED_FOR),
        REPEAT_TARGET: Preset("0.10", marked("Preset of this product: fewer than one contact in ten is a repeat")),
        FACTOR: Preset("1.0", marked("Default. LimeBridge measured 1.3 to 1.5: second contacts take longer")),
        limit_key(Channel.PHONE): Preset("contact", _IN_THE_CONTACT),
        limit_key(Channel.CHAT): Preset("contact", _IN_THE_CONTACT),
        limit_key(Channel.WALK_IN): Preset("contact", _IN_THE_CONTACT),
        limit_key(Channel.WEB): Preset(60, _ONE_HOUR),
        limit_key(Channel.EMAIL): Preset(60, _ONE_HOUR),
        limit_key(Channel.API): Preset(60, _ONE_HOUR),
    }
)

BEGINNING: Final = date(2000, 1, 1)
"""Preset rates hold for whatever history is brought in."""

STARTING_RATE: Final = Rate(
    None,
    None,
    Decimal("2.70"),
    Decimal("5.60"),
    "USD",
    BEGINNING,
    marked("Call-centre calls, 2.70 to 5.60 USD; preset"),
)

OTHER_RATES: Final = (
    Rate(None, 1, Decimal("22.00"), Decimal("22.00"), "USD", BEGINNING, marked("MetricNet, North America, level 1")),
    Rate(None, 0, Decimal("2.00"), Decimal("2.00"), "USD", BEGINNING, marked("MetricNet, North America, level 0")),
    Rate(None, None, Decimal("8.01"), Decimal("8.01"), "USD", BEGINNING, marked("Gartner 2019, live channels")),
    Rate(None, 0, Decimal("0.10"), Decimal("0.10"), "USD", BEGINNING, marked("Gartner 2019, self-service")),
)
"""What others publish: shown beside the desk's own, to choose from."""

OTHER_TARGETS: Final = (
    (Decimal("0.70"), marked("SQM, average")),
    (Decimal("0.74"), marked("MetricNet, average; range 41 to 94 %")),
    (Decimal("0.80"), marked("SQM, world class")),
)

SOURCES: Final = frozenset(
    {
        *(preset.source for preset in SETTINGS.values()),
        *(rate.source for rate in (STARTING_RATE, *OTHER_RATES)),
        *(source for _, source in OTHER_TARGETS),
    }
)
"""Sources in words of ours, stored in English; any other is as somebody wrote it."""


def seed(session: Session, now: datetime) -> None:
    """Store what is not stored yet; whatever is there stays as it is. Safe to repeat and to race."""
    rows = [
        {"key": key, "value": preset.value, "source": preset.source, "changed_at": now}
        for key, preset in SETTINGS.items()
    ]
    session.execute(insert(ReportSettingRow).on_conflict_do_nothing(), rows)
    session.execute(insert(ContactRateRow).values(rate_values(STARTING_RATE, None, now)).on_conflict_do_nothing())


def rate_values(rate: Rate, changed_by_id: int | None, now: datetime) -> dict[str, object]:
    """The rate as a row."""
    return {
        "channel": rate.channel,
        "tier": rate.tier,
        "low": rate.low,
        "high": rate.high,
        "currency": rate.currency,
        "valid_from": rate.valid_from,
        "source": rate.source,
        "changed_by_id": changed_by_id,
        "changed_at": now,
    }
