"""What changes in the catalogue from version to version, and what teams do twice, as its owners read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.compare import Change
from catalog.overlaps import Overlaps, Waiting, overlaps
from catalog.service import Catalogue
from spoc.errors import NotFound
from spoc.intake.catalogue import at_version, current, newest_version
from spoc.intake.sources import sources_at
from spoc.intake.versions import PAGE, Version, changes, list_versions, one_version
from spoc.web.catalogue_changes import sentence
from spoc.web.catalogue_words import KINDS
from spoc.web.deps import Database, require
from spoc.web.pages import render
from spoc.web.permissions import Permission
from spoc.words import gettext, said

router = APIRouter(dependencies=[require(Permission.OWNER)])
MOST_VERSIONS = 2**31 - 1
OTHERS = 50
"""How many other versions one can choose to compare with; any is reached by its address."""


@dataclass(frozen=True)
class Line:
    version: Version
    number_of_changes: int


@dataclass(frozen=True)
class About:
    """Sentences about one service; `key` is empty for what all share, or where the service is gone."""

    title: str
    key: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One queue of the matrix, and in the order of the columns whom it waits for; None where it waits for nothing."""

    place: int
    queue: str
    cells: tuple[Waiting | None, ...]


@router.get("/catalogue/versions")
def versions(
    http: Request, session: Database, below: Annotated[int, Query(ge=1, le=MOST_VERSIONS)] = MOST_VERSIONS
) -> Response:
    """What was published, the newest first, with how much each version changed."""
    found = list_versions(session, below)
    lines = [Line(version, len(changes(session, version.before, version.number))) for version in found]
    more = found[-1].number if len(found) == PAGE and found[-1].before is not None else None
    return render(http, "catalogue/versions.html", lines=lines, more=more, is_first=below == MOST_VERSIONS)


@router.get("/catalogue/versions/{number}")
def version(http: Request, session: Database, number: str, against: str = "") -> Response:
    """What one version changes, compared with the one before it or with another."""
    shown = one_version(session, version_number(number))
    other = one_version(session, version_number(against)).number if against else shown.before
    kept = sources_at(session, shown.number)
    found = changes(session, other, shown.number)
    return render(
        http,
        "catalogue/version.html",
        version=shown,
        other=other,
        others=[(one.number, one.number) for one in list_versions(session, most=OTHERS) if one != shown],
        count=len(found),
        about=_about(session, found, other, shown.number),
        kept=kept,
        in_force=shown.number == newest_version(session),
    )


def version_number(text: str) -> int:
    """Raises:
    NotFound: it is no number that a version could have.
    """
    if not (text.isascii() and text.isdigit() and int(text[:11]) <= MOST_VERSIONS):
        raise NotFound
    return int(text[:11])


def _about(session: Session, found: Sequence[Change], other: int | None, number: int) -> list[About]:
    was = at_version(session, other) if other else Catalogue()
    return list(about_changes(found, was, at_version(session, number)))


def about_changes(found: Sequence[Change], before: Catalogue, after: Catalogue) -> Iterator[About]:
    """The changes in words, by service in their order."""
    now = {service.key: service.title for service in after.services}
    was = {service.key: service.title for service in before.services}
    for key, group in groupby(found, key=lambda change: change.service):
        title = now.get(key) or was.get(key, "")
        yield About(title, key if key in now else "", tuple(said(sentence(change)) for change in group))


@router.get("/catalogue/overlaps")
def what_overlaps(http: Request, session: Database) -> Response:
    """Steps that several teams are asked for, questions asked twice, and which team waits for which."""
    _, catalogue = current(session)
    found = overlaps(catalogue)
    titles = dict.fromkeys(queue.department for queue in catalogue.queues)
    columns = [title for title in titles if any(one.other == title for one in found.waiting)]
    rows = _matrix(found, columns)
    heads = [(gettext("Team"), ""), *((title, "right") for title in columns)]
    return render(http, "catalogue/overlaps.html", found=found, heads=heads, rows=rows, kinds=KINDS)


def _matrix(found: Overlaps, columns: list[str]) -> list[Row]:
    cells = {(one.queue, one.other): one for one in found.waiting}
    queues = dict.fromkeys(one.queue for one in found.waiting)
    return [
        Row(place, queue, tuple(cells.get((queue, other)) for other in columns)) for place, queue in enumerate(queues)
    ]
