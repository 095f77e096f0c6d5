"""Publishing the catalogue, and reading the version in force or the one an ask was opened under."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from catalog.document import from_json, to_json
from catalog.service import Catalogue, Service
from catalog.sources import Sources
from routing.phrase import marked
from routing.work import DESK
from spoc.db.catalog import CatalogueVersionRow
from spoc.db.people import QueueRow
from spoc.errors import Unavailable

PUBLISHING = 5_807_001  # the advisory lock: two who publish at once take turns, and the second finds it done
MOST_PARSED = 64
_parsed: dict[str, Catalogue] = {}  # by digest: ids of two databases may be the same


class NothingPublished(Unavailable):
    """The database has no catalogue yet."""

    code = "nothing_published"
    template = marked("No catalogue is published yet. Run `spoc catalog publish`.")


def publish(
    session: Session,
    catalogue: Catalogue,
    by_id: int | None,
    comment: str,
    now: datetime,
    sources: Sources | None = None,
    overruled: str = "",
) -> int:
    """Make `catalogue` the version in force; queues are created, named and ordered as it says.

    `sources` are the texts it was read from. Publishing what is in force already, with the same texts or with none,
    makes no version. Gives the version's id.
    """
    take_turns(session)
    _write_queues(session, catalogue)  # also of what is in force: an update may name and order them otherwise
    document = to_json(catalogue)
    digest = hashlib.sha256(document.encode()).hexdigest()
    newest = _in_force(session)
    if newest is not None and newest.digest == digest and (sources is None or dict(sources) == newest.sources):
        return newest.id
    row = CatalogueVersionRow(
        document=json.loads(document),
        digest=digest,
        comment=comment,
        published_at=now,
        published_by_id=by_id,
        sources=None if sources is None else dict(sources),
        overruled=overruled,
    )
    session.add(row)
    session.flush()
    return row.id


def take_turns(session: Session) -> None:
    """Wait until nobody else is publishing; held until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(PUBLISHING)))


def _in_force(session: Session) -> CatalogueVersionRow | None:
    return session.scalars(select(CatalogueVersionRow).order_by(CatalogueVersionRow.id.desc()).limit(1)).one_or_none()


def _write_queues(session: Session, catalogue: Catalogue) -> None:
    """Titles and order are the catalogue's, after the desk; only what differs is written.

    A queue that it leaves out stays, with people and tasks, behind all others.
    """
    for place, queue in enumerate(sorted(catalogue.queues, key=lambda one: one.key != DESK)):
        said = {"title": queue.title, "position": place}
        is_other = or_(QueueRow.title != queue.title, QueueRow.position != place)
        session.execute(
            upsert(QueueRow)
            .values(key=queue.key, **said)
            .on_conflict_do_update(index_elements=["key"], set_=said, where=is_other)
        )
    left_out = QueueRow.key.not_in([queue.key for queue in catalogue.queues])
    last = select(QueueRow.id, QueueRow.position).where(left_out).order_by(QueueRow.position, QueueRow.id)
    for place, (id_, position) in enumerate(session.execute(last).all(), len(catalogue.queues)):
        if position != place:
            session.execute(update(QueueRow).where(QueueRow.id == id_).values(position=place))


def newest_version(session: Session) -> int:
    """Id of the version in force.

    Raises:
        NothingPublished: there is none.
    """
    version: int | None = session.scalar(select(func.max(CatalogueVersionRow.id)))
    if version is None:
        raise NothingPublished
    return version


def current(session: Session) -> tuple[int, Catalogue]:
    """The version in force, as its id and value."""
    version = newest_version(session)
    return version, at_version(session, version)


def in_force_or_empty(session: Session) -> Catalogue:
    """The catalogue in force; one without services where none is published yet."""
    version: int | None = session.scalar(select(func.max(CatalogueVersionRow.id)))
    return at_version(session, version) if version is not None else Catalogue()


def at_version(session: Session, version: int) -> Catalogue:
    """The catalogue as it was published. A version never changes, so a process parses each one once."""
    digest = session.scalar(select(CatalogueVersionRow.digest).where(CatalogueVersionRow.id == version))
    if digest is None:
        raise LookupError(f"catalogue version {version}")
    return _parsed.get(digest) or _parse(digest, session, version)


def _parse(digest: str, session: Session, version: int) -> Catalogue:
    document = session.scalar(select(CatalogueVersionRow.document).where(CatalogueVersionRow.id == version))
    catalogue = from_json(json.dumps(document))
    if len(_parsed) >= MOST_PARSED:
        _parsed.clear()  # rarer than a restart; other threads keep the values they hold
    _parsed[digest] = catalogue
    return catalogue


def service_at(session: Session, version: int, key: str) -> Service:
    """The service an ask was opened under."""
    return at_version(session, version).service(key)
