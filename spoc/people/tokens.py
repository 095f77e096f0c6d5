"""Personal tokens for programs: shown once, kept as a hash, never with more rights than their owner has now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from spoc.db.access import ApiTokenRow
from spoc.db.people import PersonRow
from spoc.errors import NotFound
from spoc.people.directory import Visit, visit_from, visit_statement
from spoc.people.secrets import hash_of, new_secret

PREFIX: Final = "spoc_"  # so that a token is recognised where it was left by mistake
USED_EVERY: Final = timedelta(minutes=1)
BY_SECRET: Final = (
    visit_statement()
    .add_columns(ApiTokenRow.id.label("token_id"), ApiTokenRow.used_at, ApiTokenRow.may_raise_for_others)
    .join(ApiTokenRow, ApiTokenRow.person_id == PersonRow.id)
    .where(ApiTokenRow.secret_hash == bindparam("kept"), ApiTokenRow.revoked_at.is_(None))
    .where(or_(ApiTokenRow.ends_at.is_(None), ApiTokenRow.ends_at > bindparam("now")))
)  # made once: it runs on every request


@dataclass(frozen=True)
class Token:
    public_id: UUID
    name: str
    may_raise_for_others: bool
    created_at: datetime
    ends_at: datetime | None
    used_at: datetime | None


def create_token(
    session: Session,
    person_id: int,
    name: str,
    now: datetime,
    *,
    ends_at: datetime | None = None,
    may_raise_for_others: bool = False,
) -> str:
    """A new token; the text that comes back is shown to its owner once and cannot be read again."""
    secret = PREFIX + new_secret()
    row = ApiTokenRow(
        person_id=person_id,
        name=name,
        secret_hash=hash_of(secret, PREFIX),
        may_raise_for_others=may_raise_for_others,
        created_at=now,
        ends_at=ends_at,
    )
    session.add(row)
    session.flush()
    return secret


def visit_by_token(session: Session, secret: str, now: datetime) -> Visit | None:
    """Who owns a token; None for texts that are none, for revoked and ended ones, and for people gone."""
    kept = hash_of(secret, PREFIX)
    if kept is None:
        return None
    row = session.execute(BY_SECRET, {"kept": kept, "now": now}).one_or_none()
    if row is None:
        return None
    _mark_used(session, row.token_id, row.used_at, now)
    return visit_from(row, may_raise_for_others=row.may_raise_for_others)


def _mark_used(session: Session, token_id: int, used_at: datetime | None, now: datetime) -> None:
    if used_at is None or now - used_at >= USED_EVERY:
        session.execute(update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(used_at=now))


def tokens_of(session: Session, person_id: int) -> list[Token]:
    """The person's tokens that are not revoked, newest first."""
    rows = session.scalars(
        select(ApiTokenRow)
        .where(ApiTokenRow.person_id == person_id, ApiTokenRow.revoked_at.is_(None))
        .order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id.desc())
    )
    return [
        Token(row.public_id, row.name, row.may_raise_for_others, row.created_at, row.ends_at, row.used_at)
        for row in rows
    ]


def revoke_token(session: Session, person_id: int, public_id: UUID, now: datetime) -> None:
    """End one of the person's own tokens.

    Raises:
        NotFound: they have no such token that still works.
    """
    ended = session.scalar(
        update(ApiTokenRow)
        .where(ApiTokenRow.public_id == public_id, ApiTokenRow.person_id == person_id, ApiTokenRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiTokenRow.id)
    )
    if ended is None:
        raise NotFound


def revoke_all_tokens(session: Session, person_id: int, now: datetime) -> None:
    mine = update(ApiTokenRow).where(ApiTokenRow.person_id == person_id, ApiTokenRow.revoked_at.is_(None))
    session.execute(mine.values(revoked_at=now))
