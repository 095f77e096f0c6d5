"""People, where they work, which queues they serve, and who is accountable for what."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from routing.assign import Strategy
from routing.visibility import Role
from spoc.db.base import Base, Instant, Key, PublicId, Words, one_of


class OrganisationRow(Base):
    """The one row that says whose desk this is."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=1, autoincrement=False)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(server_default="UTC", default="UTC")
    locale: Mapped[str] = mapped_column(server_default="en", default="en")
    currency: Mapped[str] = mapped_column(server_default="USD", default="USD")
    desk_phone: Mapped[str] = mapped_column(server_default="", default="")
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"), default=False)


class LocationRow(Base):
    __tablename__ = "location"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    country: Mapped[str | None]
    time_zone: Mapped[str]


class CalendarRow(Base):
    """Working time of a queue. `week` is seven lists of ["09:00", "17:30"] segments, Monday first."""

    __tablename__ = "calendar"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str]
    country: Mapped[str | None]
    region: Mapped[str | None]
    week: Mapped[list[Any]] = mapped_column(JSONB)
    exceptions: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", default=dict)


class PersonRow(Base):
    """Somebody in the directory, with an account if `password_hash` is set.

    `shared` marks kiosks and shared callers, whose asks are never taken for the same person's.
    """

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_mail_lower", func.lower(text("mail")), unique=True),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    mail: Mapped[str]
    name: Mapped[str]
    sort_name: Mapped[str]
    job_title: Mapped[str] = mapped_column(server_default="", default="")
    department: Mapped[str] = mapped_column(server_default="", default="")
    employment: Mapped[str] = mapped_column(server_default="employee", default="employee")
    location_key: Mapped[str | None] = mapped_column(ForeignKey("location.key"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    phone: Mapped[str] = mapped_column(server_default="", default="")
    time_zone: Mapped[str | None]
    locale: Mapped[str | None]
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    shared: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    password_hash: Mapped[str | None]
    created_at: Mapped[Instant]


class RoleGrantRow(Base):
    """A role that a person holds beside being an employee. Agent and lead follow from queue membership."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    granted_at: Mapped[Instant]


class QueueRow(Base):
    """A team's list of tasks. `strategy` offers them to members, with its `skill` or `topic` where it takes one.

    `answer_minutes` of its working time are what a point of contact has to react to an offer.
    """

    __tablename__ = "queue"
    __table_args__ = (CheckConstraint("answer_minutes > 0", name="answer_takes_time"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0", default=0)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id"))
    strategy: Mapped[Strategy] = mapped_column(
        one_of(Strategy, "strategy"), server_default="manual", default=Strategy.MANUAL
    )
    skill: Mapped[str] = mapped_column(server_default="", default="")
    topic: Mapped[str] = mapped_column(server_default="", default="")
    answer_minutes: Mapped[int] = mapped_column(server_default="240", default=240)


class QueueMemberRow(Base):
    """Who serves a queue: offered `most_tasks` at most (null: no limit), and when last, `offered_at`."""

    __tablename__ = "queue_member"
    __table_args__ = (
        UniqueConstraint("queue_id", "person_id"),
        CheckConstraint("most_tasks >= 0", name="most_tasks"),
    )

    id: Mapped[Key]
    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    is_lead: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    most_tasks: Mapped[int | None]
    skills: Mapped[Words]
    offered_at: Mapped[datetime | None]


class AbsenceRow(Base):
    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="ends_after_it_begins"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CostCentreRow(Base):
    """Who answers for what a department spends; `department` is as the directory writes it."""

    __tablename__ = "cost_centre"
    __table_args__ = (Index("uq_cost_centre_department_lower", func.lower(text("department")), unique=True),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    department: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


OWNER: Final = "owner"
"""The topic of whoever answers for a queue's services; escalations go there."""


class PointOfContactRow(Base):
    """Who is accountable for a topic at a party. Rank 0 is the primary, then backups in order."""

    __tablename__ = "point_of_contact"
    __table_args__ = (
        UniqueConstraint("party_kind", "party_key", "topic", "person_id", "valid_from"),
        Index("ix_point_of_contact_party", "party_kind", "party_key", "topic", "rank"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    party_kind: Mapped[str]
    party_key: Mapped[str]
    topic: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rank: Mapped[int] = mapped_column(server_default="0", default=0)
    valid_from: Mapped[Instant]
    valid_to: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(server_default="", default="")
