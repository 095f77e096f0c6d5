"""How people prove who they are: sessions, tokens, one-time links, failed sign-ins.

Secrets are kept as SHA-256 of 256 random bits, which needs no salt and can be looked up by an index.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Key, PublicId


class LoginSessionRow(Base):
    __tablename__ = "login_session"

    id: Mapped[Key]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    ends_at: Mapped[Instant]


class ApiTokenRow(Base):
    """A personal token. It carries its owner's rights, never more."""

    __tablename__ = "api_token"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    may_raise_for_others: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    created_at: Mapped[Instant]
    ends_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class OneTimeLinkRow(Base):
    __tablename__ = "one_time_link"

    id: Mapped[Key]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str]
    created_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    used_at: Mapped[datetime | None]


class LoginFailureRow(Base):
    """One wrong pair. `subject` is `mail:…` or `from:…`; rows older than the throttle's window are swept."""

    __tablename__ = "login_failure"
    __table_args__ = (Index("ix_login_failure_subject_at", "subject", "at"),)

    id: Mapped[Key]
    subject: Mapped[str]
    at: Mapped[Instant] = mapped_column(server_default=text("now()"))
