"""Changing what the figures are measured against: one setting, or a rate from a day on. Every fault is told at once."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.phrase import Phrase, counted, marked
from routing.visibility import Actor, Role
from routing.work import CONTACT_CHANNELS, Channel
from spoc.db.reports import ContactRateRow, ReportSettingRow
from spoc.errors import Fault, NotAllowed
from spoc.reports.changes import RATE, Change, rate_before, rate_json, setting_before, write_change
from spoc.reports.costs import Rate
from spoc.reports.errors import InvalidReportSetting
from spoc.reports.presets import FACTOR, SETTINGS, rate_values
from spoc.reports.question import LONGEST_LIMIT, YEARS

MAY_CHANGE: Final = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
HIGHEST_RATE: Final = Decimal(100_000)
FACTORS: Final = (Decimal("0.1"), Decimal(10))
TIERS: Final = (0, 1, 2)
LONGEST_TEXT: Final = 300
_MISSING: Final = {"source": Phrase("Say where the number comes from."), "why": Phrase("Say why it changes.")}
_TOO_LONG: Final = counted(
    "Say it in at most %(number)s character.", "Say it in at most %(number)s characters.", LONGEST_TEXT
)


def change_setting(session: Session, actor: Actor, key: str, raw: str, source: str, now: datetime, *, why: str) -> None:
    """Store a target (a percentage), a limit (minutes, `contact` or `none`) or the factor, with where it comes from.

    What it was, and why it changes, is written down with it. Nothing is, where nothing changes.

    Raises:
        NotAllowed: the actor is neither manager nor administrator.
        InvalidReportSetting: there is no such setting, the value means nothing, or source or reason are missing.
    """
    _check_may_change(actor)
    faults = [*_text_faults("source", source), *_text_faults("why", why)]
    value = _value(key, raw.strip(), faults)
    if faults:
        raise InvalidReportSetting(faults)
    after = {"value": value, "source": source.strip()}
    before = setting_before(session, key)
    if before == after:
        return
    values = {**after, "changed_by_id": actor.person_id, "changed_at": now}
    session.execute(
        insert(ReportSettingRow).values(key=key, **values).on_conflict_do_update(index_elements=["key"], set_=values)
    )
    write_change(session, Change(key, before, after, why.strip()), actor.person_id, now)


def set_rate(session: Session, actor: Actor, raw: Mapping[str, str], now: datetime) -> None:
    """Store a rate from `valid_from` on; one of the same channel, tier and day is replaced, all others stay as history.

    `raw` has channel, tier (both may be empty: any), low, high, currency, valid_from, source and why, as text. What
    it replaces is written down with the reason.

    Raises:
        NotAllowed: the actor is neither manager nor administrator.
        InvalidReportSetting: with every fault.
    """
    _check_may_change(actor)
    rate = read_rate(raw)
    before, after = rate_before(session, rate), rate_json(rate)
    if before == after:
        return
    values = rate_values(rate, actor.person_id, now)
    replaced = {name: values[name] for name in ("low", "high", "currency", "source", "changed_by_id", "changed_at")}
    session.execute(
        insert(ContactRateRow)
        .values(values)
        .on_conflict_do_update(index_elements=["channel", "tier", "valid_from"], set_=replaced)
    )
    write_change(session, Change(RATE, before, after, raw["why"].strip()), actor.person_id, now)


def read_rate(raw: Mapping[str, str]) -> Rate:
    """The rate that the texts mean.

    Raises:
        InvalidReportSetting: with every fault.
    """
    faults = [*_text_faults("source", raw.get("source", "")), *_text_faults("why", raw.get("why", ""))]
    channel = _channel(raw.get("channel", "").strip(), faults)
    tier = _tier(raw.get("tier", "").strip(), faults)
    low = _decimal(raw, "low", (Decimal(0), HIGHEST_RATE), faults)
    high = _decimal(raw, "high", (Decimal(0), HIGHEST_RATE), faults)
    currency = raw.get("currency", "").strip().upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):  # noqa: PLR2004 - ISO 4217
        faults.append(Fault("currency", "invalid", Phrase("Give the currency's three letters, such as EUR.")))
    if not faults and high < low:
        faults.append(Fault("high", "below_low", Phrase("The upper end lies below the lower end.")))
    valid_from = _day(raw.get("valid_from", "").strip(), faults)
    if faults:
        raise InvalidReportSetting(faults)
    return Rate(channel, tier, low, high, currency, valid_from, raw["source"].strip())


def _check_may_change(actor: Actor) -> None:
    if not MAY_CHANGE & actor.roles:
        raise NotAllowed(marked("Managers and administrators change targets, limits and rates."))


def _text_faults(name: str, raw: str) -> list[Fault]:
    """Of the source or the reason: both must be there and be of a bearable length."""
    text = raw.strip()
    if not text:
        return [Fault(name, "required", _MISSING[name])]
    if len(text) > LONGEST_TEXT or "\x00" in text:
        return [Fault(name, "too_long", _TOO_LONG)]
    return []


def _value(key: str, raw: str, faults: list[Fault]) -> str | int | None:
    if key not in SETTINGS:
        faults.append(Fault("key", "unknown", Phrase("There is no such setting.")))
        return None
    if key.startswith("limit."):
        return _limit(raw, faults)
    if key == FACTOR:
        return str(_decimal({"value": raw}, "value", FACTORS, faults))
    return str(_decimal({"value": raw}, "value", (Decimal(0), Decimal(100)), faults) / 100)


def _limit(raw: str, faults: list[Fault]) -> str | int | None:
    if raw in ("contact", "none"):
        return "contact" if raw == "contact" else None
    minutes = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 else 0  # noqa: PLR2004 - digits of the longest
    if not 0 < minutes <= LONGEST_LIMIT:
        said = Phrase("Give business minutes from 1 to %(most)s, contact, or none.", {"most": LONGEST_LIMIT})
        faults.append(Fault("value", "out_of_range", said))
    return minutes


def _decimal(raw: Mapping[str, str], name: str, within: tuple[Decimal, Decimal], faults: list[Fault]) -> Decimal:
    try:
        number = Decimal(raw.get(name, "").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not within[0] <= number <= within[1]:
        said = Phrase("Give a number from %(least)s to %(most)s.", {"least": within[0], "most": within[1]})
        faults.append(Fault(name, "out_of_range", said))
        return Decimal(0)
    if number != round(number, 4):
        faults.append(Fault(name, "too_fine", Phrase("Give at most four digits after the point.")))
    return number


def _channel(raw: str, faults: list[Fault]) -> Channel | None:
    if raw and raw not in {channel.value for channel in CONTACT_CHANNELS}:
        said = Phrase("Choose one of %(choices)s, or any.", {"choices": ", ".join(CONTACT_CHANNELS)})
        faults.append(Fault("channel", "unknown_choice", said))
        return None
    return Channel(raw) if raw else None


def _tier(raw: str, faults: list[Fault]) -> int | None:
    if raw and raw not in {str(tier) for tier in TIERS}:
        faults.append(Fault("tier", "unknown_choice", Phrase("Choose tier 0, 1 or 2, or any.")))
        return None
    return int(raw) if raw else None


def _day(raw: str, faults: list[Fault]) -> date:
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        faults.append(Fault("valid_from", "invalid_date", Phrase("Give a date as 2026-07-01.")))
    return day
