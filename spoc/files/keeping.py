"""Files as rows: kept for whoever uploaded them, and attached once to what they belong to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from catalog.files import KnownFile
from routing.visibility import Actor
from spoc.db.people import PersonRow
from spoc.db.tickets import AttachmentRow
from spoc.files.errors import NoSuchFile, TooManyLoose
from spoc.files.kinds import type_of
from spoc.files.store import Stored

MOST_LOOSE: Final = 50
"""So many files may wait for what they belong to, of one person."""


@dataclass(frozen=True)
class FileFacts:
    """What is shown of a file."""

    id: UUID
    name: str
    content_type: str
    size_bytes: int

    @property
    def path(self) -> str:
        """Where it can be had, by those who may."""
        return f"/files/{self.id}/{quote(self.name)}"


def keep(session: Session, actor: Actor, stored: Stored, now: datetime) -> FileFacts:
    """Write down a file that lies in the store. It is the actor's alone until it is attached.

    Raises:
        TooManyLoose: they have uploaded too much that belongs to nothing.
    """
    mine = _loose(actor)
    session.execute(select(PersonRow.id).where(PersonRow.id == actor.person_id).with_for_update(key_share=True))
    if (session.scalar(select(func.count()).select_from(AttachmentRow).where(mine)) or 0) >= MOST_LOOSE:
        raise TooManyLoose(MOST_LOOSE)
    row = AttachmentRow(
        uploader_id=actor.person_id,
        name=stored.name,
        content_type=stored.kind.content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        stored_as=stored.stored_as,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return facts_of(row)


def facts_of(row: AttachmentRow) -> FileFacts:
    return FileFacts(row.public_id, row.name, row.content_type, row.size_bytes)


def facts_by_id(session: Session, ids: Iterable[str]) -> dict[str, FileFacts]:
    """What is shown of these, for a caller who knows that the reader may see them."""
    given = _ids(ids)
    if not given:
        return {}
    rows = session.scalars(select(AttachmentRow).where(AttachmentRow.public_id.in_(given)).order_by(AttachmentRow.id))
    return {str(row.public_id): facts_of(row) for row in rows}


def known_files(
    session: Session, actor: Actor, ids: Collection[str], *, ask_id: int | None = None
) -> dict[str, KnownFile]:
    """Those of the named files that the actor may give as an answer, by id: their own, and those the ask has already.

    What is no id is no file.
    """
    found = giveable(session, actor, ids, ask_id=ask_id)
    return {id_: KnownFile(facts.name, type_of(facts.content_type), of) for id_, (facts, of) in found.items()}


def giveable(
    session: Session, actor: Actor, ids: Collection[str], *, ask_id: int | None = None
) -> dict[str, tuple[FileFacts, str | None]]:
    """As `known_files`: what is shown of each, and which question of the ask it answers already, if one."""
    given = _ids(ids)
    if not given:
        return {}
    there = or_(_loose(actor), AttachmentRow.ask_id == ask_id if ask_id is not None else false())
    rows = session.scalars(
        select(AttachmentRow).where(AttachmentRow.public_id.in_(given), there).order_by(AttachmentRow.id)
    )
    return {str(row.public_id): (facts_of(row), row.field_key) for row in rows}


def attach_answers(
    session: Session, actor: Actor, *, ticket_id: int, ask_id: int, files: Iterable[tuple[str, str]]
) -> None:
    """Give files to the answers of an ask, as pairs of question and id; those that it has already stay.

    Raises:
        NoSuchFile: one was given to something else meanwhile.
    """
    for field_key, id_ in files:
        where = {"ticket_id": ticket_id, "ask_id": ask_id, "field_key": field_key}
        has = and_(AttachmentRow.ask_id == ask_id, AttachmentRow.field_key == field_key)
        _attach(session, [UUID(id_)], where, or_(_loose(actor), has))


def attach_to_message(session: Session, actor: Actor, ids: Sequence[UUID], ticket_id: int, message_id: int) -> None:
    """Raises NoSuchFile, as `attach_answers`; then nothing is attached if the caller's transaction goes no further."""
    if ids:
        _attach(session, ids, {"ticket_id": ticket_id, "message_id": message_id}, _loose(actor))


def attach_to_task(session: Session, actor: Actor, id_: UUID, ticket_id: int, task_id: int) -> None:
    """As evidence; one that the task has already stays. Raises NoSuchFile as `attach_answers`."""
    has = AttachmentRow.task_id == task_id
    _attach(session, [id_], {"ticket_id": ticket_id, "task_id": task_id}, or_(_loose(actor), has))


def forget_loose(session: Session, before: datetime) -> int:
    """Delete the rows of what was uploaded before and belongs to nothing; how many. Their content is swept after."""
    gone = delete(AttachmentRow).where(AttachmentRow.ticket_id.is_(None), AttachmentRow.created_at < before)
    return len(session.scalars(gone.returning(AttachmentRow.id)).all())


def unknown_to_rows(session: Session, stored_as: Sequence[str]) -> list[str]:
    """Of these names in the store, those that no row has."""
    known = set(session.scalars(select(AttachmentRow.stored_as).where(AttachmentRow.stored_as.in_(stored_as))))
    return [name for name in stored_as if name not in known]


def read_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _attach(session: Session, ids: Sequence[UUID], where: dict[str, Any], free: ColumnElement[bool]) -> None:
    """The database settles who is first: a file that is not free any more is not changed, and is missed."""
    wanted = update(AttachmentRow).where(AttachmentRow.public_id.in_(ids), free).values(where)
    if len(session.scalars(wanted.returning(AttachmentRow.id)).all()) < len(set(ids)):
        raise NoSuchFile


def _loose(actor: Actor) -> ColumnElement[bool]:
    return and_(AttachmentRow.uploader_id == actor.person_id, AttachmentRow.ticket_id.is_(None))


def _ids(texts: Iterable[str]) -> list[UUID]:
    return [id_ for text in texts if (id_ := read_id(text)) is not None]
