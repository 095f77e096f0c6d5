"""An answer as its reader writes it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from catalog.money import read_money
from catalog.service import FieldKind
from spoc.desk.ticket_page import Answer
from spoc.files.keeping import FileFacts
from spoc.web.formats import View
from spoc.words import gettext

CENT: Final = Decimal("0.01")


def in_words(answer: Answer, view: View) -> str:
    """One answer as its reader writes it: dates in words, yes and no, labels."""
    text = str(answer.shown)
    match answer.kind:
        case FieldKind.DATE:
            text = view.day_long(date.fromisoformat(answer.value))
        case FieldKind.DATETIME:
            given = datetime.fromisoformat(answer.value)
            text = view.moment(given) if given.tzinfo else f"{view.day(given.date())} {given:%H:%M}"
        case FieldKind.YES_NO:
            text = gettext("Yes") if answer.value else gettext("No")
        case FieldKind.MONEY if money := read_money(answer.value, view.currency):
            text = view.money(money.amount, money.currency, 2 + (money.amount % CENT != 0))
        case FieldKind.NUMBER:
            text = view.number(answer.value)
        case FieldKind.FILE:  # a log keeps names alone
            text = ", ".join(one if isinstance(one, str) else one.name for one in answer.shown)
        case FieldKind.TABLE:
            text = "\n".join(_row(number, row, view) for number, row in enumerate(answer.shown, 1))
    return text


def in_list(answer: Answer, view: View) -> str | tuple[FileFacts, ...]:
    """The same for a list of questions and answers, in which files can be had."""
    return answer.shown if answer.kind is FieldKind.FILE else in_words(answer, view)


def _row(number: int, row: Sequence[Answer], view: View) -> str:
    """1. Name: Aylin Kaya · First day: Tuesday 1 September."""
    return f"{number}. " + " · ".join(f"{cell.label}: {in_words(cell, view)}" for cell in row)
