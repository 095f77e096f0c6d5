"""Reports as CSV. What a spreadsheet would run as a formula is defused; every file carries what its figures mean."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from spoc.reports import definitions
from spoc.reports.definitions import Say
from spoc.reports.document import CENT, share_of
from spoc.reports.fcr import FcrReport, everything
from spoc.reports.groups import Group
from spoc.reports.headline import Headline, headline, percentage
from spoc.reports.listing import Listed
from spoc.reports.measures import Tally
from spoc.reports.repeats import CostGroup

_FORMULA: Final = frozenset("=+-@＝＋－＠\t\r\n")  # a spreadsheet reads the full-width forms as the plain ones
_QUOTE: Final = "'"
_WORD: Final = {True: "yes", False: "no"}
BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it spreadsheets read UTF-8 as something else."""

Value = str | int | float | Decimal | None

_TALLY: Final = ("resolved", "not_resolved", "provisional", "pending", "headline", "low", "high")
FCR_COLUMNS: Final = (
    *("key", "title", "closed", "too_few_to_show"),
    *(f"net_{name}" for name in _TALLY),
    *(f"gross_{name}" for name in _TALLY),
    *("repeat_contacts", "counting_contacts", "repeat_contact_rate"),
)
COST_COLUMNS: Final = (
    *("key", "title", "too_few_to_show", "repeat_contacts"),
    *("low", "high", "currency", "low_a_year", "high_a_year", "contacts_without_rate"),
)
LINE_COLUMNS: Final = (
    *("reference", "title", "service", "channel", "at", "resolved_at"),
    *("verdict", "reason", "excluded", "kind", "cause", "late_logged", "same_as", "words"),
)


def defused(value: Value) -> str:
    """The value as text that no spreadsheet runs: an apostrophe stands before whatever could begin a formula.

    Numbers of ours stay numbers. `restored` gives the text back.
    """
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return _QUOTE + value if value.lstrip(" \u00a0")[:1] in _FORMULA or value[:1] == _QUOTE else value


def restored(text: str) -> str:
    """What stood there before `defused`."""
    return text[1:] if text[:1] == _QUOTE else text


def fcr_csv(report: FcrReport, say: Say = str) -> str:
    """One line a group of the question's `by`, and one for all."""
    groups = [] if report.hidden else report.groups
    return _file(
        report,
        definitions.FCR,
        say,
        FCR_COLUMNS,
        (_fcr_line(group) for group in (*groups, everything(report))),
    )


def repeat_csv(report: FcrReport, groups: Sequence[CostGroup], say: Say = str) -> str:
    """One line a group and currency."""
    return _file(
        report,
        definitions.REPEATS,
        say,
        COST_COLUMNS,
        (line for group in groups for line in _cost_lines(group)),
    )


def lines_csv(report: FcrReport, lines: Iterable[Listed], say: Say = str) -> str:
    """The list behind a figure, as far as the reader may open it."""
    return _file(report, definitions.FCR, say, LINE_COLUMNS, (_listed(line) for line in lines))


def _file(
    report: FcrReport, definition: str, say: Say, columns: Sequence[str], lines: Iterable[Sequence[Value]]
) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    question = report.question
    writer.writerow(["definition", defused(say(definition)), "queue", defused(say(definitions.QUEUE))])
    writer.writerow(
        ["version", definitions.VERSION, "window_days", report.window_days, "as_of", report.as_of.isoformat()]
    )
    writer.writerow(
        ["from", question.start_on, "to", question.end_on, "time_zone", question.zone.key, "by", question.by.value]
    )
    writer.writerow([])
    writer.writerow(columns)
    writer.writerows([defused(value) for value in line] for line in lines)
    return BYTE_ORDER_MARK + text.getvalue()


def _fcr_line(group: Group) -> list[Value]:
    start: list[Value] = [group.key, group.title, _WORD[group.closed], _WORD[group.hidden]]
    if group.hidden:
        return start
    net, gross = (_tally(headline(tally, closed=group.closed), tally) for tally in (group.net, group.gross))
    repeats = group.repeats
    return [*start, *net, *gross, repeats.numerator, repeats.denominator, share_of(percentage(repeats))]


def _tally(said: Headline, tally: Tally) -> list[Value]:
    low, high = said.span or (None, None)
    counts = [tally.resolved, tally.not_resolved, tally.provisional, tally.pending]
    return [*counts, share_of(said.rate), share_of(low), share_of(high)]


def _cost_lines(group: CostGroup) -> list[list[Value]]:
    start: list[Value] = [group.key, group.title, _WORD[group.hidden]]
    if group.hidden:
        return [start]
    contacts, without = group.repeats.numerator, group.cost.without_rate
    if not group.cost.bands:
        return [[*start, contacts, None, None, None, None, None, without]]
    return [
        [
            *start,
            contacts,
            _money(band.low),
            _money(band.high),
            band.currency,
            _money(year.low),
            _money(year.high),
            without,
        ]
        for band, year in zip(group.cost.bands, group.a_year.bands, strict=True)
    ]


def _listed(line: Listed) -> list[Value]:
    return [
        line.reference,
        line.title,
        line.service_title,
        line.channel.value,
        line.at.isoformat(),
        line.resolved_at.isoformat() if line.resolved_at else None,
        line.verdict,
        line.reason,
        line.excluded,
        line.kind,
        line.cause,
        _WORD[line.late_logged],
        line.same_as,
        line.words,
    ]


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)
