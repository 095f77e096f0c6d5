"""`spoc catalog`: look for faults in packs, show what may be asked for, publish a new version."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from catalog.errors import InvalidCatalogue
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import out, print_json, print_plain, tell
from spoc.errors import Misconfigured

if TYPE_CHECKING:
    from catalog.service import Catalogue, Service

app = typer.Typer(help="What may be asked for, and the work it entails.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Argument(help="Folder with packs (*.yaml); without it, the packs that ship.", show_default=False)
]


@app.command()
def lint(folder: Folder = None, *, as_json: AsJson = False) -> None:
    """Name every fault in the packs of a folder, by file and line. Exit code 1 if there is any."""
    try:
        found = _read(folder)
    except InvalidCatalogue as error:
        if as_json:
            print_json(
                [
                    {"file": one.file, "line": one.line, "where": one.where, "reason": one.reason, "advice": one.advice}
                    for one in error.faults
                ]
            )
        else:
            for fault in error.faults:
                print_plain(str(fault))
        raise typer.Exit(1) from None
    if as_json:
        print_json([])
    else:
        tell(f"No fault in {len(found.services)} services.")


@app.command()
def show(
    service: Annotated[str | None, typer.Argument(help="Key of one service.", show_default=False)] = None,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the services of the catalogue in force, or the steps of one."""
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.intake import catalogue as versions

    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        version, found = versions.current(session)
    if service is not None:
        _show_one(found.service(service), as_json=as_json)
        return
    if as_json:
        print_json({"version": version} | found.model_dump(mode="json"))
        return
    table = Table("service", "title", "need", "steps", title=f"Catalogue, version {version}", title_justify="left")
    for one in found.services:
        table.add_row(one.key, one.title, one.need, str(len(one.steps)))
    out.print(table)


def _show_one(service: "Service", *, as_json: bool) -> None:
    if as_json:
        print_json(service.model_dump(mode="json"))
        return
    table = Table("step", "with", "waits for", "due", title=service.title, title_justify="left")
    for step in service.steps:
        table.add_row(step.title, step.queue or str(step.person), ", ".join(step.needs), str(step.due or ""))
    out.print(table)


@app.command()
def publish(
    folder: Folder = None,
    data: Data = None,
    by: Annotated[str | None, typer.Option(help="Mail address of who publishes it.", show_default=False)] = None,
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Put the packs of a folder in force as a new version. Tickets keep the version they were opened under."""
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.intake import catalogue as versions
    from spoc.people.directory import person_by_mail

    found = _read(folder)
    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        by_id = person_by_mail(session, by).id if by else None
        version = versions.publish(session, found, by_id, comment, clock.now())
    if as_json:
        print_json({"version": version, "services": len(found.services)})
    else:
        tell(f"Version {version} with {len(found.services)} services is in force.")


def _read(folder: Path | None) -> "Catalogue":
    from catalog.document import read_packs, shipped

    if folder is None:
        return shipped()
    try:
        return read_packs(folder)
    except OSError as error:
        raise Misconfigured(f"The folder {folder} cannot be read: {error.strerror}.") from error
