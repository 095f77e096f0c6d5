"""`spoc register`: fill what there is and who holds it from a file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from routing.phrase import Phrase, marked
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import print_json, print_plain, tell, unreadable
from spoc.words import gettext, said

app = typer.Typer(help=marked("What there is of laptops, keys and the like, and who has it."), no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep the name of the one command there is."""


@app.command(
    "import",
    help=marked(
        "Take a file into the register, all lines or none, and print what changed; exit code 1 with the faults by line."
    ),
)
def import_file(
    file: Annotated[Path, typer.Argument(help=marked("CSV in UTF-8; its first line names the columns."))],
    data: Data = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=marked("Only show what would change."))] = False,
    as_json: AsJson = False,
) -> None:
    import spoc.db.tables  # noqa: F401 - pieces refer to tasks and people, whose tables nothing else here loads
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.intake.catalogue import current
    from spoc.register.importing import apply, preview

    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file, error) from error
    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        kinds = {kind.key: kind for kind in current(session)[1].items}
        found = preview(session, None, kinds, text, clock.now())
        if not found.faults and not dry_run:
            found = apply(session, None, kinds, text, clock.now())
    faults = [{"where": one.field, "message": said(one)} for one in found.faults]
    if as_json:
        print_json({"changes": [vars(change) for change in found.changes], "faults": faults})
    else:
        for one in found.faults:
            print_plain(f"{file}: {one.field}: {said(one)}")
        for change in () if found.faults else found.changes:
            name = f"{change.kind} {change.tag}".strip()
            what = change.attribute or gettext("new")
            print_plain(f"{name}: {what}: {change.before or '–'} → {change.after or '–'}")
        if not found.faults:
            made = marked("Changes made: %(changes)s, from %(lines)s lines.")
            would = marked("Changes that would be made: %(changes)s, from %(lines)s lines.")
            tell(Phrase(would if dry_run else made, {"changes": len(found.changes), "lines": found.lines}))
    if found.faults:
        sys.exit(1)
