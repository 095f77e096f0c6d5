"""Dates, times, numbers and money as a reader sees them: by zone and locale, in the words of the look."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from babel.units import format_unit

from spoc.words import gettext, known_locale

NOTHING = "–"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
KILOBYTE = 1_000
MEGABYTE = 1_000_000
NO_BREAK = "\N{NO-BREAK SPACE}"
Number: TypeAlias = int | float | Decimal


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name, or UTC: a typing mistake in a setting must not take every page down."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True)
class View:
    """How one reader sees values. Every method gives a dash for None."""

    locale: str = "en"
    zone: str = "UTC"
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    currency: str = "USD"

    @cached_property
    def _locale(self) -> Locale:
        return known_locale(self.locale)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return zone_of(self.zone)

    def local(self, value: date) -> date:
        """An instant in the reader's zone; a plain date as it is."""
        return value.astimezone(self._zone) if isinstance(value, datetime) else value

    def day(self, value: date | None) -> str:
        """Tue 1 Sep; with its year if that is not this one."""
        return self._day(value, "EEE", "MMM")

    def day_long(self, value: date | None) -> str:
        """Tuesday 1 September; with its year if that is not this one."""
        return self._day(value, "EEEE", "MMMM")

    def _day(self, value: date | None, weekday: str, month: str) -> str:
        """`weekday` and `month` are CLDR patterns of the length that is wanted."""
        if value is None:
            return NOTHING
        local = self.local(value)
        year = "" if local.year == self.now.astimezone(self._zone).year else "y"
        if self._locale.language == "en":
            return format_date(local, f"{weekday} d {month} {year}".rstrip(), self._locale)
        named = format_date(local, weekday, self._locale)
        return f"{named}, {format_skeleton(f'{year}{month}d', local, locale=self._locale)}"

    def month(self, value: date) -> str:
        """September 2026."""
        return format_skeleton("yMMMM", self.local(value), locale=self._locale)

    def clock(self, value: datetime | None) -> str:
        """09:12, always of 24 hours."""
        return NOTHING if value is None else f"{self.local(value):%H:%M}"

    def moment(self, value: datetime | None) -> str:
        """The day and the clock: "today 09:12", else "Tue 1 Sep 09:12"."""
        if value is None:
            return NOTHING
        today = self.now.astimezone(self._zone).date()
        local = value.astimezone(self._zone)
        # Not inside the f-string: what translators are given is read from the source, where that is one text.
        day = gettext("today") if local.date() == today else self.day(value)
        return f"{day} {self.clock(value)}"

    def opening(self, value: datetime) -> str:
        """The day, and the clock unless that is midnight, with which a day begins: "Tue 1 Sep", "Tue 1 Sep 18:00"."""
        local = value.astimezone(self._zone)
        return self.day(value) if (local.hour, local.minute) == (0, 0) else f"{self.day(value)} {self.clock(value)}"

    def iso(self, value: date | None) -> str:
        """For `<time datetime>`: UTC to the second, or the date. Empty for None, as an attribute should be."""
        if value is None:
            return ""
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value.isoformat()

    def number(self, value: Number | None, digits: int | None = None) -> str:
        """1,243; with exactly `digits` decimals if given, else at most three. A real minus sign."""
        if value is None:
            return NOTHING
        pattern = "#,##0.###" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, format=pattern, locale=self._locale).replace("-", "\N{MINUS SIGN}")

    def percent(self, ratio: Number | None) -> str:
        """0.714 is 71.4 %."""
        return NOTHING if ratio is None else f"{self.number(ratio * 100, 1)}{NARROW_SPACE}%"

    def money(self, amount: Number | None, currency: str | None = None, digits: int = 0) -> str:
        """1,112 USD, with the organisation's currency if none is given."""
        return NOTHING if amount is None else f"{self.number(amount, digits)}{NO_BREAK}{currency or self.currency}"

    def size(self, number: int) -> str:
        """1.4 MB, 340 kB; of less than a thousand bytes, 1 kB."""
        if number >= MEGABYTE:
            return self._unit(round(number / MEGABYTE, 1), "digital-megabyte")
        return self._unit(max(1, round(number / KILOBYTE)), "digital-kilobyte")

    def _unit(self, shown: float, unit: str) -> str:
        return format_unit(shown, unit, length="short", locale=self._locale).replace(" ", NO_BREAK)


PLAIN = View()
_view: ContextVar[View] = ContextVar("view")


def current_view() -> View:
    """The view of the page that is being made: macros have no context of their own to find it in."""
    return _view.get(PLAIN)


@contextmanager
def seen_by(view: View) -> Iterator[None]:
    before = _view.set(view)
    try:
        yield
    finally:
        _view.reset(before)
