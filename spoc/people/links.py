"""One-time links: they carry a secret, work once, and run out."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.visibility import Actor
from spoc.db.access import OneTimeLinkRow
from spoc.db.people import PersonRow
from spoc.people.changes import What, note
from spoc.people.errors import LinkSpent
from spoc.people.secrets import hash_of, new_secret

LIVES: Final = timedelta(hours=1)
FIRST_LIVES: Final = timedelta(hours=24)  # the first administrator's: the installer may not be them


class Purpose(StrEnum):
    SET_PASSWORD = "set_password"  # noqa: S105 - the name of a purpose


def make_link(
    session: Session,
    person_id: int,
    now: datetime,
    lives: timedelta = LIVES,
    purpose: Purpose = Purpose.SET_PASSWORD,
    *,
    by: Actor | None = None,
) -> str:
    """A secret for `/set-password?token=…`. Links made before for the same purpose stop working."""
    spend_links(session, person_id, now, purpose)
    secret = new_secret()
    row = OneTimeLinkRow(
        secret_hash=hash_of(secret), person_id=person_id, purpose=purpose, created_at=now, ends_at=now + lives
    )
    session.add(row)
    session.flush()
    note(session, What.LINK_MADE, by, now, whom=person_id)
    return secret


def mail_behind(session: Session, secret: str, now: datetime, purpose: Purpose = Purpose.SET_PASSWORD) -> str:
    """Whose link it is, without using it: a mail scanner may follow it too.

    Raises:
        LinkSpent: it does not work (any more).
    """
    kept = hash_of(secret)
    usable = (OneTimeLinkRow.used_at.is_(None), OneTimeLinkRow.ends_at > now, PersonRow.active)
    found = select(PersonRow.mail).join(OneTimeLinkRow, OneTimeLinkRow.person_id == PersonRow.id)
    known = found.where(OneTimeLinkRow.secret_hash == kept, OneTimeLinkRow.purpose == purpose, *usable)
    mail = session.scalar(known) if kept is not None else None
    if mail is None:
        raise LinkSpent
    return mail


def use_link(session: Session, secret: str, now: datetime, purpose: Purpose = Purpose.SET_PASSWORD) -> int:
    """Spend the link and get its person's id; of two at once one succeeds.

    Raises:
        LinkSpent: it does not work (any more).
    """
    kept = hash_of(secret)
    person_id = kept and session.scalar(
        update(OneTimeLinkRow)
        .where(OneTimeLinkRow.secret_hash == kept, OneTimeLinkRow.purpose == purpose)
        .where(OneTimeLinkRow.used_at.is_(None), OneTimeLinkRow.ends_at > now)
        .values(used_at=now)
        .returning(OneTimeLinkRow.person_id)
    )
    if not person_id:
        raise LinkSpent
    return int(person_id)


def spend_links(session: Session, person_id: int, now: datetime, purpose: Purpose = Purpose.SET_PASSWORD) -> None:
    """Make every open link of the person useless."""
    mine = update(OneTimeLinkRow).where(OneTimeLinkRow.person_id == person_id, OneTimeLinkRow.purpose == purpose)
    session.execute(mine.where(OneTimeLinkRow.used_at.is_(None)).values(used_at=now))
