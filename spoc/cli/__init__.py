"""The command line: `spoc --help`. One module for each group of commands; here they are put together.

The modules of commands load at their top only what help and options need. Database, web and jobs take seconds to
load, so a command loads them when it runs.
"""

import os
import sys
from typing import Any

import typer
from rich.console import Console
from typer.main import get_command

from catalog.errors import CatalogueError
from routing.errors import RoutingError
from routing.phrase import marked
from spoc.cli import catalogue, migrate, people, register, report, serve, trying, up, version
from spoc.cli.say import error_text, speak_as_set
from spoc.errors import SpocError
from spoc.words import gettext

app = typer.Typer(
    help=marked(
        "A service desk's single point of contact: say it once, every department moves, one ticket keeps it all."
    ),
    epilog=marked("Start here: spoc up --demo"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

RUN, SET_UP, ASK = marked("Run the desk"), marked("Set it up"), marked("Ask it")

app.command(
    "up",
    rich_help_panel=RUN,
    help=marked("Start the desk: database, jobs and pages, in one process. Ctrl-C stops all of it."),
)(up.up)
app.command(
    "web",
    rich_help_panel=RUN,
    help=marked("Serve the pages and the API. Jobs wait for `spoc dispatcher` and `spoc worker`."),
)(serve.web)
app.command(
    "worker",
    rich_help_panel=RUN,
    help=marked("Do jobs that come over the broker; needs SPOC_DATABASE_URL and SPOC_BROKER_URL."),
)(serve.worker)
app.command(
    "dispatcher",
    rich_help_panel=RUN,
    help=marked("Carry due jobs from the database to the broker; any number may run."),
)(serve.dispatcher)
app.command(
    "migrate",
    rich_help_panel=SET_UP,
    help=marked(
        "Bring the database to the version of this program; an empty one gets the catalogue that ships.\n\n"
        "Running it again changes nothing, and any number may run at once."
    ),
)(migrate.migrate)
app.add_typer(catalogue.app, name="catalog", rich_help_panel=SET_UP)
catalogue.app.command(
    "simulate",
    help=marked("Show what would happen: tasks, dates, queues, the critical path and every gap. Nothing is written."),
)(trying.simulate)
catalogue.app.command(
    "replay",
    help=marked(
        "Show what would have been different with the latest real requests under the draft, or under what is in force."
    ),
)(trying.replay)
app.add_typer(people.users, name="user", rich_help_panel=SET_UP)
app.add_typer(people.tokens, name="token", rich_help_panel=SET_UP)
app.add_typer(register.app, name="register", rich_help_panel=SET_UP)
app.add_typer(report.app, name="report", rich_help_panel=ASK)
app.command("version", rich_help_panel=ASK, help=marked("Print the version of this program."))(version.version)


def main(arguments: list[str] | None = None) -> Any:
    """Run one command. What is the case and a person can mend is one sentence on standard error, and exit code 1."""
    speak_as_set(os.environ)
    command = get_command(app)
    translate(command)
    try:
        return command.main(arguments, prog_name="spoc")
    except (SpocError, CatalogueError, RoutingError) as error:
        Console(stderr=True, highlight=False).print(error_text(error), markup=False, soft_wrap=True)
        sys.exit(1)


def translate(command: Any) -> None:
    """Put the help of the command, of its options and of all commands below into the reader's language.

    The texts are fixed when the modules are loaded, which is before anybody knows who reads them.
    """
    for part in (command, *command.params):
        for name in ("help", "epilog", "rich_help_panel", "show_default"):
            if isinstance(text := getattr(part, name, None), str):
                setattr(part, name, gettext(text))
    for below in getattr(command, "commands", {}).values():
        translate(below)
