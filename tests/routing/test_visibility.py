from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.visibility import Actor, Part, Role, Sight, TicketView, may_open, may_work, sees_answer, sight

ME, SOMEBODY, ANYBODY = 1, 2, 3
HR = frozenset({"hr"})
NOBODY: frozenset[str] = frozenset()
PLAIN = TicketView(requester_id=SOMEBODY, queues=frozenset({"it", "hr"}), people=frozenset({ANYBODY}))
CLASSES = {
    "plain": PLAIN,
    "confidential": replace(PLAIN, confidential_to=HR),
    "secret": replace(PLAIN, confidential_to=HR, secret=True),
}
PARTS = (
    Part("it"),
    Part("hr"),
    Part("hr", confidential_to=HR),
    Part(author_id=SOMEBODY),
    Part("it", internal=True, author_id=ANYBODY),
    Part("hr", confidential_to=HR, internal=True, author_id=ANYBODY),
)
SECRET = Part("hr", confidential_to=HR, secret=True)
# Fields for everybody and for HR, then the same as secrets.
FIELDS: tuple[tuple[frozenset[str], bool], ...] = tuple((to, secret) for secret in (False, True) for to in (NOBODY, HR))
CLOSED = ("--------", "----")
REQUESTER = ("FF-F--F-", "yy--")
LETTERS = {Sight.FULL: "F", Sight.MASK: "M", Sight.NONE: "-"}


@dataclass(frozen=True)
class Relation:
    """What binds the actor to the ticket."""

    queues: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    requester: bool = False
    subject: bool = False
    your_turn: bool = False

    def actor(self, *roles: Role) -> Actor:
        return Actor(ME, "me@example.org", frozenset(roles), self.queues, self.leads)

    def ticket(self, ticket: TicketView) -> TicketView:
        return replace(
            ticket,
            requester_id=ME if self.requester else ticket.requester_id,
            subject_id=ME if self.subject else ticket.subject_id,
            people=ticket.people | {ME} if self.your_turn else ticket.people,
        )

    def parts(self) -> tuple[Part, ...]:
        return (*PARTS, Part(person_id=ME if self.your_turn else ANYBODY), SECRET)


IT, DESK = frozenset({"it"}), frozenset({"desk"})
# Per class: sight of IT's task, HR's task, HR's confidential task, a message, IT's note, HR's confidential note,
# a person's step (the actor's where it is their turn), HR's secret task; then answers: open, HR's, secret, HR's secret.
TABLE = {
    "nobody": (Relation(), CLOSED, CLOSED, CLOSED),
    "requester": (Relation(requester=True), REQUESTER, REQUESTER, REQUESTER),
    "subject": (Relation(subject=True), CLOSED, CLOSED, CLOSED),
    "requester and subject": (Relation(requester=True, subject=True), REQUESTER, REQUESTER, REQUESTER),
    "your turn": (Relation(your_turn=True), ("FF-F--F-", "y---"), ("------F-", "----"), CLOSED),
    "subject, your turn": (Relation(your_turn=True, subject=True), ("FF-F--F-", "y---"), ("------F-", "----"), CLOSED),
    "desk": (Relation(DESK), ("FFMFFMF-", "y---"), CLOSED, CLOSED),
    "lead of the desk": (Relation(leads=DESK), ("FFMFFMF-", "y---"), CLOSED, CLOSED),
    "queue with a task": (Relation(IT), ("FFMFFMF-", "y-y-"), ("FMMMFMM-", "y---"), CLOSED),
    "lead of it": (Relation(leads=IT), ("FFMFFMF-", "y-y-"), ("FMMMFMM-", "y---"), CLOSED),
    "that queue, subject": (Relation(IT, subject=True), ("FFMFFMF-", "y-y-"), CLOSED, CLOSED),
    "that queue, requester": (Relation(IT, requester=True), ("FFMFFMF-", "yyy-"), ("FFMFFMF-", "yy--"), REQUESTER),
    "that queue, your turn": (Relation(IT, your_turn=True), ("FFMFFMF-", "y-y-"), ("FMMMFMF-", "y---"), CLOSED),
    "named queue": (Relation(HR), ("FFFFFFFF", "yyyy"), ("FFFFFFFF", "yyyy"), ("FFFFFFFF", "yyyy")),
    "lead of hr": (Relation(leads=HR), ("FFFFFFFF", "yyyy"), ("FFFFFFFF", "yyyy"), ("FFFFFFFF", "yyyy")),
    "named queue, subject": (Relation(HR, subject=True), ("FFFFFFF-", "yyyy"), CLOSED, CLOSED),
    "named queue, both": (Relation(HR, requester=True, subject=True), ("FFFFFFF-", "yyyy"), REQUESTER, REQUESTER),
    "queue without a task": (Relation(frozenset({"facilities"})), CLOSED, CLOSED, CLOSED),
}
CASES = [
    pytest.param(relation, CLASSES[name], expected, id=f"{who}-{name}")
    for who, (relation, *classes) in TABLE.items()
    for name, expected in zip(CLASSES, classes, strict=True)
]


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize(("relation", "base", "expected"), CASES)
def test_who_sees_what(role: Role | None, relation: Relation, base: TicketView, expected: tuple[str, str]) -> None:
    actor, ticket = relation.actor(*([role] if role else [])), relation.ticket(base)

    sights = "".join(LETTERS[sight(actor, ticket, part)] for part in relation.parts())
    answers = "".join("y" if sees_answer(actor, ticket, to, field_secret=secret) else "-" for to, secret in FIELDS)

    assert (sights, answers) == expected
    assert may_open(actor, ticket) == (expected != CLOSED)


