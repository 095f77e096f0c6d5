"""`spoc catalog simulate` and `replay`: what a service would entail, and what a draft would have changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from routing.phrase import Phrase, counted, marked
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import fault_line, out, print_json, tell, unreadable
from spoc.errors import Misconfigured
from spoc.words import gettext, language, said

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from catalog.service import Catalogue
    from routing.visibility import Actor
    from spoc.intake.desk_facts import DeskFacts
    from spoc.intake.replay import Replay
    from spoc.intake.simulate import Simulation
    from spoc.web.formats import View

Service = Annotated[str, typer.Argument(help=marked("Key of the service."), show_default=False)]
Pack = Annotated[
    Path | None,
    typer.Option(
        help=marked("A draft: a pack that stands in for its own parts, or a folder of packs."), show_default=False
    ),
]


@dataclass(frozen=True)
class Ground:
    """What both commands stand on: the desk with the draft, if one is given, and how the organisation writes dates."""

    session: "Session"
    desk: "DeskFacts"
    draft: "Catalogue"
    now: "datetime"
    view: "View"


@contextmanager
def _ground(data: Path | None, pack: Path | None) -> Iterator[Ground]:
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.intake.desk_facts import read_desk_facts
    from spoc.people.directory import organisation_of
    from spoc.web.formats import View

    now = clock.now()
    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        desk = read_desk_facts(session)
        organisation = organisation_of(session)
        view = View(language(), organisation.time_zone, now, organisation.currency)
        yield Ground(session, desk, _draft(desk.catalogue, pack), now, view)


def _draft(base: "Catalogue", pack: Path | None) -> "Catalogue":
    from catalog.document import read_packs
    from catalog.draft import drafted

    if pack is None:
        return base
    try:
        return read_packs(pack) if pack.is_dir() else drafted(base, pack.name, pack.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(pack, error) from error


def simulate(
    service: Service,
    answers: Annotated[
        Path | None,
        typer.Option(
            help=marked("File with the answers, as JSON or YAML; without it, the example."), show_default=False
        ),
    ] = None,
    pack: Pack = None,
    requester: Annotated[
        str | None,
        typer.Option(
            help=marked("Mail address of who asks."), show_default=marked("the first person in the directory")
        ),
    ] = None,
    on: Annotated[
        str, typer.Option(help=marked("Day of the request, as 2026-09-01."), show_default=marked("today"))
    ] = "",
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    from catalog.examples import example_here
    from spoc.intake import simulate as trying
    from spoc.web.trying.documents import simulation_json

    with _ground(data, pack) as ground:
        desk = trying.under(ground.desk, ground.draft)
        wanted = desk.catalogue.service(service)
        mail = requester or trying.first_person(ground.session)
        at = trying.asked_at(on, desk, ground.now)
        today = at.astimezone(desk.zone).date()
        given = _answers(answers) if answers else example_here(wanted, today, mail, desk.locations)
        found = trying.simulate(ground.session, wanted, given, mail, desk, at)
        if as_json:
            print_json(simulation_json(found, ground.view))
        else:
            _show(found, ground.view)


def _answers(file: Path) -> dict[str, Any]:
    """Raises:
    Misconfigured: the file cannot be read, or holds no map of answers.
    """
    from catalog.yaml_text import read_yaml

    try:
        reading = read_yaml(file.name, file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file, error) from error
    if reading.faults or not isinstance(reading.value, dict):
        why = "; ".join(map(fault_line, reading.faults)) or Phrase("it must be a map from questions to answers")
        raise Misconfigured(marked("%(file)s holds no answers: %(why)s."), file=file, why=why)
    return reading.value


def _show(found: "Simulation", view: "View") -> None:
    from spoc.web.trying.rows import dry_run

    run = dry_run(found, view)
    tell(run.title)
    asked = {"requester": run.requester, "day": view.day(found.at)}
    tell(Phrase("Asked by %(requester)s on %(day)s.", asked))
    heads = (gettext("task"), gettext("with"), gettext("opens"), gettext("due"))
    table = Table(*heads, gettext("to spare"), gettext("waits for"))
    for task in run.tasks:
        party = task.party if task.members is None else f"{task.party} ({task.members})"
        opens = view.moment(task.opens_at) if task.opens_at else ""
        spare = "" if task.spare_days is None else str(task.spare_days)
        mark = "* " if task.critical else "? " if task.depends_on else ""
        table.add_row(f"{mark}{task.title}", party, opens, view.moment(task.due_at), spare, task.waits_for)
    out.print(table)
    tell(f"* {run.sentence}")
    if any(task.depends_on for task in run.tasks):
        tell(Phrase("? Answers that are still to come decide whether it is needed."))
    for title, text in run.gaps:
        tell(Phrase("Gap: %(title)s. %(text)s", {"title": title, "text": text}))
    if not run.gaps:
        tell(Phrase("No gaps."))


def replay(
    service: Service,
    last: Annotated[int, typer.Option(min=1, max=200, help=marked("How many of the latest requests."))] = 50,
    pack: Pack = None,
    reader: Annotated[
        str | None,
        typer.Option(
            "--as",
            help=marked("Mail address of whose rights to use; without it, confidential requests are left out."),
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    from spoc.intake.replay import replay as replayed
    from spoc.web.trying.documents import replay_json

    with _ground(data, pack) as ground:
        actor = _actor(ground, reader)
        found = replayed(ground.session, service, ground.draft, actor, ground.desk, last)
    if as_json:
        print_json(replay_json(found))
    else:
        _show_replay(found)


def _actor(ground: Ground, reader: str | None) -> "Actor":
    """Whose rights hold: without a name those of the desk, which reads all that is not confidential."""
    from routing.visibility import Actor
    from routing.work import DESK
    from spoc.people.directory import actor_of, person_by_mail

    if reader is not None:
        return actor_of(ground.session, person_by_mail(ground.session, reader).id)
    return Actor(0, "", queues=frozenset({DESK}))


def _show_replay(found: "Replay") -> None:
    from spoc.web.trying.words import difference_sentence, end_sentence, summary

    count = said(counted("%(number)s request.", "%(number)s requests.", len(found.asks)))
    tell(" ".join((count, *summary(found))))
    for one in found.asks:
        if not one.comparison.is_same:
            told = [end_sentence(one.comparison.end_days), *map(difference_sentence, one.comparison.differences)]
            tell(f"{one.reference}: {' '.join(filter(None, told))}")
