"""The list of people that administrators keep, with their roles and queues."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from routing.visibility import Role
from spoc.db.people import PersonRow, QueueMemberRow, QueueRow, RoleGrantRow
from spoc.errors import NotFound
from spoc.people.directory import initials_of, memberships

PAGE: Final = 50


@dataclass(frozen=True)
class Listed:
    public_id: UUID
    sort_name: str
    name: str
    mail: str
    department: str
    active: bool
    can_sign_in: bool
    roles: frozenset[Role]
    queues: tuple[tuple[str, str, bool], ...]
    """Key, title, is_lead, in the order of the queues."""
    created_at: datetime

    @property
    def initials(self) -> str:
        return initials_of(self.name)


@dataclass(frozen=True)
class Roster:
    """`next_after` is given as `after` to get the next page; None on the last."""

    people: tuple[Listed, ...]
    next_after: str | None


def list_people(session: Session, search: str = "", after: str = "") -> Roster:
    """People by family name, active or not, whose name, mail or department contains `search`."""
    statement = _listed()
    if search.strip():
        statement = statement.where(_found(search.strip().lower()))
    if after:
        statement = statement.where(_behind(after))
    rows = session.execute(statement.order_by(PersonRow.sort_name, PersonRow.id).limit(PAGE + 1)).all()
    people = tuple(_from(row) for row in rows[:PAGE])
    return Roster(people, f"{rows[PAGE - 1].public_id}" if len(rows) > PAGE else None)


def _behind(after: str) -> ColumnElement[bool]:
    """Behind the person with that public id in the order of the list; nothing is left out for one that is none."""
    try:
        public_id = UUID(after)
    except ValueError:
        return true()
    last = select(PersonRow.sort_name, PersonRow.id).where(PersonRow.public_id == public_id).subquery()
    name, person_id = select(last.c.sort_name).scalar_subquery(), select(last.c.id).scalar_subquery()
    behind = or_(PersonRow.sort_name > name, and_(PersonRow.sort_name == name, PersonRow.id > person_id))
    return or_(name.is_(None), behind)


def _found(text: str) -> ColumnElement[bool]:
    columns = (PersonRow.name, PersonRow.mail, PersonRow.department)
    return or_(*(func.lower(column).contains(text, autoescape=True) for column in columns))


def one_person(session: Session, public_id: UUID) -> Listed:
    """One of them.

    Raises:
        NotFound: nobody has this id.
    """
    row = session.execute(_listed().where(PersonRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound
    return _from(row)


def _listed() -> Select[*tuple[Any, ...]]:
    return select(
        PersonRow.id,
        PersonRow.public_id,
        PersonRow.sort_name,
        PersonRow.name,
        PersonRow.mail,
        PersonRow.department,
        PersonRow.active,
        PersonRow.password_hash.is_not(None).label("can_sign_in"),
        PersonRow.created_at,
        _roles().label("roles"),
        memberships().label("queues"),
    )


def _roles() -> ColumnElement[list[str]]:
    return select(func.jsonb_agg(RoleGrantRow.role)).where(RoleGrantRow.person_id == PersonRow.id).scalar_subquery()


def _from(row: Any) -> Listed:
    return Listed(
        public_id=row.public_id,
        sort_name=row.sort_name,
        name=row.name,
        mail=row.mail,
        department=row.department,
        active=row.active,
        can_sign_in=row.can_sign_in,
        roles=frozenset(Role(role) for role in row.roles or ()),
        queues=tuple((key, title, is_lead) for key, title, is_lead in row.queues or ()),
        created_at=row.created_at,
    )


def has_agents(session: Session) -> bool:
    """Whether anybody serves a queue: a desk without is still to be set up."""
    return bool(session.scalar(select(select(QueueMemberRow.id).exists())))


def all_queues(session: Session) -> list[tuple[str, str]]:
    """Key and title of every queue, in order."""
    rows = session.execute(select(QueueRow.key, QueueRow.title).order_by(QueueRow.position, QueueRow.id))
    return [(row.key, row.title) for row in rows]