def test_a_ticket_that_does_not_exist_is_as_closed_as_one_that_is_not_yours() -> None:
    me = Relation().actor()

    assert not may_open(me, None)
    assert sight(me, None, PARTS[0]) is Sight.NONE
    assert not sees_answer(me, None, frozenset(), field_secret=False)


def test_work_is_for_members_and_leads() -> None:
    actor = Actor(ME, "me@example.org", frozenset(Role), IT, HR)

    assert may_work(actor, "it")
    assert may_work(actor, "hr")
    assert not may_work(actor, "desk")


def test_an_own_message_stays_readable_to_its_author_on_a_confidential_ticket() -> None:
    mine, agent = Part(author_id=ME), Relation(IT)

    assert sight(agent.actor(), CLASSES["confidential"], mine) is Sight.FULL
    turn = Relation(your_turn=True)
    assert sight(turn.actor(), turn.ticket(CLASSES["confidential"]), mine) is Sight.FULL


def test_a_ticket_without_a_requester_belongs_to_nobody() -> None:
    assert not may_open(Relation().actor(), replace(PLAIN, requester_id=None))


queue_sets = st.frozensets(st.sampled_from(["desk", "it", "hr", "payroll", "facilities"]), max_size=3)
persons = st.integers(1, 4)
actors = st.builds(
    Actor, persons, st.just("a@example.org"), st.frozensets(st.sampled_from(Role)), queue_sets, queue_sets
)
tickets = st.builds(
    TicketView,
    persons,
    st.none() | persons,
    st.booleans(),
    queue_sets,
    queue_sets,
    st.frozensets(persons, max_size=2),
    queue_sets,
)
parts = st.builds(
    Part,
    st.none() | st.sampled_from(["desk", "it", "hr"]),
    queue_sets,
    st.booleans(),
    st.none() | persons,
    st.none() | persons,
    st.booleans(),
)
fields = st.tuples(queue_sets, st.booleans())


@given(actors, tickets, parts, fields)
def test_without_a_relation_nothing_opens(
    actor: Actor, ticket: TicketView, part: Part, field: tuple[frozenset[str], bool]
) -> None:
    stranger = replace(actor, person_id=99, queues=frozenset(), leads=frozenset())

    assert decisions(stranger, ticket, part, field) == decisions(stranger, None, part, field)


@given(actors, tickets, parts, fields)
def test_a_secret_ticket_is_as_good_as_missing_for_outsiders(
    actor: Actor, ticket: TicketView, part: Part, field: tuple[frozenset[str], bool]
) -> None:
    secret = replace(ticket, secret=True)
    member = actor.person_id != secret.subject_id and bool(actor.memberships & secret.confidential_to)

    if actor.person_id != secret.requester_id and not member:
        assert decisions(actor, secret, part, field) == decisions(actor, None, part, field)


