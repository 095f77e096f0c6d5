"""What a person has changed in the packs of the catalogue and not published yet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from catalog.sources import FILE_NAME, MOST_FILES, Edit, Sources, clashing, with_edits
from catalog.yaml_text import LARGEST
from routing.phrase import marked
from spoc.db.catalog import CatalogueDraftRow as Row
from spoc.db.catalog import CatalogueVersionRow
from spoc.db.people import PersonRow
from spoc.errors import Conflict, Invalid, NotFound
from spoc.intake.catalogue import newest_version
from spoc.intake.sources import Kept, sources_at


class DraftMoved(Conflict):
    """The file was saved from another window since this one read it; nothing is overwritten."""

    code = "draft_moved"
    template = marked("%(file)s was saved in another window meanwhile. Both texts are kept: choose what stays.")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class NotThatFile(Invalid):
    """The file cannot be called so, or there is one already."""

    code = "not_that_file"


class TextTooLong(Invalid):
    code = "text_too_long"
    template = marked("The text is larger than %(kilobytes)s KB. Split it into two files.")

    def __init__(self) -> None:
        super().__init__(kilobytes=LARGEST // 1024, field="draft")


@dataclass(frozen=True)
class Mine:
    """One file of the draft. `revision` counts its savings; `base` is the version that its text came from."""

    edit: Edit
    base: int
    revision: int
    saved_at: datetime


@dataclass(frozen=True)
class Draft:
    """A person's draft on top of the version in force; `mine` also holds files whose text is as it was."""

    version: int
    published: Kept
    mine: Mapping[str, Mine]

    @property
    def edits(self) -> dict[str, Edit]:
        return {file: mine.edit for file, mine in self.mine.items()}

    @cached_property
    def sources(self) -> Sources:
        """All files as they would be published."""
        return with_edits(self.published.files, self.edits)

    @property
    def changed(self) -> tuple[str, ...]:
        """The files that publishing would change, add or take out."""
        now = self.published.files
        return tuple(file for file in sorted({*now, *self.sources}) if now.get(file) != self.sources.get(file))

    @property
    def clashes(self) -> tuple[str, ...]:
        """The files that somebody has published otherwise since they were changed here."""
        return clashing(self.published.files, self.edits)

    @property
    def mark(self) -> str:
        """The same as long as the draft is the same: to publish what was read and nothing else."""
        return sha256(repr((self.version, sorted(self.sources.items()))).encode()).hexdigest()[:16]

    def text(self, file: str) -> str:
        """Raises:
        NotFound: the draft has no such file.
        """
        if file not in self.sources:
            raise NotFound
        return self.sources[file]

    def base_of(self, file: str) -> int:
        """The version that the text of `text` came from: an own text keeps its own, any other is as published."""
        mine = self.mine.get(file)
        return mine.base if mine and mine.edit.is_change else self.version

    def revision_of(self, file: str) -> int:
        return self.mine[file].revision if file in self.mine else 0


def read_draft(session: Session, person_id: int) -> Draft:
    """The draft of this person; without any change it is what is published.

    Raises:
        NothingPublished: there is nothing to change.
    """
    version = newest_version(session)
    rows = session.scalars(select(Row).where(Row.person_id == person_id).order_by(Row.file)).all()
    kept = {number: sources_at(session, number) for number in {version, *(row.base_version_id for row in rows)}}
    return Draft(version, kept[version], {row.file: _mine(row, kept[row.base_version_id].files) for row in rows})


def _mine(row: Row, base: Sources) -> Mine:
    return Mine(Edit(row.text, base.get(row.file)), row.base_version_id, row.revision, row.saved_at)


def save(session: Session, person_id: int, file: str, text: str | None, base: int, revision: int, now: datetime) -> int:
    """Keep the text of a file, or that it is taken out, and give its new revision.

    `base` is the version that the text came from, `revision` the one that was read (0: none). Saving what stands there
    already is no clash, whatever revision was read.

    Raises:
        DraftMoved: somebody saved another text since.
        TextTooLong: no pack is so long.
        NotFound: there is no such version.
    """
    if text is not None and len(text) > LARGEST:
        raise TextTooLong
    if session.scalar(select(CatalogueVersionRow.id).where(CatalogueVersionRow.id == base)) is None:
        raise NotFound
    values = {"text": text, "base_version_id": base, "saved_at": now}
    saved = _inserted(session, person_id, file, values) if revision == 0 else None
    saved = saved or session.scalar(
        update(Row)
        .where(Row.person_id == person_id, Row.file == file)
        .where((Row.revision == revision) | (Row.text.is_not_distinct_from(text)))
        .values(**values, revision=Row.revision + 1)
        .returning(Row.revision)
        .execution_options(synchronize_session=False)
    )
    if saved is None:
        raise DraftMoved(file)
    return saved


def _inserted(session: Session, person_id: int, file: str, values: Mapping[str, object]) -> int | None:
    new = insert(Row).values(person_id=person_id, file=file, **values)
    return session.scalar(new.on_conflict_do_nothing().returning(Row.revision))


def add_file(session: Session, draft: Draft, person_id: int, file: str, text: str, now: datetime) -> None:
    """Begin a new file.

    Raises:
        NotThatFile: its name cannot be one, there is such a file, or there are too many.
        DraftMoved: another window was faster.
    """
    if not re.fullmatch(FILE_NAME, file):
        raise NotThatFile(
            marked("“%(file)s” cannot be the name of a file: use small letters, digits, - and _, then .yaml."),
            field="file",
            file=file,
        )
    if file in draft.sources:
        raise NotThatFile(
            marked("There is a file %(file)s already. Open it, or take another name."), field="file", file=file
        )
    if len(draft.sources) >= MOST_FILES:
        raise NotThatFile(
            marked("There are %(most)s files already, and no more are kept."), field="file", most=MOST_FILES
        )
    save(session, person_id, file, text, draft.version, draft.revision_of(file), now)


def discard(session: Session, person_id: int, file: str | None = None) -> None:
    """Forget what was changed in a file, or in all; what is not there is forgotten already."""
    mine = delete(Row).where(Row.person_id == person_id)
    session.execute(mine if file is None else mine.where(Row.file == file))


@dataclass(frozen=True)
class Other:
    """Who else has an unpublished draft of a file, and since when."""

    name: str
    saved_at: datetime


def others_at(session: Session, person_id: int, file: str) -> tuple[Other, ...]:
    """Those who are changing the same file, who saved last first."""
    found = (
        select(PersonRow.name, func.max(Row.saved_at).label("at"))
        .join(Row, Row.person_id == PersonRow.id)
        .where(Row.file == file, Row.person_id != person_id, PersonRow.active)
        .group_by(PersonRow.id, PersonRow.name)
    )
    return tuple(Other(*row) for row in session.execute(found.order_by(func.max(Row.saved_at).desc())))
