"""The command line: `spoc --help`. One module for each group of commands; here they are put together.

The modules of commands load at their top only what help and options need. Database, web and jobs take seconds to
load, so a command loads them when it runs.
"""

import sys
from typing import Any

import typer
from rich.console import Console

from catalog.errors import CatalogueError
from routing.errors import RoutingError
from spoc.cli import catalogue, migrate, people, report, serve, up, version
from spoc.errors import SpocError

app = typer.Typer(
    help="A service desk's single point of contact: say it once, every department moves, one ticket keeps it all.",
    epilog="Start here: spoc up --demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

RUN, SET_UP, ASK = "Run the desk", "Set it up", "Ask it"

app.command("up", rich_help_panel=RUN)(up.up)
app.command("web", rich_help_panel=RUN)(serve.web)
app.command("worker", rich_help_panel=RUN)(serve.worker)
app.command("dispatcher", rich_help_panel=RUN)(serve.dispatcher)
app.command("migrate", rich_help_panel=SET_UP)(migrate.migrate)
app.add_typer(catalogue.app, name="catalog", rich_help_panel=SET_UP)
app.add_typer(people.users, name="user", rich_help_panel=SET_UP)
app.add_typer(people.tokens, name="token", rich_help_panel=SET_UP)
app.add_typer(report.app, name="report", rich_help_panel=ASK)
app.command("version", rich_help_panel=ASK)(version.version)


def main(arguments: list[str] | None = None) -> Any:
    """Run one command. What is the case and a person can mend is one sentence on standard error, and exit code 1."""
    try:
        return app(arguments, prog_name="spoc")
    except (SpocError, CatalogueError, RoutingError) as error:
        Console(stderr=True, highlight=False).print(str(error), markup=False, soft_wrap=True)
        sys.exit(1)
