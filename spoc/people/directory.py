"""Who people are: found by mail, suggested by name, and loaded as actors with their rights."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from routing.phrase import marked
from routing.visibility import Actor, Role
from spoc.db.people import OrganisationRow, PersonRow, QueueMemberRow, QueueRow, RoleGrantRow
from spoc.errors import Invalid, NotFound

LONGEST_SUGGESTION_LIST = 10


@dataclass(frozen=True)
class Organisation:
    name: str = "SPOC"
    time_zone: str = "UTC"
    locale: str = "en"
    currency: str = "USD"
    desk_phone: str = ""
    is_demo: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Membership:
    """A queue that a person serves."""

    key: str
    title: str
    is_lead: bool


@dataclass(frozen=True)
class Visit:
    """Who is asking, and what a page needs to greet them. Zone and locale: the person's, else the organisation's."""

    actor: Actor
    name: str
    organisation: Organisation
    zone: str
    locale: str
    queues: tuple[Membership, ...] = ()

    @property
    def initials(self) -> str:
        return initials_of(self.name)

    @property
    def mail(self) -> str:
        return self.actor.mail


@dataclass(frozen=True)
class Suggestion:
    mail: str
    name: str
    detail: str


def initials_of(name: str) -> str:
    """First letters of the first and last word: "Ada King Lovelace" is AL."""
    words = name.split()
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()


def memberships() -> ColumnElement[list[list[Any]]]:
    """Beside a person's columns: [[key, title, is_lead], …] in the order of the queues, or null."""
    one = func.jsonb_build_array(QueueRow.key, QueueRow.title, QueueMemberRow.is_lead)
    ordered = func.jsonb_agg(aggregate_order_by(one, QueueRow.position, QueueRow.id))
    joined = select(ordered).join(QueueMemberRow, QueueMemberRow.queue_id == QueueRow.id)
    return joined.where(QueueMemberRow.person_id == PersonRow.id).scalar_subquery()


def visit_statement() -> Select[tuple[object, ...]]:
    """One row for each active person: the columns that `visit_from` reads. Add the condition that picks one."""
    roles = (
        select(func.array_agg(RoleGrantRow.role.cast(Text)))
        .where(RoleGrantRow.person_id == PersonRow.id)
        .scalar_subquery()
    )
    statement: Select[tuple[object, ...]] = select(
        PersonRow.id.label("person_id"),
        PersonRow.mail,
        PersonRow.name,
        PersonRow.time_zone.label("own_zone"),
        PersonRow.locale.label("own_locale"),
        roles.label("roles"),
        memberships().label("memberships"),
        OrganisationRow.name.label("organisation"),
        OrganisationRow.time_zone,
        OrganisationRow.locale,
        OrganisationRow.currency,
        OrganisationRow.desk_phone,
        OrganisationRow.is_demo,
    )
    return statement.outerjoin_from(PersonRow, OrganisationRow, true()).where(PersonRow.active)


def visit_from(row: Row[tuple[object, ...]], *, may_raise_for_others: bool = False) -> Visit:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    served = tuple(Membership(*one) for one in found["memberships"] or ())
    queues = frozenset(one.key for one in served)
    leads = frozenset(one.key for one in served if one.is_lead)
    roles = {Role.EMPLOYEE, *(Role(role) for role in found["roles"] or ())}
    roles |= ({Role.AGENT} if queues else set()) | ({Role.LEAD} if leads else set())
    actor = Actor(found["person_id"], found["mail"], frozenset(roles), queues, leads, may_raise_for_others)
    organisation = _organisation(row)
    zone = found["own_zone"] or organisation.time_zone
    return Visit(actor, found["name"], organisation, zone, found["own_locale"] or organisation.locale, served)


def _organisation(row: Row[tuple[object, ...]]) -> Organisation:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    if found["organisation"] is None:
        return Organisation()
    rest = (found[key] for key in ("time_zone", "locale", "currency", "desk_phone", "is_demo"))
    return Organisation(found["organisation"], *rest)


def visit_of(session: Session, person_id: int) -> Visit:
    """The person with their rights as they are now.

    Raises:
        NotFound: no such person, or not active any more.
    """
    row = session.execute(visit_statement().where(PersonRow.id == person_id)).one_or_none()
    if row is None:
        raise NotFound
    return visit_from(row)


def actor_of(session: Session, person_id: int) -> Actor:
    return visit_of(session, person_id).actor


def organisation_of(session: Session) -> Organisation:
    """Whose desk this is; defaults before the first start has written it."""
    row = session.get(OrganisationRow, 1)
    if row is None:
        return Organisation()
    return Organisation(row.name, row.time_zone, row.locale, row.currency, row.desk_phone, row.is_demo)


def find_person(session: Session, mail: str) -> PersonRow | None:
    """The person with this mail address in any case, active or not."""
    return session.scalar(select(PersonRow).where(func.lower(PersonRow.mail) == mail.strip().lower()))


def person_by_mail(session: Session, mail: str) -> PersonRow:
    """The same, for callers that cannot go on without.

    Raises:
        NotFound: nobody has this address.
    """
    person = find_person(session, mail)
    if person is None:
        raise NotFound(marked("Nobody in the directory has the address %(mail)s."), mail=mail)
    return person


def suggest(session: Session, text: str, limit: int = LONGEST_SUGGESTION_LIST) -> tuple[Suggestion, ...]:
    """Active people whose name, or a word of it, or mail begins with `text`, by name. Less than two letters: none."""
    start = text.strip().lower()
    if len(start) < 2:  # noqa: PLR2004 - one letter would list the directory
        return ()
    name = func.lower(PersonRow.name)
    begins = or_(
        name.startswith(start, autoescape=True),
        name.contains(f" {start}", autoescape=True),
        func.lower(PersonRow.mail).startswith(start, autoescape=True),
    )
    people = select(PersonRow).where(PersonRow.active, ~PersonRow.shared, begins)
    rows = session.scalars(people.order_by(PersonRow.sort_name, PersonRow.id).limit(limit))
    return tuple(
        Suggestion(row.mail, row.name, " · ".join(part for part in (row.job_title, row.department) if part))
        for row in rows
    )


class NobodyMeant(Invalid):
    """A name or mail address that says of nobody, or of several, who is meant."""

    code = "nobody_meant"

    def __init__(self, said: str, people: tuple[Suggestion, ...]) -> None:
        names = ", ".join(f"{one.name} ({one.mail})" for one in people)
        if not said:
            super().__init__(marked("Say who it was, by name or mail address."), field="person")
        elif people:
            several = marked("Several people are called so: %(names)s. Give the mail address of the one you mean.")
            super().__init__(several, field="person", names=names)
        else:
            super().__init__(marked("Nobody in the directory is called %(name)s."), field="person", name=said[:100])


def mail_meant(session: Session, said: str) -> str:
    """The mail address of the one person that a name, the beginning of one, or an address means.

    An address is taken as it stands; whether it is known is for whoever uses it.

    Raises:
        NobodyMeant: nobody, or more than one, is meant.
    """
    said = " ".join(said.split())
    if "@" in said:
        return said
    people = suggest(session, said)
    exact = [one for one in people if one.name.casefold() == said.casefold()]
    if len(found := exact or people) != 1:
        raise NobodyMeant(said, people)
    return found[0].mail
