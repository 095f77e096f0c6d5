"""A change of mind: what is under way becomes what the new answers need, and comes back with them."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.work import ContactKind, HoldReason, RepeatCause, TaskState
from spoc.db.contacts import ContactRow
from spoc.db.jobs import JobRow
from spoc.db.people import QueueRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold
from spoc.desk.amending.lines import Change
from tests.spoc.desk.changing import DAY, ask_row, change, events, hold_it, stand, tasks, ticket_row
from tests.world import World


def test_a_start_that_moves_moves_every_open_date_by_it(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    before = tasks(session, ticket)["keys"].due_at

    found = change(world, ticket, now + DAY, start_on="2026-10-13")

    after = tasks(session, ticket)["keys"]
    assert before is not None
    assert after.due_at is not None
    assert after.due_at - before == timedelta(days=7)
    assert after.promised_at == before
    assert {one.key for one in found.of(Change.MOVED)} >= {"keys", "contract", "welcome", "check-in"}
    assert ticket_row(session, ticket).title == "Aylin Kaya starts on 13 October 2026"
    assert (ask_row(session, ticket).answers["start_on"], len(ask_row(session, ticket).former_answers)) == (
        "2026-10-13",
        1,
    )


def test_there_and_back_again_leaves_what_was(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    hold_it(world, ticket, now)
    before = stand(session, ticket)

    change(world, ticket, now + DAY, start_on="2026-11-03", work_place="remote", laptop="none", leads_team=True)
    assert stand(session, ticket) != before
    change(
        world,
        ticket,
        now + 2 * DAY,
        start_on="2026-10-06",
        work_place="office",
        laptop="windows",
        leads_team=False,
        parking=True,
    )

    after = stand(session, ticket)
    gone = {key for key, (state, *_) in after.items() if state is TaskState.CANCELLED}
    assert {key: value for key, value in after.items() if key not in gone} == before


def test_new_steps_are_added_and_open_ones_cancelled(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")

    found = change(world, ticket, now + DAY, work_place="remote")

    stands = tasks(session, ticket)
    assert stands["laptop-ship"].state is TaskState.WAITING
    assert {stands[key].state for key in ("badge", "keys", "desk", "parking-space")} == {TaskState.CANCELLED}
    assert {one.key for one in found.of(Change.CANCELLED)} == {"badge", "keys", "desk", "parking-space"}
    assert [one.key for one in found.of(Change.ADDED)] == ["laptop-ship"]
    assert stands["laptop-ship"].needs == ["laptop-setup"]


def test_a_task_that_now_waits_is_ready_no_longer_unless_begun(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-08-13")
    assert tasks(session, ticket)["welcome"].state is TaskState.READY

    change(world, ticket, now + timedelta(hours=1), start_on="2026-09-01")
    assert tasks(session, ticket)["welcome"].state is TaskState.WAITING
    change(world, ticket, now + timedelta(hours=2), start_on="2026-08-13")
    assert tasks(session, ticket)["welcome"].state is TaskState.READY

    claim(session, world.actor("agent.hr"), tasks(session, ticket)["welcome"].public_id, now)
    change(world, ticket, now + timedelta(hours=3), start_on="2026-09-01")
    assert tasks(session, ticket)["welcome"].state is TaskState.CLAIMED


def test_what_somebody_left_out_by_hand_stays_out(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    tasks(session, ticket)["parking-space"].state = TaskState.SKIPPED
    session.flush()

    change(world, ticket, now + DAY, start_on="2026-10-13")

    assert tasks(session, ticket)["parking-space"].state is TaskState.SKIPPED


def test_a_hand_over_outlives_a_change_of_mind(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    order = tasks(session, ticket)["laptop-order"]
    hand_over(session, world.actor("agent.it"), order.public_id, now, to="office", why="Theirs.")

    change(world, ticket, now + DAY, start_on="2026-10-13")

    row = tasks(session, ticket)["laptop-order"]
    assert session.get_one(QueueRow, row.queue_id).key == "office"
    assert "handed_over" in [why["kind"] for why in row.why]


def test_the_requesters_change_is_a_repeat_contact_and_taking_back_is_none(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")

    change(world, ticket, now + DAY, start_on="2026-10-13")
    change(world, ticket, now + DAY, start_on="2026-10-13")
    change(world, ticket, now + 2 * DAY, cancels=True)
    change(world, ticket, now + 2 * DAY, cancels=True)

    kinds = [(one.kind, one.cause) for one in session.scalars(select(ContactRow).order_by(ContactRow.id))]
    assert kinds == [(ContactKind.FIRST, None), (ContactKind.REPEAT, RepeatCause.CORRECTED)]
    assert len(events(session, ticket, "amended")) == 2
    assert "mail.ticket_amended" not in session.scalars(select(JobRow.kind)).all()


def test_a_change_that_was_asked_for_is_the_answer(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    order = tasks(session, ticket)["laptop-order"].public_id
    claim(session, world.actor("agent.it"), order, now)
    hold(session, world.actor("agent.it"), order, now, reason=HoldReason.REQUESTER, note="Windows or Mac?")

    change(world, ticket, now + DAY, laptop="mac")

    newest = session.scalars(select(ContactRow).order_by(ContactRow.id.desc())).first()
    assert newest is not None
    assert newest.kind is ContactKind.RESPONSE
    assert tasks(session, ticket)["laptop-order"].state is TaskState.CLAIMED


def test_an_agents_change_is_told_by_mail_and_is_no_contact(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")

    change(world, ticket, now + DAY, by="agent.desk", start_on="2026-10-13")

    assert [one.kind for one in session.scalars(select(ContactRow))] == [ContactKind.FIRST]
    assert "mail.ticket_amended" in session.scalars(select(JobRow.kind)).all()
