"""Sessions of people who signed in with a browser: made, looked up, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from spoc.db.access import LoginSessionRow
from spoc.db.people import PersonRow
from spoc.people.directory import Visit, visit_from, visit_statement
from spoc.people.secrets import hash_of, new_secret

BY_SECRET: Final = (
    visit_statement()
    .add_columns(LoginSessionRow.id.label("session_id"), LoginSessionRow.seen_at)
    .join(LoginSessionRow, LoginSessionRow.person_id == PersonRow.id)
    .where(LoginSessionRow.secret_hash == bindparam("kept"), LoginSessionRow.ends_at > bindparam("now"))
    .where(LoginSessionRow.seen_at > bindparam("idle_since"))
)  # made once: it runs on every request
SEEN_EVERY: Final = timedelta(minutes=1)  # a write on each request would cost more than the minute it may be off


@dataclass(frozen=True)
class Limits:
    """`idle`: ends after this long without a request. `absolute`: ends after this long in any case."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class OpenSession:
    session_id: int
    created_at: datetime
    seen_at: datetime
    is_this: bool


def start_session(session: Session, person_id: int, limits: Limits, now: datetime) -> str:
    """A new session with a secret of its own, whatever the browser brought along; the secret is not kept."""
    secret = new_secret()
    ends_at = now + limits.absolute
    row = LoginSessionRow(
        secret_hash=hash_of(secret), person_id=person_id, created_at=now, seen_at=now, ends_at=ends_at
    )
    session.add(row)
    session.flush()
    return secret


def visit_by_session(session: Session, secret: str, limits: Limits, now: datetime) -> Visit | None:
    """Who is behind a session's secret; None if it never was, has ended, or its person is no longer active."""
    kept = hash_of(secret)
    if kept is None:
        return None
    row = session.execute(BY_SECRET, {"kept": kept, "now": now, "idle_since": now - limits.idle}).one_or_none()
    if row is None:
        return None
    _mark_seen(session, row.session_id, row.seen_at, now)
    return visit_from(row)


def _mark_seen(session: Session, session_id: int, seen_at: datetime, now: datetime) -> None:
    if now - seen_at >= SEEN_EVERY:
        session.execute(update(LoginSessionRow).where(LoginSessionRow.id == session_id).values(seen_at=now))


def open_sessions(session: Session, person_id: int, secret: str, limits: Limits, now: datetime) -> list[OpenSession]:
    """The person's sessions that still work, newest first; `secret` marks the one that asks."""
    alive = (LoginSessionRow.ends_at > now, LoginSessionRow.seen_at > now - limits.idle)
    rows = session.scalars(
        select(LoginSessionRow)
        .where(LoginSessionRow.person_id == person_id, *alive)
        .order_by(LoginSessionRow.seen_at.desc(), LoginSessionRow.id.desc())
    )
    own = hash_of(secret)
    return [OpenSession(row.id, row.created_at, row.seen_at, row.secret_hash == own) for row in rows]


def end_session(session: Session, secret: str) -> None:
    """Sign out here. Ending what is not there does nothing."""
    kept = hash_of(secret)
    if kept is not None:
        session.execute(delete(LoginSessionRow).where(LoginSessionRow.secret_hash == kept))


def end_other_sessions(session: Session, person_id: int, secret: str) -> None:
    """Sign out everywhere but here."""
    others = delete(LoginSessionRow).where(LoginSessionRow.person_id == person_id)
    session.execute(others.where(LoginSessionRow.secret_hash.is_distinct_from(hash_of(secret))))


def end_all_sessions(session: Session, person_id: int) -> None:
    session.execute(delete(LoginSessionRow).where(LoginSessionRow.person_id == person_id))
