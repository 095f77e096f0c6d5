"""Appointments against a real database: who is offered what, what booking does, and what takes it away again."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.gaps import GapKind
from routing.work import Channel, TaskKind, TaskState, TicketState
from spoc.db.jobs import JobRow
from spoc.db.people import AbsenceRow, PointOfContactRow
from spoc.db.tickets import EventRow, TicketRow
from spoc.desk.actions.finishing import finish, reopen_task
from spoc.desk.amending.amend import Planner, Wish, amend
from spoc.desk.amending.difference import Difference
from spoc.desk.amending.lines import Change
from spoc.desk.appointments.booking import by_phone, call_off
from spoc.desk.appointments.ending import Outcome, end
from spoc.desk.appointments.errors import (
    AppointmentAhead,
    AppointmentBegun,
    AppointmentFirst,
    NoAppointment,
    SlotTaken,
)
from spoc.desk.appointments.watching import watch_bookings, watch_offers
from spoc.desk.tickets import read_ticket
from spoc.errors import NotAllowed, NotFound
from spoc.intake.catalogue import service_at
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.replan import replan
from spoc.intake.simulate import simulate
from spoc.intake.write import Accepted
from tests.catalog.factories import step
from tests.spoc.desk.meeting import ask, choose, fitting, offer, offered, put, row_of, task_of, times
from tests.world import World, mail_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = datetime(2026, 8, 14, 7, 0, tzinfo=UTC)  # 09:00 in Berlin


def kinds(session: Session, ticket: Accepted) -> list[str]:
    wanted = select(EventRow.kind).where(EventRow.ticket_id == ticket.ticket_id, EventRow.kind.like("appointment%"))
    return list(session.scalars(wanted.order_by(EventRow.number)))


def told(session: Session, kind: str) -> list[int]:
    wanted = select(JobRow.payload).where(JobRow.kind == f"mail.appointment_{kind}")
    return [job["person_id"] for job in session.scalars(wanted.order_by(JobRow.id))]


def whys(session: Session, ticket: Accepted) -> set[str]:
    return {why["kind"] for why in task_of(session, ticket).why if why["kind"].startswith("appointment.")}


def absent(world: World, key: str, on: date) -> None:
    world.session.add(AbsenceRow(person_id=world.ids[key], from_on=on, until_on=on))
    world.session.commit()


def change(world: World, ticket: Accepted, at: datetime, *, cancels: bool = False, **answers: Any) -> Difference:
    session = world.session
    page = read_ticket(session, world.actor("employee"), ticket.reference, at, partial(service_at, session))
    planner = Planner(partial(replan, session, read_desk_facts(session), at), partial(service_at, session))
    wish = Wish(answers, cancels=cancels)
    about = (session, world.actor("employee"), ticket.reference, page.asks[0].public_id)
    found = amend(*about, wish, at, channel=Channel.WEB, planner=planner)
    session.commit()
    return found


def test_its_turn_offers_times_to_who_asked_and_not_to_others(world: World, session: Session, now: datetime) -> None:
    put(world, fitting())
    ticket = ask(world)
    jobs = session.scalars(select(JobRow.payload).where(JobRow.kind == "turn.appointment")).all()
    assert [job["task_id"] for job in jobs] == [task_of(session, ticket).id]

    offer(session, ticket, now)
    offer(session, ticket, now)

    assert (kinds(session, ticket), told(session, "offered")) == (["appointment_offered"], [world.ids["employee"]])
    assert row_of(session, ticket).choose_by == FRIDAY + 7 * HOUR  # the last time that is free
    assert times(session, ticket, now)[:2] == [now + HOUR, now + 2 * HOUR] or times(session, ticket, now)
    task = task_of(session, ticket)
    for stranger, refusal in (("colleague", NotFound), ("agent.office", NotFound)):
        with pytest.raises(refusal):
            choose(session, world.actor(stranger), ticket, FRIDAY, now)
    assert (task.state, task.kind) == (TaskState.READY, TaskKind.APPOINTMENT)


def test_booking_dates_the_task_and_tells_both_sides(world: World, session: Session, now: datetime) -> None:
    put(world, fitting())
    ticket = offered(world)
    due_at = task_of(session, ticket).due_at

    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)

    assert task_of(session, ticket).due_at == FRIDAY + HOUR
    assert set(told(session, "booked")) == {world.ids[key] for key in ("employee", "agent.it", "lead")}
    assert row_of(session, ticket).sequence == 0
    choose(session, world.actor("agent.it"), ticket, FRIDAY + 2 * HOUR, now)
    assert (task_of(session, ticket).due_at, row_of(session, ticket).sequence) == (FRIDAY + 3 * HOUR, 1)
    assert row_of(session, ticket).due_at == due_at
    assert kinds(session, ticket)[1:] == ["appointment_booked", "appointment_moved"]


def test_a_taken_time_is_refused_and_is_free_again_when_it_is_given_back(
    world: World, session: Session, now: datetime
) -> None:
    put(world, fitting())
    first, second = offered(world), offered(world, by="colleague")
    choose(session, world.actor("employee"), first, FRIDAY, now)
    with pytest.raises(SlotTaken):
        choose(session, world.actor("colleague"), second, FRIDAY, now)
    for never in (FRIDAY + timedelta(minutes=1), now, FRIDAY + 365 * DAY):
        with pytest.raises(SlotTaken):
            choose(session, world.actor("colleague"), second, never, now)

    call_off(session, world.actor("employee"), task_of(session, first).public_id, now, services=services(session))

    assert task_of(session, first).due_at == row_of(session, first).due_at
    assert row_of(session, first).choose_by is not None
    choose(session, world.actor("colleague"), second, FRIDAY, now)
    assert len(told(session, "called_off")) == 3


def services(session: Session) -> Any:
    return partial(service_at, session)


def test_without_a_free_time_people_arrange_it_and_say_so_at_once(
    world: World, session: Session, now: datetime
) -> None:
    put(world, fitting())
    for key in ("agent.it", "lead"):
        for day in range(5):
            absent(world, key, now.date() + day * DAY)
    ticket = offered(world)
    task = task_of(session, ticket)
    assert (task.kind, task.state, whys(session, ticket)) == (TaskKind.TASK, TaskState.READY, {"appointment.no_time"})
    assert (kinds(session, ticket), told(session, "by_phone")) == (["appointment_by_phone"], [world.ids["employee"]])
    finish(session, world.actor("agent.it"), task.public_id, now, result="Called.")


def test_who_does_not_choose_in_time_is_called(world: World, session: Session, now: datetime) -> None:
    put(world, fitting("20 working days after submission", within="1 day"))
    ticket = offered(world)
    watch_offers(session, services(session), now + 2 * HOUR)
    assert kinds(session, ticket) == ["appointment_offered"]

    watch_offers(session, services(session), now + 2 * DAY)
    watch_offers(session, services(session), now + 2 * DAY)

    assert (whys(session, ticket), kinds(session, ticket)[1:]) == ({"appointment.unchosen"}, ["appointment_by_phone"])
    with pytest.raises(NotFound):
        choose(session, world.actor("employee"), ticket, FRIDAY + 3 * DAY, now + 2 * DAY)


def test_the_last_free_time_taken_by_others_is_said_to_the_desk(world: World, session: Session, now: datetime) -> None:
    put(world, fitting("1 working day after submission", minutes=450))
    first, second = offered(world), offered(world, by="colleague")
    choose(session, world.actor("employee"), first, times(session, first, now)[-1], now)
    watch_offers(session, services(session), now)
    assert whys(session, second) == {"appointment.no_time"}


def test_an_absence_that_is_entered_later_frees_the_time_and_others_are_offered(
    world: World, session: Session, now: datetime
) -> None:
    put(world, fitting("5 working days after submission"))
    ticket = offered(world)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    absent(world, "lead", FRIDAY.date())
    watch_bookings(session, services(session), now)
    assert row_of(session, ticket).starts_at == FRIDAY  # somebody is still there

    absent(world, "agent.it", FRIDAY.date())
    watch_bookings(session, services(session), now)

    row = row_of(session, ticket)
    assert (row.starts_at, row.sequence, row.choose_by is None) == (None, 1, False)
    assert world.ids["employee"] in told(session, "lost")
    assert kinds(session, ticket)[-2:] == ["appointment_lost", "appointment_offered"]
    assert FRIDAY not in times(session, ticket, now)


def test_it_is_with_the_person_that_the_step_names(world: World, session: Session, now: datetime) -> None:
    put(world, fitting("5 working days after submission", person="requester.manager"))
    ticket = offered(world)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    assert row_of(session, ticket).host_id == world.ids["manager"]
    assert set(told(session, "booked")) == {world.ids["employee"], world.ids["manager"]}
    page = read_ticket(session, world.actor("manager"), ticket.reference, now, services(session))
    assert [task.title for task in page.tasks] == ["Fit the chair"]
    absent(world, "manager", FRIDAY.date())
    watch_bookings(session, services(session), now)
    assert row_of(session, ticket).starts_at is None


@pytest.mark.parametrize(
    ("named", "host"),
    [({"person": "it.lead"}, "lead"), ({"person": "who"}, "colleague"), ({"topic": "Chairs"}, "agent.it")],
)
def test_whom_they_meet_is_found_by_role_answer_or_topic(
    world: World, session: Session, now: datetime, named: dict[str, str], host: str
) -> None:
    session.add(
        PointOfContactRow(
            party_kind="queue", party_key="it", topic="chairs", person_id=world.ids["agent.it"], valid_from=now
        )
    )
    put(world, fitting(**named))
    ticket = offered(world, who=mail_of("colleague"))
    assert row_of(session, ticket).host_id == world.ids[host]


def test_where_nobody_is_behind_an_expression_the_queue_is_told(world: World, session: Session, now: datetime) -> None:
    put(world, fitting(person="who"))
    ticket = offered(world)
    assert whys(session, ticket) == {"appointment.nobody"}


def test_the_subject_chooses_and_sees_the_request_for_it(world: World, session: Session, now: datetime) -> None:
    put(world, fitting(chosen_by="subject", location="site"), subject="who")
    ticket = offered(world, who=mail_of("colleague"), site="lyon")
    with pytest.raises(NotAllowed):
        choose(session, world.actor("employee"), ticket, FRIDAY, now)
    choose(session, world.actor("colleague"), ticket, FRIDAY, now)
    assert row_of(session, ticket).place == "Lyon, IT counter"
    assert told(session, "offered") == [world.ids["colleague"]]


def test_it_ends_when_the_agent_says_how_it_went(world: World, session: Session, now: datetime) -> None:
    put(world, fitting("5 working days after submission"))
    ticket = offered(world)
    agent, task_id = world.actor("agent.it"), task_of(session, ticket).public_id

    def say(how: Outcome, at: datetime, who: str = "agent.it") -> None:
        end(session, world.actor(who), task_id, how, at, services=services(session), result="Fits.")

    with pytest.raises(AppointmentFirst):
        finish(session, agent, task_id, now)
    with pytest.raises(AppointmentAhead):
        say(Outcome.TOOK_PLACE, now)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    with pytest.raises(AppointmentAhead):
        say(Outcome.TOOK_PLACE, FRIDAY - HOUR)
    with pytest.raises(AppointmentBegun):
        call_off(session, agent, task_id, FRIDAY, services=services(session))
    with pytest.raises(NotAllowed):
        say(Outcome.TOOK_PLACE, FRIDAY, "employee")
    say(Outcome.TOOK_PLACE, FRIDAY + HOUR)
    assert (task_of(session, ticket).state, task_of(session, ticket).result) == (TaskState.DONE, "Fits.")
    assert session.scalar(select(TicketRow.state).where(TicketRow.id == ticket.ticket_id)) is TicketState.RESOLVED
    with pytest.raises(NoAppointment):
        say(Outcome.TOOK_PLACE, FRIDAY + HOUR)
    reopen_task(session, agent, task_id, FRIDAY + 2 * HOUR, why="It broke.")
    assert task_of(session, ticket).state is TaskState.CLAIMED
    offer(session, ticket, FRIDAY + 2 * HOUR)
    assert (row_of(session, ticket).starts_at, row_of(session, ticket).choose_by is None) == (None, False)


@pytest.mark.parametrize(
    ("outcome", "kind", "state"),
    [
        (Outcome.MISSED_CHOOSE_AGAIN, TaskKind.APPOINTMENT, TaskState.READY),
        (Outcome.MISSED_CALL, TaskKind.TASK, TaskState.READY),
        (Outcome.MISSED_OVER, TaskKind.APPOINTMENT, TaskState.DONE),
    ],
)
def test_who_did_not_come_chooses_again_is_called_or_is_done_with(
    world: World, session: Session, now: datetime, outcome: Outcome, kind: TaskKind, state: TaskState
) -> None:
    put(world, fitting("5 working days after submission"))
    ticket = offered(world)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    task_id = task_of(session, ticket).public_id
    end(session, world.actor("agent.it"), task_id, outcome, FRIDAY + HOUR, services=services(session))
    task = task_of(session, ticket)
    assert (task.kind, task.state) == (kind, state)
    assert "appointment_missed" in kinds(session, ticket)
    assert len(told(session, "offered")) == (2 if outcome is Outcome.MISSED_CHOOSE_AGAIN else 1)


def test_a_changed_date_frees_the_time_and_offers_others(world: World, session: Session, now: datetime) -> None:
    put(world, fitting("day", earliest="day"))
    ticket = offered(world, day="2026-08-20")
    chosen = times(session, ticket, now)[0]
    choose(session, world.actor("employee"), ticket, chosen, now)

    change(world, ticket, now + HOUR, day="2026-08-27")

    row = row_of(session, ticket)
    assert (row.starts_at, "appointment_lost" in kinds(session, ticket)) == (None, True)
    offer(session, ticket, now + HOUR)
    assert {at.date() for at in times(session, ticket, now + HOUR)} == {date(2026, 8, 27)}
    assert task_of(session, ticket).due_at == datetime(2026, 8, 27, 15, 30, tzinfo=UTC)


def test_another_place_is_another_appointment_and_is_shown_before(
    world: World, session: Session, now: datetime
) -> None:
    put(world, fitting(location="site"))
    ticket = offered(world, site="berlin")
    due_at = task_of(session, ticket).due_at
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    found = change(world, ticket, now + HOUR, site="lyon")
    assert [(one.change, one.frees_at) for one in found.tasks] == [(Change.MOVED, FRIDAY)]
    offer(session, ticket, now + HOUR)
    row = row_of(session, ticket)
    assert (row.place, row.starts_at, row.due_at, task_of(session, ticket).due_at) == (
        "Lyon, IT counter",
        None,
        due_at,
        due_at,
    )


def test_other_answers_leave_the_time_as_it_is(world: World, session: Session, now: datetime) -> None:
    put(world, fitting())
    ticket = offered(world)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    change(world, ticket, now + HOUR, name="Kai")
    assert row_of(session, ticket).starts_at == FRIDAY


def test_cancelling_the_request_frees_the_time(world: World, session: Session, now: datetime) -> None:
    put(world, fitting())
    first, second = offered(world), offered(world, by="colleague")
    choose(session, world.actor("employee"), first, FRIDAY, now)
    change(world, first, now + HOUR, cancels=True)
    assert row_of(session, first).starts_at is None
    assert FRIDAY in times(session, second, now)
    assert world.ids["employee"] in told(session, "called_off")


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        (fitting(), None),
        (fitting(minutes=480, every=480), None),
        (fitting("2 days after submission", earliest="2 days after submission"), GapKind.NO_TIME_TO_MEET),
        (fitting("3 hours after submission", minutes=240), GapKind.MEETS_TOO_LONG),
    ],
)
def test_the_dry_run_says_where_working_time_leaves_no_room(
    world: World, session: Session, now: datetime, wanted: dict[str, object], kind: GapKind | None
) -> None:
    put(world, wanted)
    desk = read_desk_facts(session)
    found = simulate(session, desk.catalogue.service("fit"), {"name": "Kim"}, mail_of("employee"), desk, now)
    assert [gap.kind for _, gap in found.gaps] == ([kind] if kind else [])


def test_the_desk_arranges_it_by_telephone(world: World, session: Session, now: datetime) -> None:
    put(world, fitting(), step("later", queue="desk", needs=["fit"]))
    ticket = offered(world)
    task_id = task_of(session, ticket).public_id
    with pytest.raises(NotAllowed):
        by_phone(session, world.actor("employee"), task_id, now, services=services(session))
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    by_phone(session, world.actor("agent.desk"), task_id, now, services=services(session))
    task = task_of(session, ticket)
    assert (task.kind, task.due_at, row_of(session, ticket).starts_at) == (
        TaskKind.TASK,
        row_of(session, ticket).due_at,
        None,
    )
    assert whys(session, ticket) == {"appointment.by_phone"}
