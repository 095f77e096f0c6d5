"""The page of what is measured against: targets, limits, the factor and the rates, each with its source."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from spoc.reports.change import TIERS
from spoc.reports.costs import Rate
from spoc.reports.errors import InvalidReportSetting
from spoc.reports.presets import FACTOR, NET_TARGET, REPEAT_TARGET, SETTINGS
from spoc.reports.yardsticks import Setting, Yardsticks
from spoc.web.formats import View
from spoc.web.reports.words import CHANNELS
from spoc.web.words import gettext, marked

LIMIT: Final = "limit."
LABELS: Final = {
    NET_TARGET: marked("Target of net FCR, in percent"),
    REPEAT_TARGET: marked("Target of the repeat contact rate, in percent"),
    FACTOR: marked("Factor f: how much longer a second contact takes"),
}
FIELDS: Final = {
    "value": marked("Value"),
    "source": marked("Source"),
    "low": marked("Low"),
    "high": marked("High"),
    "currency": marked("Currency"),
    "valid_from": marked("From"),
    "channel": marked("Channel"),
    "tier": marked("Level"),
    "key": marked("Setting"),
}


@dataclass(frozen=True)
class SettingRow:
    key: str
    label: str
    value: str
    source: str
    changed: str
    is_limit: bool


@dataclass(frozen=True)
class Option:
    value: str
    label: str


def rows(yardsticks: Yardsticks, view: View) -> list[SettingRow]:
    """In the order in which they ship."""
    return [_row(yardsticks.settings[key], view) for key in SETTINGS]


def _row(setting: Setting, view: View) -> SettingRow:
    by = {"name": setting.changed_by, "day": view.day(setting.changed_at)}
    return SettingRow(
        key=setting.key,
        label=_label(setting.key),
        value=_value(setting),
        source=setting.source,
        changed=gettext("%(name)s, %(day)s") % by if setting.changed_by else gettext("preset"),
        is_limit=setting.key.startswith(LIMIT),
    )


def _label(key: str) -> str:
    if key.startswith(LIMIT):
        return gettext("Limit of a first contact: %(channel)s") % {
            "channel": gettext(CHANNELS[key.removeprefix(LIMIT)])
        }
    return gettext(LABELS[key])


def _value(setting: Setting) -> str:
    """As it is typed: percent, minutes, contact or none."""
    if setting.value is None:
        return "none"
    if setting.key in (NET_TARGET, REPEAT_TARGET):
        return f"{Decimal(str(setting.value)) * 100:f}".rstrip("0").rstrip(".") or "0"
    return str(setting.value)


def channels() -> list[Option]:
    return [Option(channel, gettext(text)) for channel, text in CHANNELS.items()]


def tiers() -> list[Option]:
    return [Option(str(tier), gettext("level %(tier)s") % {"tier": tier}) for tier in TIERS]


def other(rate: Rate, view: View) -> tuple[str, str]:
    """A published rate: (source, band)."""
    low, high = view.number(rate.low, 2), view.number(rate.high, 2)
    text = low if low == high else gettext("%(low)s to %(high)s") % {"low": low, "high": high}
    return rate.source, f"{text} {rate.currency}"


def faults(refused: InvalidReportSetting, prefix: str) -> list[tuple[str, str, str]]:
    """(field, label, message) for the summary above the forms."""
    return [
        (prefix + fault.field, gettext(FIELDS.get(fault.field, fault.field)), fault.message) for fault in refused.faults
    ]
