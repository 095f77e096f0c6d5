"""`spoc report`: the figures of the reports, for people and programs."""

from typing import Annotated

import typer
from rich.table import Table

from spoc import clock
from spoc.cli.database import opened
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import out, print_json, tell
from spoc.db.session import transaction
from spoc.reports.document import to_json
from spoc.reports.fcr import FcrReport, report
from spoc.reports.measures import Figure, Tally
from spoc.reports.question import OPENINGS_BY, read_question, usual_question
from spoc.reports.yardsticks import read_yardsticks

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


def _show(found: FcrReport) -> None:
    question = found.question
    table = Table(question.by.value, "net", "gross", "openings", title_justify="left")
    table.title = f"First contact resolution, {question.start_on} to {question.end_on}"
    for group in found.groups:
        _add_row(table, group.title, None if group.hidden else (group.net, group.gross))
    table.add_section()
    _add_row(table, "all", None if found.hidden else (found.net, found.gross))
    out.print(table)
    if not found.closed:
        tell("The period is not closed yet: figures may still fall.")


def _add_row(table: Table, title: str, tallies: tuple[Tally, Tally] | None) -> None:
    if tallies is None:
        table.add_row(title, "too few to show", "", "")
    else:
        net, gross = tallies
        table.add_row(title, _share(net.figure), _share(gross.figure), str(gross.total))


def _share(figure: Figure) -> str:
    """“71.4 % (30/42)”, and the fraction alone where there are too few for a percentage."""
    fraction = f"{figure.numerator}/{figure.denominator}"
    return fraction if figure.too_few or figure.rate is None else f"{float(figure.rate):.1%} ({fraction})"
