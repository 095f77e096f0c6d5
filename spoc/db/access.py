"""How people prove who they are: sessions, tokens, one-time links, failed sign-ins; and who changed their rights.

Secrets are kept as SHA-256 of 256 random bits, which needs no salt and can be looked up by an index.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Json, Key, PublicId


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


class RightsChangeRow(Base):
    """One change of a person's account or rights, or of the organisation if `person_id` is null; never altered.

    `what` is a key of `spoc.people.changes`. `before` and `after` hold only what differs. `by_id` is null for the
    command line and the first start.
    """

    __tablename__ = "rights_change"
    __table_args__ = (Index("ix_rights_change_person_id_at", "person_id", "at"),)

    id: Mapped[Key]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Instant]
    what: Mapped[str]
    before: Mapped[Json]
    after: Mapped[Json]
