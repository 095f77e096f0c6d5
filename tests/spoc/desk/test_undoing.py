"""Taking back: what is open ends, what is done is undone, and it may come back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from routing.fanout import OFFICE_HOURS
from routing.work import Channel, TaskState, TicketState
from spoc.db.people import QueueRow
from spoc.desk.actions.handoff import hand_over
from spoc.desk.amending.lines import Change
from spoc.reports.facts import read_facts
from spoc.reports.opening import Limits, exclusion
from spoc.reports.question import Question
from tests.spoc.desk.changing import DAY, RETURN, ask_row, change, do, stand, tasks, ticket_row, with_undo
from tests.world import World


def test_what_is_done_is_undone_by_its_undo_step(world: World, session: Session, now: datetime) -> None:
    with_undo(world, "new-starter", "laptop-order", RETURN)
    ticket = world.submit("new-starter", start_on="2026-10-06", equipment=[])
    do(world, ticket, "laptop-order", now + timedelta(hours=1))

    found = change(world, ticket, now + DAY, laptop="none")

    undo = tasks(session, ticket)["laptop-order.undo"]
    assert [(one.title, one.undoes) for one in found.of(Change.UNDONE)] == [
        (RETURN.title, "Order laptop and equipment")
    ]
    assert (undo.state, undo.title, undo.queue_id) == (
        TaskState.READY,
        RETURN.title,
        tasks(session, ticket)["laptop-order"].queue_id,
    )
    change(world, ticket, now + 2 * DAY, laptop="windows")
    assert tasks(session, ticket)["laptop-order.undo"].state is TaskState.CANCELLED

    change(world, ticket, now + 3 * DAY, laptop="none")
    do(world, ticket, "laptop-order.undo", now + 4 * DAY)
    change(world, ticket, now + 5 * DAY, laptop="windows")
    assert tasks(session, ticket)["laptop-order.2"].state is TaskState.READY
    assert tasks(session, ticket)["laptop-setup"].needs == ["laptop-order.2", "accounts"]


def test_undoing_is_for_whoever_did_it_unless_the_catalogue_names_somebody(
    world: World, session: Session, now: datetime
) -> None:
    with_undo(world, "new-starter", "laptop-order", RETURN)
    ticket = world.submit("new-starter", start_on="2026-10-06", equipment=[])
    order = tasks(session, ticket)["laptop-order"].public_id
    hand_over(session, world.actor("agent.it"), order, now, to="facilities", why="Stock.")
    do(world, ticket, "laptop-order", now)
    with_undo(world, "new-starter", "laptop-order", RETURN.model_copy(update={"queue": "office"}))
    other = world.submit("new-starter", start_on="2026-10-06", equipment=[])
    do(world, other, "laptop-order", now)

    for one in (ticket, other):
        change(world, one, now + DAY, laptop="none")

    rows = [tasks(session, one)["laptop-order.undo"] for one in (ticket, other)]
    assert [session.get_one(QueueRow, row.queue_id).key for row in rows] == ["facilities", "office"]


def test_another_model_is_ordered_anew_where_the_step_says_so(world: World, session: Session, now: datetime) -> None:
    with_undo(world, "new-starter", "laptop-order", RETURN, "laptop")
    ticket = world.submit("new-starter", start_on="2026-10-06")
    do(world, ticket, "laptop-order", now + timedelta(hours=1))
    before = stand(session, ticket)

    change(world, ticket, now + DAY, laptop="mac")
    stands = tasks(session, ticket)
    assert (stands["laptop-order.undo"].state, stands["laptop-order.2"].state) == (TaskState.READY, TaskState.READY)
    assert stands["laptop-setup"].needs == ["laptop-order.2", "accounts"]

    change(world, ticket, now + 2 * DAY, laptop="windows")
    after = {key: value for key, value in stand(session, ticket).items() if value[0] is not TaskState.CANCELLED}
    assert after == before


def test_cancelled_ends_what_is_open_undoes_what_is_done_and_is_cancelled_at_last(
    world: World, session: Session, now: datetime
) -> None:
    with_undo(world, "new-starter", "laptop-order", RETURN)
    ticket = world.submit("new-starter", start_on="2026-10-06")
    do(world, ticket, "laptop-order", now + timedelta(hours=1))

    change(world, ticket, now + DAY, cancels=True)

    states = {
        row.state for key, row in tasks(session, ticket).items() if key not in ("laptop-order", "laptop-order.undo")
    }
    assert states == {TaskState.CANCELLED}
    assert (ask_row(session, ticket).cancelled_at, ticket_row(session, ticket).state) == (now + DAY, TicketState.OPEN)
    do(world, ticket, "laptop-order.undo", now + 2 * DAY)
    assert ticket_row(session, ticket).state is TicketState.CANCELLED
    assert (ask_row(session, ticket).cancelled_at, ask_row(session, ticket).resolved_at) == (now + DAY, None)


def test_what_was_cancelled_comes_back_as_it_was(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    before = stand(session, ticket)
    change(world, ticket, now + DAY, cancels=True)
    assert ticket_row(session, ticket).state is TicketState.CANCELLED

    change(world, ticket, now + 2 * DAY)

    assert stand(session, ticket) == before
    assert (ask_row(session, ticket).cancelled_at, ticket_row(session, ticket).state) == (None, TicketState.OPEN)


def test_what_is_taken_back_before_a_response_was_due_counts_in_no_figure(
    world: World, session: Session, now: datetime
) -> None:
    soon, late = world.submit("new-starter"), world.submit("new-starter")
    change(world, soon, now + timedelta(minutes=5), cancels=True)
    change(world, late, now + 2 * DAY, cancels=True)
    session.flush()

    question = Question(world.actor("manager"), now.date(), now.date(), ZoneInfo("Europe/Berlin"))
    openings = read_facts(session, question, OFFICE_HOURS, now + 30 * DAY).openings

    left_out = {one.reference: exclusion(one, Limits({Channel.WEB: 60}), now + 30 * DAY) for one in openings}
    assert left_out == {soon.reference: "cancelled", late.reference: None}
