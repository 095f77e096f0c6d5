"""`spoc up`: the whole desk in one process."""

from typing import Annotated

import typer

from spoc.cli.options import Data, Host, Port, read_settings


def up(
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty database with a made-up organisation.")] = False,
) -> None:
    """Start the desk: database, jobs and pages, in one process. Ctrl-C stops all of it."""
    from spoc.cli.running import run

    run(read_settings(data, quiet=False), host, port, demo=demo)
