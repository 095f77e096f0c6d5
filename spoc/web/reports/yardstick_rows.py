"""The page of what is measured against: targets, limits, the factor and the rates, each with its source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from routing.work import CONTACT_CHANNELS, Channel
from spoc.reports.change import TIERS
from spoc.reports.changes import RATE, Changed
from spoc.reports.costs import Band, Rate
from spoc.reports.errors import InvalidReportSetting
from spoc.reports.presets import FACTOR, NET_TARGET, REPEAT_TARGET, SETTINGS
from spoc.reports.yardsticks import Setting, Yardsticks
from spoc.web.formats import View
from spoc.web.reports.words import band, source_said
from spoc.web.words_of_contacts import CHANNELS, capitalised
from spoc.words import gettext, marked, said

LIMIT: Final = "limit."
LABELS: Final = {
    NET_TARGET: marked("Target of net FCR, in percent"),
    REPEAT_TARGET: marked("Target of the repeat contact rate, in percent"),
    FACTOR: marked("Factor f: how much longer a second contact takes"),
}
FIELDS: Final = {
    "value": marked("Value"),
    "source": marked("Source"),
    "why": marked("Why"),
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
        label=label_of(setting.key),
        value=_typed(setting.key, setting.value),
        source=setting.source,
        changed=gettext("%(name)s, %(day)s") % by if setting.changed_by else gettext("preset"),
        is_limit=setting.key.startswith(LIMIT),
    )


def label_of(key: str) -> str:
    """What is set, in words: a target, a limit, the factor, or a rate."""
    if key == RATE:
        return gettext("Rate")
    if key.startswith(LIMIT):
        return gettext("Limit of a first contact: %(channel)s") % {
            "channel": gettext(CHANNELS[Channel(key.removeprefix(LIMIT))])
        }
    return gettext(LABELS[key])


def _typed(key: str, value: object) -> str:
    """As it is typed: percent, minutes, contact or none."""
    if value is None:
        return "none"
    if key in (NET_TARGET, REPEAT_TARGET):
        percent = f"{Decimal(str(value)) * 100:f}"
        return (percent.rstrip("0").rstrip(".") if "." in percent else percent) or "0"
    return str(value)


@dataclass(frozen=True)
class ChangeRow:
    """One line of the history; `before` is empty where there was nothing."""

    what: str
    before: str
    after: str
    why: str
    by: str
    at: str
    at_iso: str


def changes(changed: Iterable[Changed], view: View) -> list[ChangeRow]:
    return [_changed(one, view) for one in changed]


def _changed(one: Changed, view: View) -> ChangeRow:
    change = one.change
    return ChangeRow(
        what=_what(change.after, view) if change.key == RATE else label_of(change.key),
        before=_told(change.key, change.before, view) if change.before else "",
        after=_told(change.key, change.after, view),
        why=change.why,
        by=one.by,
        at=view.moment(one.at),
        at_iso=view.iso(one.at),
    )


def _what(rate: Mapping[str, Any], view: View) -> str:
    """The rate's place: Phone, level 1, from Mon 1 Jun."""
    place = place_of(Channel(rate["channel"]) if rate["channel"] else None, rate["tier"])
    day = view.day(date.fromisoformat(rate["valid_from"]))
    return gettext("Rate: %(place)s, from %(day)s") % {"place": place, "day": day}


def place_of(channel: Channel | None, tier: int | None) -> str:
    """Phone, level 1; All channels, all levels."""
    named = capitalised(gettext(CHANNELS[channel])) if channel else gettext("All channels")
    level = gettext("level %(tier)s") % {"tier": tier} if tier is not None else gettext("all levels")
    return f"{named}, {level}"


def _told(key: str, what: Mapping[str, Any], view: View) -> str:
    """74 (SQM, average); 9.00 to 12.00 EUR (our books)."""
    if key == RATE:
        text = band(view, Band(Decimal(what["low"]), Decimal(what["high"]), what["currency"]))
    else:
        text = _typed(key, what["value"])
    return f"{text} ({source_said(what['source'])})"


def channels() -> list[Option]:
    return [
        Option(channel, capitalised(gettext(text))) for channel, text in CHANNELS.items() if channel in CONTACT_CHANNELS
    ]


def tiers() -> list[Option]:
    return [Option(str(tier), gettext("level %(tier)s") % {"tier": tier}) for tier in TIERS]


def other(rate: Rate, view: View) -> tuple[str, str]:
    """A published rate: (source, band)."""
    low, high = view.number(rate.low, 2), view.number(rate.high, 2)
    text = low if low == high else gettext("%(low)s to %(high)s") % {"low": low, "high": high}
    return source_said(rate.source), f"{text} {rate.currency}"


def faults(refused: InvalidReportSetting, prefix: str) -> list[tuple[str, str, str]]:
    """(field, label, message) for the summary above the forms."""
    return [
        (prefix + fault.field, gettext(FIELDS.get(fault.field, fault.field)), said(fault)) for fault in refused.faults
    ]
