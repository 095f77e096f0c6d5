"""Amounts of money: exact decimals with a currency, kept as {"amount": "1250.00", "currency": "EUR"}."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic import JsonValue

_AMOUNT = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,3})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
# Twelve digits and three decimals: up to there the nearest double tells any two amounts apart and keeps their order,
# so that conditions, which know no decimals, compare them without an error.
LARGEST: Final = Decimal(10) ** 12
USUAL_CURRENCY: Final = "USD"


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str

    def kept(self) -> dict[str, JsonValue]:
        """As it stands among answers: two decimals, or three where they say something."""
        thirds = self.amount != self.amount.quantize(Decimal("0.01"))
        return {"amount": f"{self.amount:.{3 if thirds else 2}f}", "currency": self.currency}

    def __str__(self) -> str:
        return f"{self.kept()['amount']} {self.currency}"


def read_money(value: object, usual: str) -> Money | None:
    """An amount from a text ("1250", "1250,50 EUR"), a whole number, or both parts by name; None if it is none.

    A number with a fraction is refused: it was rounded to a double before anybody could read it.
    """
    amount, currency = _parts(value)
    written = str(amount).strip() if isinstance(amount, str | int) and not isinstance(amount, bool) else ""
    named = currency.strip().upper() if isinstance(currency, str) and currency.strip() else usual
    if not _AMOUNT.fullmatch(written) or not _CURRENCY.fullmatch(named) or not isinstance(currency, str | None):
        return None
    exact = Decimal(written.replace(",", "."))
    return Money(exact, named) if abs(exact) < LARGEST else None


def _parts(value: object) -> tuple[object, object]:
    if isinstance(value, Mapping):
        return (value.get("amount"), value.get("currency")) if value.keys() <= {"amount", "currency"} else (None, None)
    if isinstance(value, str) and len(words := value.split()) == 2:  # noqa: PLR2004 - amount and currency
        return words[0], words[1]
    return value, None


def is_blank_amount(value: Mapping[str, object]) -> bool:
    """Whether it is an amount of which only the currency is given; forms send that without being asked."""
    named = bool(value) and value.keys() <= {"amount", "currency"}
    amount = value.get("amount")
    return named and (amount is None or (isinstance(amount, str) and not amount.strip()))


def comparable(value: object) -> object:
    """What conditions read: an amount is a number there, and its currency stands beside it; lists and maps within."""
    if isinstance(value, list | tuple):
        return [comparable(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.keys() <= {"amount", "currency"} and (money := read_money(value, USUAL_CURRENCY)):
        return {"amount": float(money.amount), "currency": money.currency}
    return {name: comparable(one) for name, one in value.items()}
