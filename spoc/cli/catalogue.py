"""`spoc catalog`: show what may be asked for, publish a new version; what its other modules offer is put in here."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from routing.phrase import Phrase, counted, marked
from spoc.cli import comparing, packs
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import out, print_json, tell
from spoc.errors import Misconfigured
from spoc.words import gettext, said

if TYPE_CHECKING:
    from catalog.service import Catalogue, Service
    from catalog.sources import Sources

app = typer.Typer(help=marked("What may be asked for, and the work it entails."), no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Argument(help=marked("Folder with packs (*.yaml); without it, the packs that ship."), show_default=False),
]


app.command(
    help=marked(
        "Name every fault, by file and line, with advice. Exit code 1 if there is any.\n\n"
        "A folder is looked at as a whole catalogue. Single files stand in the one that is published (the one that"
        " ships, where there is no desk): what they do not bring themselves, such as queues, is taken from there."
    )
)(packs.lint)
app.command(
    "test",
    help=marked(
        "Run the tests that packs carry: their answers, and the plan these are to make. Exit code 1 if any fails."
    ),
)(packs.run_tests)
app.command(help=marked("Print the JSON Schema of a pack, for editors that complete and check as one types."))(
    packs.schema
)
app.command(
    help=marked(
        "Tell in words what changes between two versions, or between the catalogue in force and a folder.\n\n"
        "`spoc catalog diff FOLDER` tells what publishing the folder would change; `spoc catalog diff 3`, what has"
        " changed since version 3; `spoc catalog diff`, what the newest version changed."
    )
)(comparing.diff)
app.command(
    help=marked(
        "Show what several teams are asked for, which questions are asked twice, and which teams wait for which."
    )
)(comparing.overlaps)


@app.command(help=marked("List the services of the catalogue in force, or the steps of one."))
def show(
    service: Annotated[str | None, typer.Argument(help=marked("Key of one service."), show_default=False)] = None,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
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
    title = said(Phrase("Catalogue, version %(version)s", {"version": version}))
    heads = (gettext("service"), gettext("title"), gettext("need"), gettext("steps"))
    table = Table(*heads, title=title, title_justify="left")
    for one in found.services:
        table.add_row(one.key, one.title, one.need, str(len(one.steps)))
    out.print(table)


def _show_one(service: "Service", *, as_json: bool) -> None:
    from spoc.desk.ticket_rows import APPROVERS

    if as_json:
        print_json(service.model_dump(mode="json"))
        return
    heads = (gettext("step"), gettext("with"), gettext("waits for"), gettext("due"))
    table = Table(*heads, title=service.title, title_justify="left")
    for step in service.steps:
        party = step.queue or (str(step.person) if step.person else gettext(APPROVERS))
        table.add_row(step.title, party, ", ".join(step.needs), str(step.due or ""))
    out.print(table)


@app.command(
    help=marked("Put the packs of a folder in force as a new version. Tickets keep the version they were opened under.")
)
def publish(
    folder: Folder = None,
    data: Data = None,
    by: Annotated[
        str | None, typer.Option(help=marked("Mail address of who publishes it."), show_default=False)
    ] = None,
    comment: Annotated[str, typer.Option(help=marked("Why."))] = "",
    onto: Annotated[
        int | None,
        typer.Option(
            metavar="VERSION",
            help=marked("Publish only if this version is still in force, as `spoc catalog pull` said."),
            show_default=False,
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.intake import catalogue as versions
    from spoc.intake.cycles.rules import unknown_requesters
    from spoc.people.directory import person_by_mail

    found, sources = _read(folder)
    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        by_id = person_by_mail(session, by).id if by else None
        if onto is not None:
            versions.take_turns(session)
            _check_ground(onto, versions.newest_version(session))
        before = versions.in_force_or_empty(session)
        version = versions.publish(session, found, by_id, comment, clock.now(), sources)
        unknown = unknown_requesters(session, found, before)
    if as_json:
        print_json({"version": version, "services": len(found.services), "unknown_requesters": list(unknown)})
    else:
        tell(
            counted(
                "Version %(version)s with %(number)s service is in force.",
                "Version %(version)s with %(number)s services is in force.",
                len(found.services),
                version=version,
            )
        )
        if unknown:
            tell(
                Phrase(
                    "Schedules name people whom the directory does not know: %(mails)s.", {"mails": ", ".join(unknown)}
                )
            )


def _check_ground(onto: int, in_force: int) -> None:
    """Raises:
    Misconfigured: somebody has published since; what they changed would be lost.
    """
    if onto > in_force:
        raise Misconfigured(marked("There is no version %(name)s of the catalogue."), name=onto)
    if onto != in_force:
        raise Misconfigured(
            marked(
                "Version %(in_force)s is in force, and these packs came from version %(onto)s. `spoc catalog diff"
                " %(onto)s` tells what has changed since; pull again, put both together, then publish."
            ),
            in_force=in_force,
            onto=onto,
        )


@app.command(
    help=marked(
        "Write the packs of the catalogue in force into a folder, as they were published.\n\n"
        "Packs in the folder that the catalogue does not have, and packs that say something else, are left alone and"
        " refused, unless --force: then the folder holds the packs of that version and no other."
    )
)
def pull(
    folder: Annotated[Path, typer.Argument(help=marked("Where to write the packs; it is made where it is missing."))],
    data: Data = None,
    *,
    force: Annotated[bool, typer.Option("--force", help=marked("Replace files that say something else."))] = False,
    as_json: AsJson = False,
) -> None:
    from spoc.cli.database import opened
    from spoc.cli.folders import write_packs
    from spoc.db.session import transaction
    from spoc.intake.catalogue import newest_version
    from spoc.intake.sources import sources_at

    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        version = newest_version(session)
        kept = sources_at(session, version)
    write_packs(folder, kept.files, force=force)
    if as_json:
        print_json({"version": version, "files": list(kept.files), "written": kept.written})
        return
    tell(
        counted(
            "Version %(version)s in %(number)s file. Publish it with `--onto %(version)s`, so that nothing is lost.",
            "Version %(version)s in %(number)s files. Publish them with `--onto %(version)s`, so that nothing is lost.",
            len(kept.files),
            version=version,
        )
    )
    if kept.written:
        tell(
            Phrase(
                "The files of this version were not kept; these are written from what is in force, without comments."
            )
        )


def _read(folder: Path | None) -> "tuple[Catalogue, Sources]":
    """Raises:
    InvalidCatalogue: it has faults, or does not do what its own tests expect.
    """
    from catalog.document import in_folder, read_packs, shipped
    from catalog.errors import InvalidCatalogue
    from catalog.looked_at import try_out
    from catalog.sources import shipped_sources, sources_in

    if folder is None:
        return shipped(), shipped_sources()
    with packs.readable([folder]):
        found = read_packs(folder)
        outcomes = try_out(in_folder(folder))
        sources = sources_in(folder)
    if failed := [fault for outcome in outcomes for fault in outcome.faults]:
        raise InvalidCatalogue(failed)
    return found, sources
