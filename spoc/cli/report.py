"""`spoc report`: the figures of the reports, for people and programs."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import out, print_json, tell
from spoc.reports.question import OPENINGS_BY, read_question, usual_question

if TYPE_CHECKING:
    from spoc.reports.fcr import FcrReport
    from spoc.reports.groups import Group
    from spoc.reports.headline import Headline

app = typer.Typer(help="First contact resolution and what repeat contacts cost.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `spoc report` a group, although it has one command."""


@app.command()
def fcr(
    data: Data = None,
    start: Annotated[str | None, typer.Option("--from", help="First day, as 2026-07-01.", show_default=False)] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, included.", show_default=False)] = None,
    by: Annotated[str, typer.Option(help=f"One of {', '.join(OPENINGS_BY)}.")] = "week",
    *,
    as_json: AsJson = False,
) -> None:
    """First contact resolution of a period: what one call was enough for. Confidential matters are left out."""
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
    table = Table(question.by.value, "net", "gross", "openings", title_justify="left")
    table.title = f"First contact resolution, {question.start_on} to {question.end_on}"
    for group in found.groups:
        _add_row(table, group)
    table.add_section()
    _add_row(table, everything(found))
    out.print(table)
    if not found.closed:
        tell("The period is not closed yet: figures may still rise or fall.")


def _add_row(table: Table, group: "Group") -> None:
    from spoc.reports.headline import headline

    if group.hidden:
        table.add_row(group.title, "too few to show", "", "")
        return
    net, gross = (in_words(headline(tally, closed=group.closed)) for tally in (group.net, group.gross))
    table.add_row(group.title, net, gross, str(group.gross.total))


def in_words(said: "Headline") -> str:
    """“71.4 % (30/42)”, “66.7 % to 71.4 % (28 to 30/42)” while open; the fraction alone where there are too few."""
    low, high = said.low, said.high
    if said.closed or not low.denominator:
        fraction = f"{low.numerator}/{low.denominator}"
        return fraction if said.rate is None else f"{float(said.rate):.1%} ({fraction})"
    fraction = f"{low.numerator} to {high.numerator}/{low.denominator}"
    if said.span is None:
        return fraction
    return f"{float(said.span[0]):.1%} to {float(said.span[1]):.1%} ({fraction})"
