"""A change of mind: what it does to the tasks of an ask, who may do it, and what the log and the figures say of it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from catalog.errors import InvalidAnswers
from catalog.service import Service, Step, Undo
from routing.fanout import OFFICE_HOURS
from routing.work import Channel, ContactKind, HoldReason, RepeatCause, TaskState, TicketState
from spoc.db.contacts import ContactRow
from spoc.db.events import TicketBusy, lock
from spoc.db.jobs import JobRow
from spoc.db.people import QueueRow
from spoc.db.tickets import AskRow, EventRow, TaskRow, TicketRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold
from spoc.desk.amending.amend import Wish, amend, preview
from spoc.desk.amending.difference import Difference
from spoc.desk.amending.lines import Change
from spoc.desk.errors import DifferenceMoved
from spoc.desk.ticket_page import Answer
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import publish, service_at
from spoc.intake.write import Accepted
from spoc.reports.facts import read_facts
from spoc.reports.opening import Limits, exclusion
from spoc.reports.question import Question
from tests.changes_of_mind import FIRST, broken, planner, wishes
from tests.world import SECRET_WORD, World, mail_of

DAY = timedelta(days=1)


def ask_id(session: Session, ticket: Accepted) -> UUID:
    return session.scalars(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id)).one()


def change(
    world: World,
    ticket: Accepted,
    at: datetime,
    *,
    by: str = "employee",
    cancels: bool = False,
    seen: str | None = None,
    **answers: Any,
) -> Difference:
    session, actor = world.session, world.actor(by)
    wish, means = Wish(answers, cancels, seen), planner(world.session, at)
    id_ = ask_id(session, ticket)
    return amend(session, actor, ticket.reference, id_, wish, at, planner=means, channel=Channel.WEB)


def look(world: World, ticket: Accepted, *, by: str = "employee", cancels: bool = False, **answers: Any) -> Difference:
    session = world.session
    id_, means = ask_id(session, ticket), planner(session, world.now)
    return preview(session, world.actor(by), ticket.reference, id_, Wish(answers, cancels), means)


def tasks(session: Session, ticket: Accepted) -> Mapping[str, TaskRow]:
    wanted = select(TaskRow).where(TaskRow.ticket_id == ticket.ticket_id).order_by(TaskRow.position)
    return {row.key: row for row in session.scalars(wanted.execution_options(populate_existing=True))}


def stand(session: Session, ticket: Accepted) -> dict[str, tuple[Any, ...]]:
    return {
        key: (row.state, row.opens_at, row.due_at, row.queue_id, row.person_id, tuple(row.needs))
        for key, row in tasks(session, ticket).items()
    }


def ask_row(session: Session, ticket: Accepted) -> AskRow:
    wanted = select(AskRow).where(AskRow.ticket_id == ticket.ticket_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def ticket_row(session: Session, ticket: Accepted) -> TicketRow:
    return session.get_one(TicketRow, ticket.ticket_id, populate_existing=True)


def events(session: Session, ticket: Accepted, kind: str) -> list[EventRow]:
    wanted = select(EventRow).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind == kind)
    return list(session.scalars(wanted.order_by(EventRow.number)))


def do(world: World, ticket: Accepted, key: str, at: datetime) -> None:
    row = tasks(world.session, ticket)[key]
    queue = world.session.scalar(select(QueueRow.key).where(QueueRow.id == row.queue_id))
    finish(world.session, world.actor(f"agent.{queue}" if queue else "employee"), row.public_id, at, result="Done.")


def with_undo(world: World, service: str, step: str, undo: Undo, *redo: str) -> None:
    """Publish the shipped catalogue with an undo step for this one."""

    def changed(one: Step) -> Step:
        return one.model_copy(update={"undo": undo, "redo_when_changed": redo}) if one.key == step else one

    def of(one: Service) -> Service:
        return one.model_copy(update={"steps": tuple(map(changed, one.steps))}) if one.key == service else one

    made = shipped().model_copy(update={"services": tuple(map(of, shipped().services))})
    publish(world.session, made, None, "with an undo step", world.now)


RETURN = Undo(title="Send the laptop back")


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


def hold_it(world: World, ticket: Accepted, now: datetime) -> None:
    """IT waits a while for a supplier with the order."""
    order = tasks(world.session, ticket)["laptop-order"].public_id
    claim(world.session, world.actor("agent.it"), order, now)
    hold(world.session, world.actor("agent.it"), order, now, reason=HoldReason.VENDOR, note="Ordered.")


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


def test_only_who_asked_and_who_works_on_all_of_it_may(world: World, session: Session, now: datetime) -> None:
    starter = world.submit("new-starter", by="colleague", start_on="2026-10-06")
    with pytest.raises(NotFound):
        change(world, starter, now, start_on="2026-10-13")
    leave = world.submit("long-leave", person=mail_of("colleague"), cover=mail_of("lead"), keep_laptop=False)
    with pytest.raises(NotAllowed, match="all of it"):
        change(world, leave, now, by="agent.it", return_on="2027-05-01")
    with pytest.raises(NotAllowed, match="may read an answer"):
        change(world, starter, now, by="agent.it", salary=1)
    tasks(session, starter)
    ticket_row(session, starter).state = TicketState.CLOSED
    session.flush()
    with pytest.raises(NotAllowed, match="closed"):
        change(world, starter, now, by="colleague", start_on="2026-10-13")


def test_an_ask_of_another_ticket_is_not_there(world: World, session: Session, now: datetime) -> None:
    one, other = world.submit("new-starter"), world.submit("new-starter")
    means, id_ = planner(session, now), ask_id(session, other)

    with pytest.raises(NotFound, match="no such request"):
        preview(session, world.actor("employee"), one.reference, id_, Wish({}), means)


def test_answers_that_cannot_be_are_refused_and_change_nothing(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")

    with pytest.raises(InvalidAnswers):
        change(world, ticket, now, start_on="soon")
    with pytest.raises(InvalidAnswers):
        change(world, ticket, now, home_address="Where the laptop goes, though nobody asked.")

    assert ask_row(session, ticket).former_answers == []


def test_answers_that_the_new_ones_hide_go_with_them(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06", salary=70_000)

    change(world, ticket, now, employment_type="contractor", parking=None, work_place="remote")

    answers = ask_row(session, ticket).answers
    assert "salary" not in answers
    assert "parking" not in answers


def test_what_is_applied_is_what_was_shown(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    shown = look(world, ticket, start_on="2026-10-13")
    change(world, ticket, now, by="agent.desk", work_place="remote")

    with pytest.raises(DifferenceMoved) as caught:
        change(world, ticket, now, start_on="2026-10-13", seen=shown.seen)

    assert caught.value.reference == ticket.reference
    change(world, ticket, now + DAY, start_on="2026-10-13", seen=look(world, ticket, start_on="2026-10-13").seen)
    assert ask_row(session, ticket).answers["start_on"] == "2026-10-13"


def test_a_person_who_has_left_may_stay_named(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06", buddy=mail_of("colleague"))
    world.person("colleague").active = False
    session.flush()

    change(world, ticket, now, start_on="2026-10-13")
    with pytest.raises(InvalidAnswers):
        change(world, world.submit("new-starter"), now, buddy=mail_of("colleague"))

    assert ask_row(session, ticket).answers["buddy"] == mail_of("colleague")


def test_another_person_concerned_is_kept_from_it_at_once(world: World, session: Session, now: datetime) -> None:
    ticket = world.submit("leaver", person=mail_of("colleague"), files_to=mail_of("lead"), forward_to=mail_of("lead"))
    services = partial(service_at, session)
    assert read_ticket(session, world.actor("agent.it"), ticket.reference, now, services)

    change(world, ticket, now, person=mail_of("agent.it"))

    with pytest.raises(NotFound):
        read_ticket(session, world.actor("agent.it"), ticket.reference, now, services)


def test_secret_steps_follow_and_nobody_else_is_told(world: World, session: Session, now: datetime) -> None:
    world.add_secret_step("new-starter")
    with_it = world.submit("new-starter", start_on="2026-10-06", mark="red")
    without = world.submit("new-starter", start_on="2026-10-06")

    shown = [look(world, one, cancels=True) for one in (with_it, without)]
    assert (shown[0].tasks, shown[0].seen) == (shown[1].tasks, shown[1].seen)
    desk = [look(world, one, by="agent.desk", cancels=True).seen for one in (with_it, without)]
    assert desk[0] == desk[1]
    assert SECRET_WORD in [one.title for one in look(world, with_it, by="agent.hr", cancels=True).tasks]

    change(world, with_it, now + DAY, cancels=True)
    assert tasks(session, with_it)["check"].state is TaskState.CANCELLED
    told = [one for one in session.scalars(select(EventRow)) if one.what.get("title") == SECRET_WORD]
    assert {(one.public, tuple(one.confidential_to)) for one in told} == {(False, ("hr",))}


def test_no_event_holds_a_secret_answer_and_confidential_ones_are_for_their_queues(
    world: World, session: Session, now: datetime
) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06", salary=7_351_924)

    change(world, ticket, now, salary=8_462_035, personal_mail="zq@example.org", start_on="2026-10-13")

    told = [
        (one.public, one.confidential_to, [answer["label"] for answer in one.what["changes"]])
        for one in events(session, ticket, "amended")
    ]
    assert told[0] == (True, [], ["First day"])
    assert sorted(told[1:]) == [(False, ["hr"], ["Agreed yearly salary"]), (False, ["hr"], ["Private mail address"])]
    assert "8462035" not in str([one.what for one in events(session, ticket, "amended")])
    assert [one.label for one in look(world, ticket, by="agent.it", start_on="2026-10-20").answers] == ["First day"]


def test_looking_changes_nothing(world: World, session: Session) -> None:
    ticket = world.submit("new-starter", start_on="2026-10-06")
    before = stand(session, ticket)

    found = look(world, ticket, location="lyon")

    assert [one.key for one in found.of(Change.ADDED)] == ["other-location"]
    assert (stand(session, ticket), ask_row(session, ticket).answers["location"]) == (before, "berlin")


def ends(found: Difference) -> tuple[Answer, Answer]:
    (answer,) = found.answers
    assert answer.was is not None
    assert answer.now is not None
    return answer.was, answer.now


def test_of_many_changes_at_once_each_is_whole_and_sees_the_one_before(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        ticket = world.submit("new-starter", start_on=FIRST.isoformat())
        id_ = ask_id(session, ticket)

    def changing(wish: Wish) -> Difference:
        with committed.begin() as session:
            means, actor = planner(session, now), world.actor("employee")
            return amend(session, actor, ticket.reference, id_, wish, now, planner=means, channel=Channel.API)

    with ThreadPoolExecutor(24) as pool:
        found = list(pool.map(changing, wishes(24, seed=5)))

    applied = [one for one in found if not one.is_none]
    assert {one.cancels for one in applied} == {True, False}
    with committed() as session:
        assert broken(session, ticket.ticket_id, applied, now) == []


def test_who_waits_too_long_is_told_and_nobody_waits_for_another_ticket(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        busy, other = (world.submit("new-starter", start_on=FIRST.isoformat()) for _ in range(2))

    def changing(ticket: Accepted) -> Difference:
        with committed.begin() as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            return change(replace(world, session=session), ticket, now, start_on="2026-10-13")

    with committed.begin() as holder:
        lock(holder, busy.ticket_id)
        with pytest.raises(TicketBusy, match="Try again"):
            changing(busy)
        assert not changing(other).is_none

    with committed() as session:
        assert broken(session, busy.ticket_id, [], now) == []
        assert (ask_row(session, busy).former_answers, events(session, busy, "amended")) == ([], [])


def test_another_fault_of_the_database_is_not_called_busy(session: Session) -> None:
    session.execute(text("SET LOCAL transaction_read_only = on"))

    with pytest.raises(InternalError, match="read-only"):
        lock(session, 1)
