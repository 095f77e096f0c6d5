"""The texts from which a version of the catalogue was made."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.dump import as_sources
from catalog.sources import Sources
from spoc.db.catalog import CatalogueVersionRow
from spoc.intake.catalogue import at_version


@dataclass(frozen=True)
class Kept:
    """`written` says that the texts were not kept and are written from the document: no comments, files by service."""

    files: Sources
    written: bool


def sources_at(session: Session, version: int) -> Kept:
    """The packs of that version, in the order of their names.

    Raises:
        LookupError: there is no such version.
    """
    kept = session.scalar(select(CatalogueVersionRow.sources).where(CatalogueVersionRow.id == version))
    if kept is None:
        return Kept(as_sources(at_version(session, version)), written=True)
    return Kept(dict(sorted(kept.items())), written=False)