@given(actors, tickets, parts)
def test_full_sight_of_a_confidential_part_needs_membership(actor: Actor, ticket: TicketView, part: Part) -> None:
    if part.confidential_to and sight(actor, ticket, part) is Sight.FULL:
        assert actor.memberships & part.confidential_to


@given(actors, tickets, parts)
def test_a_part_is_seen_only_where_the_ticket_opens_and_masks_are_for_agents(
    actor: Actor, ticket: TicketView, part: Part
) -> None:
    seen = sight(actor, ticket, part)

    assert may_open(actor, ticket) or seen is Sight.NONE
    assert actor.memberships or seen is not Sight.MASK
    assert actor.memberships or not part.internal or seen is Sight.NONE


@given(actors, tickets, parts, fields, st.frozensets(st.sampled_from(Role)))
def test_a_role_alone_changes_nothing(
    actor: Actor, ticket: TicketView, part: Part, field: tuple[frozenset[str], bool], roles: frozenset[Role]
) -> None:
    assert decisions(replace(actor, roles=roles), ticket, part, field) == decisions(actor, ticket, part, field)


@given(actors, tickets, parts, fields)
def test_leading_a_queue_is_being_in_it(
    actor: Actor, ticket: TicketView, part: Part, field: tuple[frozenset[str], bool]
) -> None:
    lead = replace(actor, queues=frozenset(), leads=actor.memberships)

    assert decisions(lead, ticket, part, field) == decisions(actor, ticket, part, field)


@given(actors, tickets, parts, fields)
def test_being_the_subject_never_opens_anything(
    actor: Actor, ticket: TicketView, part: Part, field: tuple[frozenset[str], bool]
) -> None:
    about_me = replace(ticket, subject_id=actor.person_id)
    about_another = replace(ticket, subject_id=99)

    assert may_open(actor, about_another) or not may_open(actor, about_me)
    assert sees_answer(actor, about_another, field[0], field_secret=field[1]) or not sees_answer(
        actor, about_me, field[0], field_secret=field[1]
    )


@given(actors, tickets, queue_sets)
def test_a_secret_answer_is_for_members_only(actor: Actor, ticket: TicketView, named: frozenset[str]) -> None:
    if sees_answer(actor, ticket, named, field_secret=True):
        assert actor.memberships & (named or ticket.confidential_to or ticket.queues)


@given(actors, tickets, queue_sets)
def test_a_confidential_answer_is_for_members_and_its_giver(
    actor: Actor, ticket: TicketView, named: frozenset[str]
) -> None:
    if named and sees_answer(actor, ticket, named, field_secret=False):
        assert actor.person_id == ticket.requester_id or actor.memberships & named


@given(actors, tickets, parts)
def test_a_secret_part_is_all_or_nothing_and_nothing_to_the_subject(
    actor: Actor, ticket: TicketView, part: Part
) -> None:
    seen = sight(actor, ticket, replace(part, secret=True))

    assert seen is not Sight.MASK
    known = bool(actor.memberships & part.confidential_to) and actor.person_id != ticket.subject_id
    assert known or seen is Sight.NONE


@given(actors, tickets, parts, fields)
def test_a_secret_task_changes_nothing_outside_its_queue_nor_for_the_subject(
    actor: Actor, ticket: TicketView, part: Part, field: tuple[frozenset[str], bool]
) -> None:
    without = replace(ticket, secretly=frozenset())

    if actor.person_id == ticket.subject_id or not actor.memberships & ticket.secretly:
        assert decisions(actor, ticket, part, field) == decisions(actor, without, part, field)


def test_a_secret_task_alone_opens_a_plain_ticket_to_its_queue() -> None:
    member = Relation(frozenset({"payroll"})).actor()

    assert not may_open(member, PLAIN)
    assert may_open(member, replace(PLAIN, secretly=frozenset({"payroll"})))


def decisions(
    actor: Actor, ticket: TicketView | None, part: Part, field: tuple[frozenset[str], bool]
) -> tuple[bool, Sight, bool]:
    return (
        may_open(actor, ticket),
        sight(actor, ticket, part),
        sees_answer(actor, ticket, field[0], field_secret=field[1]),
    )
