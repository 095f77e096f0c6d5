"""What several commands have in common: their options, and the settings that follow from them."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spoc.errors import Misconfigured

if TYPE_CHECKING:
    from spoc.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Data folder of the embedded database (also SPOC_DATA; default ./.spoc); or set SPOC_DATABASE_URL.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def read_settings(data: Path | None = None, *, quiet: bool = True, **given: Any) -> "Settings":
    """The settings of the environment, with what the command line gives in their place; sets up the log.

    A `quiet` command says itself what it did: of the log only warnings are shown.

    Raises:
        Misconfigured: a value cannot be used, or a folder and an address of a database are both given.
    """
    from pydantic import ValidationError

    from spoc import log
    from spoc.settings import Settings

    try:
        settings = Settings(**given)
    except ValidationError as error:
        fault = error.errors()[0]
        name = "_".join(("SPOC", *(str(part) for part in fault["loc"]))).upper()
        raise Misconfigured(f"{name} cannot be used: {fault['msg']}.") from error
    if data is not None:
        if not settings.embedded:
            raise Misconfigured("Both --data and SPOC_DATABASE_URL name a database: give one of them.")
        settings = settings.model_copy(update={"data": data})
    level = max(settings.log_level, "WARNING", key=logging.getLevelName) if quiet else settings.log_level
    log.configure(level=level, as_json=settings.log_format == "json")
    return settings
