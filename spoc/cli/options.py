"""What several commands have in common: their options, and the settings that follow from them."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.phrase import marked
from spoc.errors import Misconfigured

if TYPE_CHECKING:
    from spoc.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help=marked(
            "Data folder of the embedded database (also SPOC_DATA; default ./.spoc); or set SPOC_DATABASE_URL."
        ),
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=marked("Print JSON, for programs."))]
Host = Annotated[str, typer.Option(help=marked("Address to listen on."))]
Port = Annotated[int, typer.Option(min=1, max=65535, help=marked("Port to listen on."))]


def read_settings(data: Path | None = None, *, quiet: bool = True, **given: Any) -> "Settings":
    """The settings of the environment, with what the command line gives in their place; sets up the log.

    A `quiet` command says itself what it did: of the log only warnings are shown.

    Raises:
        Misconfigured: a value cannot be used, or a folder and an address of a database are both given.
    """
    from pydantic import ValidationError

    from spoc import log
    from spoc.settings import Settings
    from spoc.web.plain import sentence

    try:
        settings = Settings(**given)
    except ValidationError as error:
        fault = error.errors()[0]
        name = "_".join(("SPOC", *(str(part) for part in fault["loc"]))).upper()
        why = sentence(fault["type"], fault.get("ctx", {}))
        raise Misconfigured(marked("%(name)s cannot be used. %(why)s"), name=name, why=why) from error
    if data is not None:
        if not settings.embedded:
            raise Misconfigured(marked("Both --data and SPOC_DATABASE_URL name a database: give one of them."))
        settings = settings.model_copy(update={"data": data.expanduser()})
    level = max(settings.log_level, "WARNING", key=logging.getLevelName) if quiet else settings.log_level
    log.configure(level=level, as_json=settings.log_format == "json")
    return settings
