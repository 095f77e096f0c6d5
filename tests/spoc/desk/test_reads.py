"""What a reader is told: masks, secret tickets, lists, and nothing of what is kept from them."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.lifecycle import Cell
from routing.work import Channel, HoldReason, TaskState
from spoc.db.tickets import TaskRow, TicketRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold
from spoc.desk.callers import can_open, recent_tickets
from spoc.desk.messages import send_message
from spoc.desk.queues.lists import all_queues, badges, my_work, show_queue
from spoc.desk.queues.rows import Day, Group
from spoc.desk.requests import list_requests
from spoc.desk.ticket_page import TicketPage
from spoc.desk.tickets import read_ticket
from spoc.errors import NotFound
from spoc.intake.catalogue import service_at
from tests.world import World, mail_of


@pytest.fixture
def day(now: datetime) -> Day:
    return Day(now, now + timedelta(hours=13))


def read(world: World, who: str, reference: str) -> TicketPage:
    return read_ticket(world.session, world.actor(who), reference, world.now, partial(service_at, world.session))


def test_a_hidden_need_is_said_to_hold_up_and_not_named(world: World, session: Session, day: Day) -> None:
    ticket = world.submit("new-starter")
    session.execute(update(TaskRow).where(TaskRow.key == "contract").values(confidential_to=["hr"]))

    page = read(world, "agent.it", ticket.reference)

    assert [(mask.party, mask.blocks) for mask in page.masks] == [("HR", True)]
    accounts = next(task for task in page.tasks if task.key == "accounts")
    assert (accounts.needs, accounts.waits_for) == ((), ())
    listing = show_queue(session, world.actor("agent.it"), "it", day)
    assert "Prepare the contract" not in str((page.tasks, listing))
    assert read(world, "employee", ticket.reference).masks == ()


def test_a_secret_ticket_is_not_there_for_its_subject_nor_for_the_desk(world: World, session: Session) -> None:
    ticket = world.submit("leaver", by="manager")
    row = session.get_one(TicketRow, ticket.ticket_id)
    row.subject_id = world.ids["agent.it"]
    session.flush()

    for who in ("agent.it", "agent.desk", "colleague", "admin"):
        with pytest.raises(NotFound):
            read(world, who, ticket.reference)
        assert not can_open(session, world.actor(who), ticket.reference)
    assert read(world, "agent.hr", ticket.reference).confidential


def test_a_secret_ticket_is_in_no_list_count_or_choice_of_its_subject(
    world: World, session: Session, day: Day, now: datetime
) -> None:
    it = world.actor("agent.it")
    before = (
        show_queue(session, it, "it", day),
        badges(session, it, now),
        recent_tickets(session, it, mail_of("manager"), now),
    )
    ticket = world.submit("leaver", by="manager")
    session.get_one(TicketRow, ticket.ticket_id).subject_id = world.ids["agent.it"]
    session.flush()

    after = (
        show_queue(session, it, "it", day),
        badges(session, it, now),
        recent_tickets(session, it, mail_of("manager"), now),
    )

    assert after == before


def test_counts_are_what_the_list_shows(world: World, session: Session, day: Day, now: datetime) -> None:
    for minutes in (0, 30, 90, 600):
        world.submit("password-access", at=now - timedelta(minutes=minutes))
    desk = world.actor("agent.desk")

    listing = show_queue(session, desk, "desk", day)

    shown = {group: sum(row.group is group for row in listing.rows) for group in Group}
    assert shown == dict(listing.counts)
    assert badges(session, desk, now)[0].open_count == listing.open_count == len(listing.rows)
    assert badges(session, desk, now)[0].late_count == shown[Group.LATE] > 0


def test_what_stands_still_for_the_requester_is_not_late(
    world: World, session: Session, day: Day, now: datetime
) -> None:
    ticket = world.submit("password-access", at=now - timedelta(days=2))
    hold(session, world.actor("agent.desk"), ticket.tasks[0].id, now, reason=HoldReason.REQUESTER, note="Which?")

    listing = show_queue(session, world.actor("agent.desk"), "desk", day)

    assert [row.group for row in listing.rows] == [Group.STOPPED]
    assert listing.counts[Group.LATE] == 0
    assert listing.rows[0].departments[0].cells == (Cell.IN_WORK,)


def test_every_task_is_on_one_page_also_what_stands_still(
    world: World, session: Session, day: Day, now: datetime
) -> None:
    ticket = world.submit("password-access")
    first = session.scalars(select(TaskRow)).one()
    held = {"state": TaskState.ON_HOLD, "hold_reason": HoldReason.REQUESTER, "held_at": now}
    for number in range(130):
        state = held if number % 2 else {"state": TaskState.READY}
        due_at = None if number % 5 == 0 else now + timedelta(minutes=number // 3)
        task = TaskRow(
            ticket_id=first.ticket_id, ask_id=first.ask_id, key=f"part-{number}", title="Part", queue_id=first.queue_id
        )
        for name, value in {**state, "due_at": due_at}.items():
            setattr(task, name, value)
        session.add(task)
    session.flush()
    desk = world.actor("agent.desk")

    pages = [show_queue(session, desk, "desk", day)]
    while pages[-1].next is not None:
        pages.append(show_queue(session, desk, "desk", day, after=pages[-1].next))

    rows = [row for page in pages for row in page.rows]
    assert ticket.reference == rows[0].reference
    assert [len(page.rows) for page in pages] == [50, 50, 31]
    assert len({row.id for row in rows}) == pages[0].open_count == 131
    stopped = [row.group is Group.STOPPED for row in rows]
    assert stopped == sorted(stopped)


def test_my_work_is_what_i_claimed_and_what_was_handed_to_me(
    world: World, session: Session, day: Day, now: datetime
) -> None:
    ticket = world.submit("new-starter")
    ids = {task.key: task.id for task in ticket.tasks}
    claim(session, world.actor("agent.facilities"), ids["badge"], now)
    hand_over(
        session, world.actor("lead"), ids["laptop-order"], now, to="it", why="Hers", person_mail=mail_of("agent.it")
    )

    assert [row.key for row in my_work(session, world.actor("agent.facilities"), day).rows] == ["badge"]
    assert [row.key for row in my_work(session, world.actor("agent.it"), day).rows] == ["laptop-order"]


def test_all_queues_are_those_one_works_in(world: World, session: Session, day: Day) -> None:
    world.submit("new-starter")
    world.submit("password-access")

    rows = all_queues(session, world.actor("lead"), day).rows

    assert {row.queue for row in rows} == {"desk", "it"}


def test_a_request_says_what_is_next_and_whose_turn_it_is(world: World, session: Session, now: datetime) -> None:
    world.submit("new-starter", at=now - timedelta(minutes=1))
    world.submit("password-access")

    newest, first = list_requests(session, world.actor("employee"), now)

    assert newest.next is not None
    assert (newest.next.party, newest.your_turn) == ("Service desk", False)
    assert first.your_turn
    assert first.departments[-1].title == "You"
    assert all(one.title != "HR" or one.total == 3 for one in first.departments)


def test_somebody_with_a_step_finds_it_among_their_requests(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    session.execute(update(TaskRow).where(TaskRow.key == "first-week-plan").values(person_id=world.ids["colleague"]))

    found = list_requests(session, world.actor("colleague"), now)

    assert [one.reference for one in found] == [ticket.reference]


def test_a_confidential_ticket_shows_other_queues_their_own_part(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("payslip-question")
    session.execute(update(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id).values(confidential_to=[]))
    both = world.actor("agent.hr")
    both = type(both)(both.person_id, both.mail, both.roles, frozenset({"hr", "it"}))
    hand_over(session, both, ticket.tasks[0].id, now, to="it", why="Access to the portal", know="")
    send_message(session, world.actor("agent.hr"), ticket.reference, now, body="Netto is wrong", channel=Channel.WEB)

    page = read(world, "agent.it", ticket.reference)

    assert [task.queue for task in page.tasks] == ["it"]
    assert page.title == ticket.reference
    assert page.asks[0].service_title == ""
    assert page.messages == ()
    assert [mask.party for mask in page.masks] == ["HR"]
    assert "Netto" not in str(page.events)


def test_the_state_of_every_task_has_its_row(world: World, session: Session) -> None:
    ticket = world.submit("new-starter")

    page = read(world, "agent.hr", ticket.reference)

    stored = session.scalars(select(TaskRow.state).where(TaskRow.ticket_id == ticket.ticket_id)).all()
    assert sorted(task.state for task in page.tasks) == sorted(stored)
    assert TaskState.WAITING in stored
