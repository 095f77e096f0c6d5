"""What becomes of an offer: taken up, let pass, moved on to another, or declined."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from routing.assign import Strategy
from routing.why import Kind
from routing.work import TaskState
from spoc.db.people import CalendarRow, PersonRow
from spoc.db.session import transaction
from spoc.db.tickets import EventRow
from spoc.desk.actions.claims import claim, release
from spoc.desk.actions.finishing import finish, reopen_task
from spoc.desk.actions.handoff import hand_over
from spoc.desk.errors import NothingSaid, NotOfferedToYou
from spoc.desk.queues.declining import decline
from spoc.desk.queues.offering import OFFERING, follow_absences, offer_ready
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import service_at
from spoc.intake.write import Accepted
from tests.spoc.desk.offers import (
    DAY,
    TODAY,
    ask,
    assign,
    be_away,
    change_member,
    events,
    join,
    kinds,
    of_it,
    offered_to,
    point_to,
    set_queue,
)
from tests.world import World, mail_of


def test_what_a_point_of_contact_does_not_react_to_moves_on_and_ends_in_the_queue(
    world: World, session: Session
) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="Laptops")
    point_to(world, "lead", "agent.it")
    ticket = ask(world)

    seen = []
    for hours in (0, 3, 4, 24, 48):
        assign(session, world.now + timedelta(hours=hours))
        seen.append(offered_to(world, ticket))

    assert seen == ["lead", "lead", "agent.it", None, None]
    assert [event.kind for event in events(session, ticket)] == ["offered", "offered", "offered_to_nobody"]
    assert kinds(session, ticket) == [Kind.ASSIGN_SILENT]


def test_a_reaction_in_time_ends_the_offer(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    point_to(world, "lead", "agent.it")
    ticket = ask(world)
    assign(session, world.now)
    claim(session, world.actor("lead"), of_it(session, ticket).public_id, world.now)

    assign(session, world.now + 2 * DAY)

    assert (offered_to(world, ticket), of_it(session, ticket).offer_ends_at) == ("lead", None)


def test_the_time_to_react_is_working_time(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops", answer_minutes=8 * 60)
    point_to(world, "lead")
    ticket = ask(world)

    assign(session, world.now)

    assert of_it(session, ticket).offer_ends_at == world.now + timedelta(hours=6.5 + 15.5 + 1.5)


def test_in_a_queue_that_never_works_an_offer_does_not_end(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    session.execute(update(CalendarRow).values(week=[[]] * 7))
    point_to(world, "lead")
    ticket = ask(world)

    assign(session, world.now)

    assert (offered_to(world, ticket), of_it(session, ticket).offer_ends_at) == ("lead", None)


def test_an_untouched_offer_goes_to_the_deputy_and_back_again(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.SKILL, skill="vpn")
    change_member(world, "lead", skills=["vpn"])
    ticket = ask(world)
    assign(session, world.now)
    be_away(world, "lead", "agent.it")

    assign(session, world.now)
    during = offered_to(world, ticket), kinds(session, ticket)
    assign(session, world.now + DAY)

    assert during == ("agent.it", [Kind.ASSIGN_STANDS_IN])
    assert (offered_to(world, ticket), kinds(session, ticket)) == ("lead", [Kind.ASSIGN_BACK])


def test_deputies_of_deputies_take_over_while_both_are_away(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    join(world, "colleague")
    point_to(world, "lead")
    be_away(world, "lead", "agent.it", until=TODAY + DAY)
    ticket = ask(world)
    assign(session, world.now)
    first = offered_to(world, ticket)
    be_away(world, "agent.it", "colleague")

    assign(session, world.now)

    assert (first, offered_to(world, ticket)) == ("agent.it", "colleague")
    assert of_it(session, ticket).offered_for_id == world.ids["lead"]


def test_what_moved_on_purpose_is_not_given_back(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    point_to(world, "lead")
    be_away(world, "lead", "agent.it")
    claimed, put_back, handed = ask(world), ask(world), ask(world)
    assign(session, world.now)
    deputy = world.actor("agent.it")
    claim(session, deputy, of_it(session, claimed).public_id, world.now)
    claim(session, deputy, of_it(session, put_back).public_id, world.now)
    release(session, deputy, of_it(session, put_back).public_id, world.now)
    join(world, "colleague")
    to: dict[str, Any] = {"to": "it", "why": "They know it.", "person_mail": mail_of("colleague")}
    hand_over(session, deputy, of_it(session, handed).public_id, world.now, **to)

    assign(session, world.now + DAY)

    assert [offered_to(world, one) for one in (claimed, put_back, handed)] == ["agent.it", None, "colleague"]


def test_who_is_switched_off_or_leaves_the_queue_keeps_no_offer(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.LEAST_LOADED)
    ticket, other = ask(world), ask(world)
    assign(session, world.now)
    session.execute(update(PersonRow).where(PersonRow.id == world.ids["agent.it"]).values(active=False))

    assign(session, world.now)

    assert [offered_to(world, one) for one in (ticket, other)] == ["lead", "lead"]


def test_what_is_taken_up_again_or_handed_over_is_considered_anew(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    be_away(world, "lead")
    ticket = ask(world)
    task_id = of_it(session, ticket).public_id
    hand_over(session, world.actor("agent.it"), task_id, world.now, to="desk", why="Yours.")
    assign(session, world.now)
    hand_over(session, world.actor("agent.desk"), task_id, world.now, to="it", why="No, yours.")

    assign(session, world.now)

    assert offered_to(world, ticket) == "agent.it"


def test_who_finishes_what_was_offered_to_another_did_it(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)

    finish(session, world.actor("lead"), of_it(session, ticket).public_id, world.now)
    done_by = offered_to(world, ticket)
    reopen_task(session, world.actor("lead"), of_it(session, ticket).public_id, world.now, why="Not quite.")

    assert (done_by, of_it(session, ticket).state) == ("lead", TaskState.CLAIMED)


def test_the_requester_is_not_told_whom_it_is_offered_to(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)

    services = partial(service_at, session)
    pages = [
        read_ticket(session, world.actor(one), ticket.reference, world.now, services) for one in ("employee", "lead")
    ]

    assert [page.tasks[0].assignee for page in pages] == [None, "Lea Brandt"]
    assert [any(why.kind == Kind.ASSIGN_TURN for why in page.tasks[0].why) for page in pages] == [False, True]
    assert [any(event.kind == "offered" for event in page.events) for page in pages] == [False, True]


def test_two_sweeps_at_once_do_not_give_two_turns(committed: sessionmaker[Session], now: datetime) -> None:
    with transaction(committed) as first, transaction(committed) as second:
        assert first.scalar(select(func.pg_try_advisory_xact_lock(OFFERING)))

        done = (
            offer_ready(second, partial(service_at, second), now),
            follow_absences(second, partial(service_at, second), now),
        )

    assert done == (0, 0)


def say_no(world: World, ticket: Accepted, who: str, why: str = "Not my kind of thing.") -> None:
    task_id = of_it(world.session, ticket).public_id
    decline(world.session, world.actor(who), task_id, partial(service_at, world.session), world.now, why=why)


def test_a_point_of_contact_who_says_no_is_passed_over_with_the_reason(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.POINT_OF_CONTACT, topic="laptops")
    point_to(world, "agent.it", "lead")
    ticket = ask(world)
    assign(session, world.now)

    say_no(world, ticket, "agent.it", " I do screens. ")

    assert (offered_to(world, ticket), kinds(session, ticket)) == ("lead", [Kind.ASSIGN_DECLINED, Kind.ASSIGN_CONTACT])
    said = session.scalars(select(EventRow).where(EventRow.kind == "declined")).one()
    assert (said.what["why"], said.actor_id, said.public) == ("I do screens.", world.ids["agent.it"], False)


def test_whoever_said_no_is_not_asked_again_and_in_the_end_it_is_anybodys(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)
    first = offered_to(world, ticket)
    assert first is not None
    say_no(world, ticket, first)
    second = offered_to(world, ticket)
    assert second not in (None, first)

    say_no(world, ticket, str(second))
    assign(session, world.now)

    assert (offered_to(world, ticket), kinds(session, ticket)) == (None, [Kind.ASSIGN_DECLINED])
    claim(session, world.actor("agent.it"), of_it(session, ticket).public_id, world.now)


def test_nobody_says_no_for_another_nor_twice_nor_without_a_reason(world: World, session: Session) -> None:
    set_queue(session, strategy=Strategy.ROUND_ROBIN)
    ticket = ask(world)
    assign(session, world.now)
    mine = str(offered_to(world, ticket))
    other = next(one for one in ("agent.it", "lead") if one != mine)
    with pytest.raises(NotOfferedToYou):
        say_no(world, ticket, other)
    with pytest.raises(NothingSaid):
        say_no(world, ticket, mine, "  ")
    with pytest.raises(NotAllowed):
        say_no(world, ticket, "agent.desk")
    with pytest.raises(NotFound):
        say_no(world, ticket, "colleague")
    say_no(world, ticket, mine)
    with pytest.raises(NotOfferedToYou):
        say_no(world, ticket, mine)
