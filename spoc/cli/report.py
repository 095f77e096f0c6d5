"""`spoc report`: the figures of the reports, for people and programs."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from routing.phrase import Phrase, marked
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import out, print_json, tell
from spoc.reports.question import OPENINGS_BY, read_question, usual_question
from spoc.words import gettext, language

if TYPE_CHECKING:
    from spoc.reports.fcr import FcrReport
    from spoc.reports.groups import Group
    from spoc.reports.measures import Tally
    from spoc.web.formats import View
    from spoc.web.reports.words import Titles

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
    from spoc.people.directory import organisation_of
    from spoc.reports.choices import read_choices
    from spoc.reports.document import to_json
    from spoc.reports.fcr import report
    from spoc.reports.yardsticks import read_yardsticks
    from spoc.web.formats import View
    from spoc.web.reports.words import Titles

    now = clock.now()
    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        usual = usual_question(None, read_yardsticks(session).zone, now)
        given = {"from": start, "to": end, "by": by}
        question = read_question([(name, value) for name, value in given.items() if value is not None], usual)
        found = report(session, question, now)
        organisation = organisation_of(session)
        queues = dict(read_choices(session, question).queues)
    if as_json:
        print_json(to_json(found))
    else:
        _show(found, Titles(View(language(), organisation.time_zone, now, organisation.currency), queues))


def _show(found: "FcrReport", titles: "Titles") -> None:
    from spoc.reports.fcr import everything
    from spoc.web.reports.words import BYS

    question = found.question
    table = Table(gettext(BYS[question.by]).lower(), gettext("net"), gettext("gross"), gettext("openings"))
    days = {"first": question.start_on, "last": question.end_on}
    tell(Phrase("First contact resolution, %(first)s to %(last)s", days))
    for group in found.groups:
        _add_row(table, titles.of(question.by, group.key, group.title), group, titles.view)
    table.add_section()
    _add_row(table, gettext("All"), everything(found), titles.view)
    out.print(table)
    if not found.closed:
        tell(Phrase("The period is not closed yet: figures may still rise or fall."))


def _add_row(table: Table, title: str, group: "Group", view: "View") -> None:
    if group.hidden:
        table.add_row(title, gettext("too few to show"), "", "")
        return
    net, gross = (in_words(view, tally, closed=group.closed) for tally in (group.net, group.gross))
    table.add_row(title, net, gross, view.number(group.gross.total))


def in_words(view: "View", tally: "Tally", *, closed: bool) -> str:
    """“71.4 % (30 of 42)”, “66.7 to 71.4 % (28 to 30 of 42)” while open; the fraction alone where there are too few."""
    from spoc.reports.headline import headline
    from spoc.web.reports.words import fraction, fraction_span, shown_tally

    found, shown = headline(tally, closed=closed), shown_tally(view, tally, closed=closed)
    settled = found.figure is not None or found.low.numerator == found.high.numerator
    counts = fraction(view, found.low) if settled else fraction_span(view, found)
    return f"{shown} ({counts})" if "%" in shown else shown
