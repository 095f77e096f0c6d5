"""Who reads a ticket, and what of it is theirs: the decisions of `routing.visibility`, asked once for a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from routing.visibility import Actor, Part, Sight, sees_answer, sight
from routing.work import DESK
from spoc.db.contacts import ContactRow
from spoc.db.people import LocationRow, PersonRow, QueueRow
from spoc.db.tickets import EventRow, MessageRow
from spoc.desk.found import works_on
from spoc.desk.ticket_page import Person
from spoc.desk.ticket_rows import Ticket


@dataclass(frozen=True)
class Reader:
    """One reader of one ticket, with the names that its parts refer to by id or key."""

    actor: Actor
    ticket: Ticket
    as_agent: bool
    people: Mapping[int, Person]
    queue_titles: Mapping[str, str]
    locations: Mapping[str, str]

    def sight(self, part: Part) -> Sight:
        return sight(self.actor, self.ticket.view, part)

    def sees(self, part: Part) -> bool:
        return self.sight(part) is Sight.FULL

    def sees_answer(self, confidential_to: frozenset[str], *, secret: bool) -> bool:
        return sees_answer(self.actor, self.ticket.view, confidential_to, field_secret=secret)

    @property
    def is_requester(self) -> bool:
        return self.actor.person_id == self.ticket.requester_id

    @property
    def in_circle(self) -> bool:
        return in_circle(self.actor, self.ticket)

    @property
    def sees_whole_text(self) -> bool:
        """The words as they came in, with several asks in them, are for the desk and whoever wrote them."""
        return self.is_requester or (self.as_agent and self.in_circle and DESK in self.actor.memberships)

    def said(
        self,
        named: Iterable[str],
        *,
        internal: bool = False,
        author_id: int | None = None,
        queue: str | None = None,
        person_id: int | None = None,
    ) -> Part:
        """What somebody wrote or added, for these queues alone if any are named; to `person_id`, if to one person.

        It is secret where they have nothing but secret work here: its mask would tell of that work.
        """
        only, ticket = frozenset(named), self.ticket.view
        openly = ticket.queues | ticket.confidential_to | {DESK}
        secret = bool(only & ticket.secretly) and not only & openly
        return Part(queue, only, internal=internal, author_id=author_id, person_id=person_id, secret=secret)

    def name(self, person_id: int | None) -> str | None:
        person = self.people.get(person_id) if person_id is not None else None
        return person.name if person else None


def reader_of(session: Session, actor: Actor, ticket: Ticket) -> Reader:
    queues = session.execute(select(QueueRow.key, QueueRow.title)).all()
    places = dict(session.execute(select(LocationRow.key, LocationRow.title)).all())
    return Reader(
        actor=actor,
        ticket=ticket,
        as_agent=works_on(actor, ticket),
        people=_people(session, ticket, places),
        queue_titles=dict(queues),
        locations=places,
    )


def _people(session: Session, ticket: Ticket, places: Mapping[str, str]) -> dict[int, Person]:
    """Everybody whom the ticket's messages, contacts and events name."""
    id_ = ticket.id
    rows = session.scalars(
        select(PersonRow).where(
            or_(
                PersonRow.id == ticket.requester_id,
                PersonRow.id.in_(select(EventRow.actor_id).where(EventRow.ticket_id == id_)),
                PersonRow.id.in_(select(MessageRow.author_id).where(MessageRow.ticket_id == id_)),
                PersonRow.id.in_(select(ContactRow.person_id).where(ContactRow.ticket_id == id_)),
                PersonRow.id.in_(select(ContactRow.agent_id).where(ContactRow.ticket_id == id_)),
            )
        )
    )
    return {row.id: _person(row, places) for row in rows}


def _person(row: PersonRow, places: Mapping[str, str]) -> Person:
    place = places.get(row.location_key or "", "")
    return Person(row.id, row.name, row.mail, row.job_title, row.department, place, row.phone)


def in_circle(actor: Actor, ticket: Ticket) -> bool:
    """Whether nothing of the ticket's own is kept from an agent: it is not confidential, or they are of its queues."""
    circle = frozenset(ticket.confidential_to)
    return not circle or bool(circle & actor.memberships)


def title_for(actor: Actor, ticket: Ticket) -> str:
    """The ticket's title; on a confidential one, for those outside its queues, only its reference."""
    if actor.person_id == ticket.requester_id or in_circle(actor, ticket):
        return ticket.title
    return ticket.reference
