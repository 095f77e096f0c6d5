"""Contacts after the first: what kind they count as, and when they took place."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import Channel, ContactKind, HoldReason, RepeatCause, TaskState
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow, EventRow, TaskRow
from spoc.desk.actions.finishing import finish, reopen_ticket
from spoc.desk.actions.holds import hold
from spoc.desk.contacts import Touch, ask_for_news, log_contact
from spoc.desk.corrections import correct_kind
from spoc.desk.errors import NotAFirst, NothingSaid, NotLater
from spoc.desk.messages import send_message
from spoc.errors import NotAllowed, NotFound
from spoc.reports.restating.stating import state_weeks
from tests.world import World


def last(session: Session) -> ContactRow:
    return session.scalars(select(ContactRow).order_by(ContactRow.id.desc()).limit(1)).one()


def test_a_call_about_an_open_ticket_is_a_repeat_that_chases(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access", at=now - timedelta(hours=1))

    log_contact(session, world.actor("agent.desk"), ticket.reference, Touch(Channel.PHONE, minutes=4), now)

    contact = last(session)
    assert (contact.kind, contact.cause, contact.tier) == (ContactKind.REPEAT, RepeatCause.CHASED, 1)
    assert (contact.person_id, contact.agent_id) == (world.ids["employee"], world.ids["agent.desk"])
    assert (contact.started_at, contact.ended_at, contact.late_logged) == (now - timedelta(minutes=4), now, False)


def test_a_call_about_a_resolved_ticket_asks_again(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    finish(session, world.actor("agent.desk"), ticket.tasks[0].id, now)

    log_contact(session, world.actor("agent.desk"), ticket.reference, Touch(Channel.PHONE), now + timedelta(hours=1))

    assert (last(session).kind, last(session).cause) == (ContactKind.REPEAT, RepeatCause.ASKED_AGAIN)


def test_a_call_that_answers_ends_the_hold(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    hold(session, world.actor("agent.desk"), ticket.tasks[0].id, now, reason=HoldReason.REQUESTER, note="Which one?")

    log_contact(session, world.actor("agent.desk"), ticket.reference, Touch(Channel.PHONE), now + timedelta(hours=1))

    assert last(session).kind is ContactKind.RESPONSE
    assert session.scalars(select(TaskRow.state)).all() == [TaskState.READY]


def test_an_answer_written_down_late_stopped_the_clock_until_it_was_given(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")
    task = session.scalars(select(TaskRow)).one()
    due_at = task.due_at
    assert due_at is not None
    hold(session, world.actor("agent.desk"), task.public_id, now, reason=HoldReason.REQUESTER, note="Which one?")

    touch = Touch(Channel.PHONE, minutes=5, ended_at=now + timedelta(minutes=30))
    log_contact(session, world.actor("agent.desk"), ticket.reference, touch, now + timedelta(hours=3))

    session.refresh(task)
    assert (task.state, task.due_at) == (TaskState.READY, due_at + timedelta(minutes=30))


def test_a_first_contact_is_only_the_one_that_opened_the_ticket(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    touch = Touch(Channel.PHONE, ContactKind.FIRST)

    with pytest.raises(NotAFirst) as caught:
        log_contact(session, world.actor("agent.desk"), ticket.reference, touch, now)

    assert [fault.field for fault in caught.value.faults] == ["kind"]


def test_a_contact_about_a_ticket_begins_after_it_was_opened(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    later = now + timedelta(minutes=3)

    with pytest.raises(NotLater, match="after the request was opened"):
        log_contact(session, world.actor("agent.desk"), ticket.reference, Touch(Channel.PHONE, minutes=4), later)
    log_contact(session, world.actor("agent.desk"), ticket.reference, Touch(Channel.PHONE, minutes=3), later)

    assert last(session).started_at == now


def test_an_agent_may_say_what_it_was(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")

    touch = Touch(Channel.WALK_IN, ContactKind.THANKS)
    log_contact(session, world.actor("agent.desk"), ticket.reference, touch, now)

    assert (last(session).kind, last(session).cause) == (ContactKind.THANKS, None)


def test_a_contact_written_down_late_keeps_its_own_times_and_says_so(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")
    ended = now + timedelta(hours=1)

    touch = Touch(Channel.PHONE, started_at=ended - timedelta(minutes=6), ended_at=ended)
    log_contact(session, world.actor("agent.desk"), ticket.reference, touch, ended + timedelta(hours=3))

    contact = last(session)
    assert (contact.ended_at, contact.handling_minutes, contact.late_logged) == (ended, 6, True)


def test_a_contact_lies_in_the_past_and_begins_before_it_ends(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    hour = timedelta(hours=1)

    for touch in (Touch(Channel.PHONE, ended_at=now + hour), Touch(Channel.PHONE, started_at=now, ended_at=now - hour)):
        with pytest.raises(NotLater):
            log_contact(session, world.actor("agent.desk"), ticket.reference, touch, now)


def test_only_who_works_on_it_logs_contacts(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")

    with pytest.raises(NotAllowed):
        log_contact(session, world.actor("employee"), ticket.reference, Touch(Channel.PHONE), now)
    with pytest.raises(NotFound):
        log_contact(session, world.actor("agent.hr"), ticket.reference, Touch(Channel.PHONE), now)


def test_a_message_of_the_requester_counts_and_one_of_an_agent_does_not(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("password-access")

    send_message(session, world.actor("employee"), ticket.reference, now, body="Any news?", channel=Channel.WEB)
    send_message(session, world.actor("agent.desk"), ticket.reference, now, body="Soon.", channel=Channel.WEB)

    kinds = session.scalars(select(ContactRow.kind).order_by(ContactRow.id)).all()
    assert kinds == [ContactKind.FIRST, ContactKind.REPEAT]


def test_a_message_of_somebody_with_a_step_is_not_the_requesters(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter")
    plan = next(task for task in ticket.tasks if task.key == "first-week-plan")
    step = session.scalars(select(TaskRow).where(TaskRow.public_id == plan.id)).one()
    step.person_id = world.ids["colleague"]
    session.flush()

    send_message(session, world.actor("colleague"), ticket.reference, now, body="I will do it", channel=Channel.WEB)

    assert (last(session).kind, last(session).person_id) == (ContactKind.OTHER, world.ids["colleague"])


def test_an_empty_message_says_nothing(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")

    with pytest.raises(NothingSaid):
        send_message(session, world.actor("employee"), ticket.reference, now, body=" \n", channel=Channel.WEB)


def test_asking_for_news_of_a_ticket_of_others_finds_none(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")

    with pytest.raises(NotFound):
        ask_for_news(session, world.actor("colleague"), ticket.reference, now, channel=Channel.WEB)


def test_an_agent_neither_chases_nor_reopens_for_the_requester(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    desk = world.actor("agent.desk")

    with pytest.raises(NotAllowed):
        ask_for_news(session, desk, ticket.reference, now, channel=Channel.WEB)
    with pytest.raises(NotAllowed):
        reopen_ticket(session, desk, ticket.reference, now, why="They called", channel=Channel.PHONE)


def test_a_contact_is_corrected_by_those_who_work_on_its_ticket(world: World, session: Session, now: datetime) -> None:
    ticket, other = world.submit("password-access"), world.submit("password-access")
    ask_for_news(session, world.actor("employee"), ticket.reference, now, channel=Channel.WEB)
    contact = last(session)
    desk, employee = world.actor("agent.desk"), world.actor("employee")

    correct_kind(session, desk, ticket.reference, contact.public_id, now, kind=ContactKind.THANKS)
    with pytest.raises(NotFound):
        correct_kind(session, employee, ticket.reference, contact.public_id, now, kind=ContactKind.OTHER)
    with pytest.raises(NotFound):
        correct_kind(session, desk, ticket.reference, uuid4(), now, kind=ContactKind.OTHER)
    with pytest.raises(NotFound):
        correct_kind(session, desk, other.reference, contact.public_id, now, kind=ContactKind.OTHER)

    session.refresh(contact)
    assert (contact.kind, contact.cause) == (ContactKind.THANKS, None)


def test_a_later_contact_is_not_corrected_to_the_first(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("password-access")
    ask_for_news(session, world.actor("employee"), ticket.reference, now, channel=Channel.WEB)

    with pytest.raises(NotAFirst):
        correct_kind(
            session,
            world.actor("agent.desk"),
            ticket.reference,
            last(session).public_id,
            now,
            kind=ContactKind.FIRST,
        )


def asked_again(world: World, session: Session, now: datetime) -> tuple[str, ContactRow, AskRow]:
    """A request that the rule took for an earlier one again: its reference, its contact, its opening."""
    first = world.submit("password-access", at=now - timedelta(hours=2))
    finish(session, world.actor("agent.desk"), first.tasks[0].id, now - timedelta(hours=1))
    second = world.submit("password-access", at=now)
    return second.reference, last(session), session.scalars(select(AskRow).order_by(AskRow.id.desc()).limit(1)).one()


def test_correcting_the_contact_of_a_linked_request_takes_the_link_back(
    world: World, session: Session, now: datetime
) -> None:
    reference, contact, ask = asked_again(world, session, now)
    assert ask.same_issue_of_id == contact.about_ask_id is not None

    correct_kind(session, world.actor("agent.desk"), reference, contact.public_id, now, kind=ContactKind.FIRST)

    session.refresh(ask)
    session.refresh(contact)
    assert [ask.same_issue_of_id, contact.about_ask_id, contact.cause] == [None, None, None]
    assert contact.kind is ContactKind.FIRST
    event = session.scalars(select(EventRow).where(EventRow.kind == "kind_corrected")).one()
    assert event.what == {"from": "repeat", "to": "first", "cause": None, "unlinked": True}


def test_another_cause_of_the_repeat_keeps_the_link(world: World, session: Session, now: datetime) -> None:
    reference, contact, ask = asked_again(world, session, now)
    desk = world.actor("agent.desk")

    correct_kind(session, desk, reference, contact.public_id, now, kind=ContactKind.REPEAT, cause=RepeatCause.CORRECTED)

    session.refresh(ask)
    assert ask.same_issue_of_id == contact.about_ask_id is not None
    assert contact.cause is RepeatCause.CORRECTED


def test_in_a_closed_week_only_a_lead_corrects(world: World, session: Session, now: datetime) -> None:
    reference, contact, _ = asked_again(world, session, now)
    # Thursday's week ends on Monday in Berlin; seven days of window and three of grace later it is closed.
    closes_at = datetime(2026, 8, 26, 22, tzinfo=UTC)
    desk = world.actor("agent.desk")

    correct_kind(session, desk, reference, contact.public_id, closes_at - timedelta(seconds=1), kind=ContactKind.REPEAT)
    assert state_weeks(session, closes_at) == 1
    with pytest.raises(NotAllowed, match="closed"):
        correct_kind(session, desk, reference, contact.public_id, closes_at, kind=ContactKind.THANKS)
    correct_kind(session, world.actor("lead"), reference, contact.public_id, closes_at, kind=ContactKind.OTHER)

    assert contact.kind is ContactKind.OTHER


def test_a_link_to_a_closed_week_is_taken_back_by_a_lead(world: World, session: Session, now: datetime) -> None:
    first = world.submit("password-access", at=now - timedelta(days=4, hours=1))
    finish(session, world.actor("agent.desk"), first.tasks[0].id, now - timedelta(days=4))
    second, contact = world.submit("password-access", at=now), last(session)
    # The Sunday before: its week closes while that of the repeat, on Thursday, is still open.
    first_closes_at = datetime(2026, 8, 19, 22, tzinfo=UTC)
    given = (second.reference, contact.public_id, first_closes_at)
    assert state_weeks(session, first_closes_at) == 1

    with pytest.raises(NotAllowed, match="closed"):
        correct_kind(session, world.actor("agent.desk"), *given, kind=ContactKind.FIRST)
    correct_kind(session, world.actor("lead"), *given, kind=ContactKind.FIRST)

    assert contact.kind is ContactKind.FIRST
