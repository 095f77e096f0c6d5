"""`spoc report`: the figures of the reports, for people and programs."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from routing.phrase import Phrase, marked
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import out, print_json, tell
from spoc.reports.question import OPENINGS_BY, read_question, usual_question
from spoc.words import gettext, said

if TYPE_CHECKING:
    from spoc.reports.fcr import FcrReport
    from spoc.reports.groups import Group
    from spoc.reports.headline import Headline

app = typer.Typer(help=marked("First contact resolution and what repeat contacts cost."), no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `spoc report` a group, although it has one command."""


@app.command(
    help=marked(
        "First contact resolution of a period: what one call was enough for. Confidential matters are left out."
    )
)
def fcr(
    data: Data = None,
    start: Annotated[
        str | None, typer.Option("--from", help=marked("First day, as 2026-07-01."), show_default=False)
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help=marked("Last day, included."), show_default=False)] = None,
    by: Annotated[str, typer.Option(help=marked("What a row stands for."), metavar="|".join(OPENINGS_BY))] = "week",
    *,
    as_json: AsJson = False,
) -> None:
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.reports.document import to_json
    from spoc.reports.fcr import report
    from spoc.reports.yardsticks import read_yardsticks

    now = clock.now()
    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        usual = usual_question(None, read_yardsticks(session).zone, now)
        given = {"from": start, "to": end, "by": by}
        question = read_question([(name, value) for name, value in given.items() if value is not None], usual)
        found = report(session, question, now)
    if as_json:
        print_json(to_json(found))
    else:
        _show(found)


def _show(found: "FcrReport") -> None:
    from spoc.reports.fcr import everything

    question = found.question
    table = Table(question.by.value, gettext("net"), gettext("gross"), gettext("openings"), title_justify="left")
    days = {"first": question.start_on, "last": question.end_on}
    table.title = said(Phrase("First contact resolution, %(first)s to %(last)s", days))
    for group in found.groups:
        _add_row(table, group)
    table.add_section()
    _add_row(table, everything(found))
    out.print(table)
    if not found.closed:
        tell(Phrase("The period is not closed yet: figures may still rise or fall."))


def _add_row(table: Table, group: "Group") -> None:
    from spoc.reports.headline import headline

    if group.hidden:
        table.add_row(group.title, gettext("too few to show"), "", "")
        return
    net, gross = (in_words(headline(tally, closed=group.closed)) for tally in (group.net, group.gross))
    table.add_row(group.title, net, gross, str(group.gross.total))


def in_words(found: "Headline") -> str:
    """“71.4 % (30/42)”, “66.7 % to 71.4 % (28 to 30/42)” while open; the fraction alone where there are too few."""
    low, high = found.low, found.high
    if found.closed or not low.denominator:
        fraction = f"{low.numerator}/{low.denominator}"
        return fraction if found.rate is None else f"{float(found.rate):.1%} ({fraction})"
    counts = _span(low.numerator, f"{high.numerator}/{low.denominator}")
    if found.span is None:
        return counts
    return f"{_span(f'{float(found.span[0]):.1%}', f'{float(found.span[1]):.1%}')} ({counts})"


def _span(low: object, high: object) -> str:
    return said(Phrase("%(low)s to %(high)s", {"low": low, "high": high}))
