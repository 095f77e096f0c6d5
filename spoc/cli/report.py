"""`spoc report`: the figures of the reports, for people and programs."""

import typer

app = typer.Typer(help="First contact resolution and what repeat contacts cost.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `spoc report` a group, although it has one command."""
