"""Trying rules on one ask before they count: which step goes where, and why."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.orm import Session

from catalog.lint import TRIAGE
from catalog.service import Service
from routing.rules import place
from routing.why import Why
from routing.work import Facts, Work
from spoc.db.people import PersonRow
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.errors import UnknownRequester
from spoc.intake.people import PEOPLE, Somebody
from spoc.intake.plan import facts_of, queue_titles


@dataclass(frozen=True)
class Tried:
    """One step with the queue that takes it and why; `title` is the catalogue's."""

    step: str
    title: str
    queue: str
    why: Why


def requester_of(session: Session, mail: str) -> Somebody:
    """Raises:
    UnknownRequester: nobody active has the address.
    """
    mail = mail.strip().lower()
    row = session.execute(PEOPLE.where(func.lower(PersonRow.mail) == mail, PersonRow.active)).one_or_none()
    if row is None:
        raise UnknownRequester(mail)
    return Somebody(*row)


def try_rules(
    desk: DeskFacts, service: Service, requester: Somebody, location: str | None, text: str
) -> tuple[Tried, ...]:
    """Where each of the service's steps for queues would go, asked for by this person with this text."""
    facts = facts_of(service, {}, requester, location or requester.location_key, desk, text)
    return tuple(_tried(work, facts, desk) for work in works_for(service).values())


def _tried(work: Work, facts: Facts, desk: DeskFacts) -> Tried:
    queue, why = place(work, facts, desk.rules, queue_titles(desk))
    return Tried(work.key, work.title, queue, why)


def works_for(service: Service) -> dict[str, Work]:
    """Its steps for queues that are nobody's secret, by key."""
    return {
        step.key: Work(step.key, step.title, None if service.key == TRIAGE else step.queue, None)
        for step in service.steps
        if step.queue and not step.secret
    }
