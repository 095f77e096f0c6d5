"""The people an ask is about, as its rules and steps see them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

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
    rows = session.execute(_PEOPLE.where(func.lower(PersonRow.mail).in_(mails), PersonRow.active))
    people = {row.mail.lower(): Somebody(*row) for row in rows}
    if mail not in people:
        raise UnknownRequester(mail)
    return people


_PEOPLE = select(
    PersonRow.id,
    PersonRow.mail,
    PersonRow.name,
    PersonRow.department,
    PersonRow.employment,
    PersonRow.location_key,
    PersonRow.manager_id,
    PersonRow.shared,
)
