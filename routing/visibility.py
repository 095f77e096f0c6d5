"""Who sees what: the one place that decides. The SQL scope and the projection carry these decisions out.

Whoever may open a ticket, by its class (membership = agent in the queue or its lead; roles alone give nothing):

=================================  =======  ============================  =========================
relation to the ticket             plain    confidential                  secret
=================================  =======  ============================  =========================
requester                          yes      yes                           yes
member of `confidential_to`        -        yes, unless the subject (*)   yes, unless the subject
member of a queue with a task      yes      yes, unless the subject (*)   no
person with a step ("your turn")   yes      yes                           no
member of the desk                 yes      no                            no
subject, or no relation            no       no                            no
=================================  =======  ============================  =========================

(*) Being the subject grants nothing, and takes away what membership would give once the ticket is
confidential: a dismissal is not read by the person dismissed because they work in IT.

Of a ticket that they may open, by the class of the part:

=================================  =======  ============================  =========================
relation to the part               plain    confidential                  secret
=================================  =======  ============================  =========================
member of its `confidential_to`    -        full                          full, unless the subject
another who works on the ticket    full     mask                          none
requester, person with a step      full     none                          none
=================================  =======  ============================  =========================

A plain part of a confidential ticket takes the ticket's class, but stays full for the requester, its own queue, its
own person and its author. Being given a secret task opens the ticket to its queue, unless to the subject.
"""

from dataclasses import dataclass
from enum import StrEnum

from routing.work import DESK


class Role(StrEnum):
    EMPLOYEE = "employee"
    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    OWNER = "owner"
    ADMINISTRATOR = "administrator"


class Sight(StrEnum):
    """FULL: the part itself. MASK: that a party keeps something here. NONE: not even in a count."""

    FULL = "full"
    MASK = "mask"
    NONE = "none"


@dataclass(frozen=True)
class Actor:
    person_id: int
    mail: str
    roles: frozenset[Role] = frozenset()
    queues: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    may_raise_for_others: bool = False

    @property
    def memberships(self) -> frozenset[str]:
        return self.queues | self.leads


@dataclass(frozen=True)
class TicketView:
    """What of a ticket decides about sight: `queues` of its tasks, `people` who have a step or meet in an appointment.

    `secretly` are the queues of its secret tasks, which the other queues and people know nothing of.
    """

    requester_id: int | None
    subject_id: int | None = None
    secret: bool = False
    confidential_to: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    secretly: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Part:
    """A task, message, note, file or event; `person_id` is whose step it is, `author_id` who wrote it.

    A `secret` one exists only for the queues of its `confidential_to`. `meets` are people who meet in an appointment,
    whoever chooses its time among them: it is a step of theirs too.
    """

    queue: str | None = None
    confidential_to: frozenset[str] = frozenset()
    internal: bool = False
    author_id: int | None = None
    person_id: int | None = None
    secret: bool = False
    meets: frozenset[int] = frozenset()


def may_work(actor: Actor, queue_key: str) -> bool:
    return queue_key in actor.memberships


def may_open(actor: Actor, ticket: TicketView | None) -> bool:
    """Whether the ticket exists for the actor; None is a ticket that does not exist."""
    if ticket is None:
        return False
    if actor.person_id == ticket.requester_id or _works_on(actor, ticket):
        return True
    return not ticket.secret and actor.person_id in ticket.people


def sight(actor: Actor, ticket: TicketView | None, part: Part) -> Sight:
    """How much of one part the actor sees.

    A part with its own `confidential_to` is full for those queues, a mask for others who work on the ticket,
    and nothing for everybody else, the requester and people with a step included. A part without one takes
    the ticket's, but stays full for the requester, its own queue, its own person and its author. A secret part
    is nothing to anybody outside its queues, nor to the subject.
    """
    if ticket is None or not may_open(actor, ticket) or (part.secret and not _is_in_on(actor, ticket, part)):
        return Sight.NONE
    if not _works_on(actor, ticket):
        return Sight.FULL if _outside_work(actor, ticket, part) else Sight.NONE
    if actor.memberships & part.confidential_to:
        return Sight.FULL
    if part.confidential_to:
        return Sight.MASK
    return Sight.FULL if _within_work(actor, ticket, part) else Sight.MASK


def sees_answer(
    actor: Actor, ticket: TicketView | None, field_confidential_to: frozenset[str], *, field_secret: bool
) -> bool:
    """Whether the answer to one field is readable.

    A secret field is write-only for the requester; without queues of its own it is for those of the ticket.
    On a confidential ticket the answers that are not confidential themselves are what its agents work from.
    """
    if ticket is None or not may_open(actor, ticket):
        return False
    works = _works_on(actor, ticket)
    if field_secret:
        return works and bool(actor.memberships & (field_confidential_to or ticket.confidential_to or ticket.queues))
    if actor.person_id == ticket.requester_id:
        return True
    if field_confidential_to:
        return works and bool(actor.memberships & field_confidential_to)
    return works or not ticket.confidential_to


def _works_on(actor: Actor, ticket: TicketView) -> bool:
    """Whether a membership counts on this ticket: an agent's relation to it."""
    mine, queues = actor.memberships, _queues_known_to(actor, ticket)
    if ticket.secret or ticket.confidential_to:
        entitled = ticket.confidential_to if ticket.secret else ticket.confidential_to | queues
        return actor.person_id != ticket.subject_id and bool(mine & entitled)
    return DESK in mine or bool(mine & queues)


def _queues_known_to(actor: Actor, ticket: TicketView) -> frozenset[str]:
    return ticket.queues if actor.person_id == ticket.subject_id else ticket.queues | ticket.secretly


def _is_in_on(actor: Actor, ticket: TicketView, part: Part) -> bool:
    """Whether a secret part is theirs to know of."""
    works = _works_on(actor, ticket) and actor.person_id != ticket.subject_id
    return works and bool(actor.memberships & part.confidential_to)


def _outside_work(actor: Actor, ticket: TicketView, part: Part) -> bool:
    """Requester and people with a step: nothing internal, nothing confidential, each what is theirs."""
    if part.internal or part.confidential_to:
        return False
    return actor.person_id == ticket.requester_id or not ticket.confidential_to or _is_own(actor, part)


def _within_work(actor: Actor, ticket: TicketView, part: Part) -> bool:
    """Agents, for a part that is not confidential itself: everything on a plain ticket, else their own share."""
    if not ticket.confidential_to or actor.memberships & ticket.confidential_to:
        return True
    as_requester = actor.person_id == ticket.requester_id and not part.internal
    return as_requester or part.queue in actor.memberships or _is_own(actor, part)


def _is_own(actor: Actor, part: Part) -> bool:
    return actor.person_id in (part.author_id, part.person_id, *part.meets)
