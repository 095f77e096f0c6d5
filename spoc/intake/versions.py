"""The versions of the catalogue that were published: when, by whom, why, and what each changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.compare import Change, compare
from spoc.db.catalog import CatalogueVersionRow
from spoc.db.people import PersonRow
from spoc.errors import NotFound
from spoc.intake.catalogue import at_version

PAGE = 20


@dataclass(frozen=True)
class Version:
    """`by` is None where the command line published it; `before` is the version before it, None for the first.

    `overruled` says why it was published although tests of its packs failed.
    """

    number: int
    at: datetime
    by: str | None
    comment: str
    overruled: str
    before: int | None


_BEFORE = func.lag(CatalogueVersionRow.id).over(order_by=CatalogueVersionRow.id)
_VERSIONS = (
    select(
        CatalogueVersionRow.id,
        CatalogueVersionRow.published_at,
        PersonRow.name,
        CatalogueVersionRow.comment,
        CatalogueVersionRow.overruled,
        _BEFORE.label("before"),
    )
    .outerjoin(PersonRow, PersonRow.id == CatalogueVersionRow.published_by_id)
    .subquery()
)


def list_versions(session: Session, below: int | None = None, most: int = PAGE) -> tuple[Version, ...]:
    """The newest first; with `below`, only those before that one."""
    wanted = select(_VERSIONS).order_by(_VERSIONS.c.id.desc()).limit(most)
    rows = session.execute(wanted if below is None else wanted.where(_VERSIONS.c.id < below))
    return tuple(Version(*row) for row in rows)


def one_version(session: Session, number: int) -> Version:
    """Raises:
    NotFound: there is none of this number.
    """
    row = session.execute(select(_VERSIONS).where(_VERSIONS.c.id == number)).one_or_none()
    if row is None:
        raise NotFound
    return Version(*row)


def changes(session: Session, before: int | None, after: int) -> tuple[Change, ...]:
    """What changed from one version to another; nothing where there is no other."""
    if before is None:
        return ()
    return compare(at_version(session, before), at_version(session, after))
