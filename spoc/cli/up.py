"""`spoc up`: the whole desk in one process."""

from typing import Annotated

import typer

from routing.phrase import marked
from spoc.cli.options import Data, Host, Port, read_settings


def up(
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help=marked("Fill an empty database with a made-up organisation."))
    ] = False,
) -> None:
    from spoc.cli.running import run

    run(read_settings(data, quiet=False), host, port, demo=demo)
