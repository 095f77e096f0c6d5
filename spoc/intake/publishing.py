"""Putting a draft in force, or an older version again: checked, in one transaction, and only what was read."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.errors import InvalidCatalogue
from catalog.sources import look_at
from routing.phrase import marked
from spoc.db.catalog import CatalogueDraftRow as Row
from spoc.db.catalog import CatalogueVersionRow
from spoc.errors import Conflict, Invalid
from spoc.intake.catalogue import at_version, newest_version, publish, take_turns
from spoc.intake.cycles.errors import UnknownRequesters
from spoc.intake.cycles.rules import unknown_requesters
from spoc.intake.drafts import Draft, read_draft
from spoc.intake.versions import one_version

LONGEST_COMMENT = 500


class CatalogueMoved(Conflict):
    """Another version was published, or the draft saved, after this one was read."""

    code = "catalogue_moved"
    template = marked("Something was published or saved since you looked. Look again at what changes, then publish.")


class FilesClash(Conflict):
    """Somebody has published another text of files that were changed here."""

    code = "files_clash"
    template = marked("Somebody has published other texts of %(files)s. Put both together first.")

    def __init__(self, files: tuple[str, ...]) -> None:
        super().__init__(files=", ".join(files))
        self.files = files


class NothingToPublish(Conflict):
    code = "nothing_to_publish"
    template = marked("This is in force already: there is nothing to publish.")


class NoComment(Invalid):
    """Whoever reads the versions later has to know why."""

    code = "no_comment"


class PackTestsFail(Invalid):
    """The packs do not do what they say they do, and nobody has said why that is right."""

    code = "tests_fail"
    template = marked("One test of the packs fails. Mend it, or say why you publish all the same.")
    many = marked("%(number)s tests of the packs fail. Mend them, or say why you publish all the same.")

    def __init__(self, number: int) -> None:
        super().__init__(number=number, field="overruled")


def publish_draft(session: Session, person_id: int, mark: str, comment: str, overruled: str, now: datetime) -> int:
    """Put the person's draft in force if it still is the one of `mark`, and forget it as a draft.

    Tests that fail, and schedules for people nobody knows, stand in the way unless `overruled` says why. Gives the
    version's number.

    Raises:
        CatalogueMoved: the draft or what is in force is another than that of `mark`.
        FilesClash: files were published otherwise meanwhile.
        NothingToPublish: the draft changes nothing.
        NoComment: the comment is empty or too long.
        InvalidCatalogue: there are faults.
        PackTestsFail: a test fails.
        UnknownRequesters: a schedule names nobody.
    """
    take_turns(session)
    session.execute(select(Row.id).where(Row.person_id == person_id).with_for_update())
    draft = read_draft(session, person_id)
    why = _comment(comment)
    _check_ground(draft, mark)
    looked = look_at(draft.sources)
    if looked.faults:
        raise InvalidCatalogue(looked.faults)
    failing = sum(1 for outcome in looked.outcomes if outcome.faults)
    if failing and not overruled.strip():
        raise PackTestsFail(failing)
    unknown = unknown_requesters(session, looked.catalogue, at_version(session, draft.version))
    if unknown and not overruled.strip():
        raise UnknownRequesters(unknown)
    reason = overruled.strip()[:LONGEST_COMMENT] if failing or unknown else ""
    version = publish(session, looked.catalogue, person_id, why, now, draft.sources, reason)
    session.execute(delete(Row).where(Row.person_id == person_id, Row.file.in_(draft.mine)))
    return version


def _check_ground(draft: Draft, mark: str) -> None:
    if draft.clashes:
        raise FilesClash(draft.clashes)
    if not draft.changed:
        raise NothingToPublish
    if draft.mark != mark:
        raise CatalogueMoved


def _comment(text: str) -> str:
    found = text.strip()
    if not found:
        raise NoComment(marked("Say in a sentence why: others read it in the list of versions."), field="comment")
    if len(found) > LONGEST_COMMENT:
        raise NoComment(
            marked("The comment is longer than %(most)s characters."), field="comment", most=LONGEST_COMMENT
        )
    return found


def restore(session: Session, number: int, person_id: int, comment: str, now: datetime) -> int:
    """Publish an older version again, as it was, as a new one. Drafts stay. Gives the new number.

    Raises:
        NotFound: there is no such version.
        NothingToPublish: it is in force.
        NoComment: as in `publish_draft`.
    """
    why = _comment(comment)
    take_turns(session)
    wanted = one_version(session, number).number
    newest = newest_version(session)
    sources = session.scalar(select(CatalogueVersionRow.sources).where(CatalogueVersionRow.id == wanted))
    version = (
        newest if wanted == newest else publish(session, at_version(session, wanted), person_id, why, now, sources)
    )
    if version == newest:
        raise NothingToPublish
    return version
