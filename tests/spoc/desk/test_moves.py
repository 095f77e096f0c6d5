"""Moves of tasks: who may make them, what follows, and what the record says."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.errors import NotPossible
from routing.work import Channel, HoldReason, TaskState, TicketState
from spoc.db.contacts import ContactRow
from spoc.db.jobs import JobRow
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, EventRow, MessageRow, TaskRow, TicketRow
from spoc.desk.actions.claims import claim, release
from spoc.desk.actions.finishing import finish, reopen_task, reopen_ticket
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold, resume
from spoc.desk.errors import AlreadyClaimed, AlreadyThere, NotAMember, NothingSaid, NotLater, NotResolved, UnknownQueue
from spoc.desk.follow import follow
from spoc.desk.messages import send_message
from spoc.desk.sweeps import open_due, resume_due
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import service_at
from spoc.intake.write import Accepted
from tests.world import World, mail_of


def task_id(ticket: Accepted, key: str) -> UUID:
    return next(task.id for task in ticket.tasks if task.key == key)


def row(session: Session, ticket: Accepted, key: str) -> TaskRow:
    found = session.scalars(select(TaskRow).where(TaskRow.public_id == task_id(ticket, key))).one()
    session.refresh(found)
    return found


def ticket_row(session: Session, ticket: Accepted) -> TicketRow:
    found = session.get_one(TicketRow, ticket.ticket_id)
    session.refresh(found)
    return found


def events(session: Session, ticket: Accepted, kind: str) -> list[EventRow]:
    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind == kind)
    return list(session.scalars(wanted.order_by(EventRow.number)))


def finish_all(session: Session, world: World, ticket: Accepted, at: datetime) -> None:
    """Everybody does their part, in the order of the needs."""
    by_queue = {key.removeprefix("agent."): key for key in world.ids if key.startswith("agent.")}
    while left := open_tasks(session, ticket):
        for task, queue in left:
            actor = world.actor(by_queue[queue] if queue else "employee")
            finish(session, actor, task, at, result="Done.")


def open_tasks(session: Session, ticket: Accepted) -> list[tuple[UUID, str | None]]:
    joined = select(TaskRow.public_id, QueueRow.key).outerjoin(QueueRow, QueueRow.id == TaskRow.queue_id)
    ready = joined.where(TaskRow.ticket_id == ticket.ticket_id, TaskRow.state.in_(["ready", "claimed"]))
    return [(row[0], row[1]) for row in session.execute(ready).all()]


def test_a_claimed_task_is_the_agents_and_says_so(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.assignee_id, task.claimed_at) == (TaskState.CLAIMED, world.ids["agent.it"], now)
    assert [event.what["title"] for event in events(session, ticket, "claimed")] == [task.title]


def test_claiming_what_is_already_mine_changes_nothing(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now + timedelta(minutes=1))

    assert len(events(session, ticket, "claimed")) == 1


def test_who_comes_second_is_told_who_was_faster(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    with pytest.raises(AlreadyClaimed, match="Lea Brandt") as caught:
        claim(session, world.actor("lead"), task_id(ticket, "laptop-order"), now)

    assert caught.value.reference == ticket.reference


def test_a_task_that_waits_cannot_be_claimed(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotPossible):
        claim(session, world.actor("agent.it"), task_id(ticket, "accounts"), now)


def test_a_task_of_another_queue_is_seen_and_not_worked(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotAllowed):
        claim(session, world.actor("agent.it"), task_id(ticket, "badge"), now)


@pytest.mark.parametrize(("who", "key"), [("colleague", "badge"), ("manager", "badge"), ("agent.it", "payroll")])
def test_a_task_that_is_not_ones_to_see_does_not_exist(
    world: World, session: Session, now: datetime, who: str, key: str
) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotFound) as hidden:
        claim(session, world.actor(who), task_id(ticket, key), now)
    with pytest.raises(NotFound) as missing:
        claim(session, world.actor(who), uuid4(), now)

    assert str(hidden.value) == str(missing.value)


def test_a_released_task_is_anybodys_again(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    release(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.assignee_id) == (TaskState.READY, None)


def test_what_waited_for_a_finished_task_becomes_ready(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    finish(session, world.actor("agent.hr"), task_id(ticket, "contract"), now, result="Signed.")

    assert row(session, ticket, "contract").result == "Signed."
    accounts = row(session, ticket, "accounts")
    assert (accounts.state, accounts.ready_at) == (TaskState.READY, now)
    assert row(session, ticket, "groups").state is TaskState.WAITING
    assert ticket_row(session, ticket).state is TicketState.OPEN


def test_a_person_ends_their_own_step_and_nobody_elses(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotAllowed):
        finish(session, world.actor("agent.desk"), task_id(ticket, "first-week-plan"), now)
    finish(session, world.actor("employee"), task_id(ticket, "first-week-plan"), now, result="Lunch with Mara.")

    assert row(session, ticket, "first-week-plan").state is TaskState.DONE


def test_the_last_task_resolves_ask_and_ticket_and_tells_the_requester(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")

    finish_all(session, world, ticket, now)

    ask = session.scalars(select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)).one()
    session.refresh(ask)
    assert (ask.resolved_at, ask.first_resolved_at) == (now, now)
    assert ask.resolved_by_queue_id is not None
    assert (ticket_row(session, ticket).state, ticket_row(session, ticket).resolved_at) == (TicketState.RESOLVED, now)
    assert len(events(session, ticket, "resolved")) == 1
    assert len(session.scalars(select(JobRow).where(JobRow.kind == "mail.ticket_resolved")).all()) == 1


def test_a_hold_for_the_requester_waits_for_them_and_their_answer_ends_it(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    agent = world.actor(f"agent.{queue}")
    due = session.scalars(select(TaskRow.due_at).where(TaskRow.public_id == first)).one()
    hold(session, agent, first, now, reason=HoldReason.REQUESTER, note="Which system?")
    assert ticket_row(session, ticket).state is TicketState.WAITING_FOR_REQUESTER

    later = now + timedelta(hours=1)
    send_message(session, world.actor("employee"), ticket.reference, later, body="The wiki.", channel=Channel.WEB)

    task = session.scalars(select(TaskRow).where(TaskRow.public_id == first)).one()
    session.refresh(task)
    assert (task.state, task.hold_reason) == (TaskState.READY, None)
    assert due is not None
    assert task.due_at == due + timedelta(hours=1)
    assert session.scalars(select(MessageRow.body).order_by(MessageRow.id)).all() == ["Which system?", "The wiki."]
    assert len(session.scalars(select(JobRow).where(JobRow.kind == "mail.message")).all()) == 1
    assert ticket_row(session, ticket).state is TicketState.OPEN
    kinds = session.scalars(
        select(ContactRow.kind).where(ContactRow.ticket_id == ticket.ticket_id).order_by(ContactRow.id)
    )
    assert [str(kind) for kind in kinds] == ["first", "response"]


def test_a_hold_for_the_requester_needs_a_question(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]

    with pytest.raises(NothingSaid) as caught:
        hold(session, world.actor(f"agent.{queue}"), first, now, reason=HoldReason.REQUESTER, note=" ")

    assert [fault.field for fault in caught.value.faults] == ["note"]
    assert row(session, ticket, ticket.tasks[0].key).state is TaskState.READY


def test_what_is_finished_from_a_hold_keeps_the_pause_in_its_due_time(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    agent = world.actor(f"agent.{queue}")
    due = session.scalars(select(TaskRow.due_at).where(TaskRow.public_id == first)).one()
    assert due is not None

    hold(session, agent, first, now, reason=HoldReason.REQUESTER, note="Which system?")
    finish(session, agent, first, now + timedelta(hours=1), result="Found it.")

    assert session.scalars(select(TaskRow.due_at).where(TaskRow.public_id == first)).one() == due + timedelta(hours=1)


def test_a_hold_ends_in_the_future(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotLater):
        hold(
            session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now, reason=HoldReason.VENDOR, until=now
        )


def test_a_task_that_is_not_held_cannot_be_resumed(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotPossible):
        resume(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)


def test_a_handed_over_task_is_ready_in_the_other_queue_with_what_they_need_to_know(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("new-starter")
    claim(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now)

    hand_over(
        session,
        world.actor("agent.it"),
        task_id(ticket, "laptop-order"),
        now,
        to="office",
        why="Bought from the office budget",
        know="Cost centre 4410",
    )

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.assignee_id, task.claimed_at) == (TaskState.READY, None, None)
    assert session.get_one(QueueRow, task.queue_id).key == "office"
    what = events(session, ticket, "handed_off")[0].what
    assert (what["from"], what["to"], what["know"], what["warm"]) == ("it", "office", "Cost centre 4410", False)


def test_a_task_can_be_meant_for_one_person_of_the_queue(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    order = task_id(ticket, "laptop-order")

    hand_over(
        session, world.actor("lead"), order, now, to="it", why="She knows the supplier", person_mail=mail_of("agent.it")
    )

    assert row(session, ticket, "laptop-order").assignee_id == world.ids["agent.it"]


def test_a_handover_needs_a_reason_a_queue_and_a_member(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    order, actor = task_id(ticket, "laptop-order"), world.actor("agent.it")

    with pytest.raises(NothingSaid):
        hand_over(session, actor, order, now, to="office", why="  ")
    with pytest.raises(UnknownQueue):
        hand_over(session, actor, order, now, to="nowhere", why="Theirs")
    with pytest.raises(NotAMember):
        hand_over(session, actor, order, now, to="office", why="Theirs", person_mail=mail_of("agent.it"))
    with pytest.raises(AlreadyThere):
        hand_over(session, actor, order, now, to="it", why="Theirs")


def test_a_confidential_task_leaves_its_queue_only_by_a_hand_in_both(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("new-starter")
    finish(session, world.actor("agent.hr"), task_id(ticket, "contract"), now)

    with pytest.raises(NotAllowed):
        hand_over(session, world.actor("agent.hr"), task_id(ticket, "payroll"), now, to="it", why="Theirs")
    both = world.actor("agent.hr")
    both = type(both)(both.person_id, both.mail, both.roles, frozenset({"hr", "it"}))
    hand_over(session, both, task_id(ticket, "payroll"), now, to="it", why="Theirs")

    assert row(session, ticket, "payroll").confidential_to == ["hr", "it"]


@pytest.mark.parametrize(("who", "told"), [("agent.it", 1), ("agent.hr", 1), ("agent.facilities", 0), ("employee", 0)])
def test_a_confidential_handover_is_told_to_those_who_hold_it_now(
    world: World, session: Session, now: datetime, who: str, told: int
) -> None:
    ticket = world.submit("new-starter")
    finish(session, world.actor("agent.hr"), task_id(ticket, "contract"), now)
    both = world.actor("agent.hr")
    both = type(both)(both.person_id, both.mail, both.roles, frozenset({"hr", "it"}))

    hand_over(
        session, both, task_id(ticket, "payroll"), now, to="it", why="A fault in the tool", know="Run it in test first"
    )

    page = read_ticket(session, world.actor(who), ticket.reference, now, partial(service_at, session))
    read = [event.what["know"] for event in page.events if event.kind == "handed_off"]
    assert read == ["Run it in test first"] * told


def test_reopening_a_task_opens_the_ticket_again(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    finish_all(session, world, ticket, now)

    reopen_task(session, world.actor(f"agent.{queue}"), first, now + timedelta(hours=1), why="It came back")

    opened = ticket_row(session, ticket)
    assert (opened.state, opened.resolved_at) == (TicketState.OPEN, None)
    ask = session.scalars(select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)).one()
    session.refresh(ask)
    assert (ask.resolved_at, ask.first_resolved_at) == (None, now)
    assert ask.resolved_by_queue_id is None
    assert ask.first_resolved_by_queue_id == session.scalar(select(QueueRow.id).where(QueueRow.key == queue))
    assert events(session, ticket, "ticket_reopened")[0].what == {"why": "It came back"}


def test_every_change_of_a_ticket_and_its_ask_is_in_the_log(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    first, queue = open_tasks(session, ticket)[0]
    agent = world.actor(f"agent.{queue}")
    hold(session, agent, first, now, reason=HoldReason.REQUESTER, note="Which system?")
    resume(session, agent, first, now)
    finish(session, agent, first, now)
    reopen_task(session, agent, first, now, why="It came back")
    session.execute(update(TaskRow).values(state=TaskState.CANCELLED))
    follow(session, ticket.ticket_id, None, now)

    kinds = {"ask_resolved", "ask_reopened", "ask_cancelled", "waiting_for_requester", "in_work_again", "cancelled"}
    log = session.scalars(select(EventRow).where(EventRow.kind.in_(kinds)).order_by(EventRow.number)).all()
    assert [event.kind for event in log] == [
        "waiting_for_requester",
        "in_work_again",
        "ask_resolved",
        "ask_reopened",
        "ask_cancelled",
        "cancelled",
    ]
    assert not any(event.public for event in log)
    assert ticket_row(session, ticket).state is TicketState.CANCELLED


def test_reopening_a_task_needs_a_reason(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NothingSaid):
        reopen_task(session, world.actor("agent.it"), task_id(ticket, "laptop-order"), now, why=" ")


def test_the_requester_reopens_their_ticket_and_that_is_a_repeat(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    finish_all(session, world, ticket, now)

    later = now + timedelta(days=1)
    reopen_ticket(session, world.actor("employee"), ticket.reference, later, why="Still locked", channel=Channel.WEB)

    assert ticket_row(session, ticket).state is TicketState.OPEN
    contact = session.scalars(select(ContactRow).order_by(ContactRow.id.desc()).limit(1)).one()
    assert (str(contact.kind), str(contact.cause), contact.note) == ("repeat", "reopened", "Still locked")


def test_only_a_resolved_ticket_can_be_reopened(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")

    with pytest.raises(NotResolved):
        reopen_ticket(session, world.actor("employee"), ticket.reference, now, why="Too slow", channel=Channel.WEB)
    with pytest.raises(NothingSaid):
        reopen_ticket(session, world.actor("employee"), ticket.reference, now, why="", channel=Channel.WEB)


def test_a_task_whose_opening_date_came_is_ready(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    welcome = row(session, ticket, "welcome")
    assert welcome.opens_at is not None

    assert open_due(session, welcome.opens_at - timedelta(seconds=1)) == 0
    open_due(session, welcome.opens_at)

    assert row(session, ticket, "welcome").state is TaskState.READY
    assert row(session, ticket, "benefits").state is TaskState.WAITING
    assert open_due(session, welcome.opens_at) == 0


def test_a_ticket_that_cannot_be_reckoned_keeps_no_other_hold(world: World, session: Session, now: datetime) -> None:
    until = now + timedelta(days=1)
    bad, good = world.submit("password-access"), world.submit("password-access")
    desk = world.actor("agent.desk")
    for ticket in (bad, good):
        hold(session, desk, ticket.tasks[0].id, now, reason=HoldReason.REQUESTER, note="Which?", until=until)
    row(session, bad, bad.tasks[0].key).due_at = datetime.max.replace(tzinfo=UTC)
    session.flush()

    assert resume_due(session, until) == 1

    assert row(session, bad, bad.tasks[0].key).state is TaskState.ON_HOLD
    assert row(session, good, good.tasks[0].key).state is TaskState.READY


def test_a_hold_ends_by_itself_when_its_time_came(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    until = now + timedelta(days=1)
    order = task_id(ticket, "laptop-order")
    hold(session, world.actor("agent.it"), order, now, reason=HoldReason.VENDOR, note="Delivery", until=until)

    assert resume_due(session, now) == 0
    assert resume_due(session, until) == 1

    task = row(session, ticket, "laptop-order")
    assert (task.state, task.hold_until) == (TaskState.READY, None)
    assert events(session, ticket, "resumed")[0].actor_id is None
