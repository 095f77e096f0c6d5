"""The people an ask is about, as its rules and steps see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from catalog.answers import named_people
from catalog.service import Service
from routing.visibility import Actor
from routing.work import Channel
from spoc.db.people import PersonRow
from spoc.intake.errors import MayNotRaiseForOthers, NotByPerson, UnknownRequester
from spoc.intake.submission import Submission

BY_PERSON = frozenset({Channel.PHONE, Channel.CHAT, Channel.WALK_IN})


@dataclass(frozen=True)
class Somebody:
    """A person in the directory; `shared` callers are never taken for the same person twice."""

    id: int
    mail: str
    name: str
    department: str
    employment: str
    location_key: str | None
    manager_id: int | None
    shared: bool
    job_title: str = ""
    manager_mail: str | None = None

    def facts(self) -> dict[str, JsonValue]:
        """What conditions in the catalogue may look at."""
        return {
            "mail": self.mail,
            "name": self.name,
            "department": self.department,
            "location": self.location_key,
            "employment": self.employment,
        }


def requester_mail(submission: Submission, actor: Actor) -> str:
    """Whose ask it is, in lower case.

    Raises:
        MayNotRaiseForOthers: it names somebody else and the actor has no right to.
        NotByPerson: it claims a channel on which only agents take contacts.
    """
    mail = (submission.requester_mail or actor.mail).strip().lower()
    speaks_for_others = bool(actor.may_raise_for_others or actor.memberships)
    if mail != actor.mail.lower() and not speaks_for_others:
        raise MayNotRaiseForOthers
    if submission.channel in BY_PERSON and not speaks_for_others:
        raise NotByPerson(submission.channel)
    return mail


def read_people(session: Session, service: Service, submission: Submission, mail: str) -> Mapping[str, Somebody]:
    """The requester and whoever the answers name, by mail in lower case; one query.

    Raises:
        UnknownRequester: the requester is not among the active people.
    """
    mails = {mail, *named_people(service, submission.answers)}
    rows = session.execute(PEOPLE.where(func.lower(PersonRow.mail).in_(mails), PersonRow.active))
    people = {row.mail.lower(): Somebody(*row) for row in rows}
    if mail not in people:
        raise UnknownRequester(mail)
    return people


def people_once_named(session: Session, ids: Collection[int], mails: Collection[str]) -> tuple[Somebody, ...]:
    """Everybody with one of the ids or mails (in lower case), also who has left since; one query."""
    named = or_(PersonRow.id.in_(ids), func.lower(PersonRow.mail).in_(mails))
    return tuple(Somebody(*row) for row in session.execute(PEOPLE.where(named)))


_manager = aliased(PersonRow)
PEOPLE = select(
    PersonRow.id,
    PersonRow.mail,
    PersonRow.name,
    PersonRow.department,
    PersonRow.employment,
    PersonRow.location_key,
    PersonRow.manager_id,
    PersonRow.shared,
    PersonRow.job_title,
    select(_manager.mail).where(_manager.id == PersonRow.manager_id).scalar_subquery().label("manager_mail"),
)
