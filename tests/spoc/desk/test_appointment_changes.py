"""What becomes of an appointment when others do it, somebody leaves, or it waits again; and who hears of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.slots import Slot
from routing.work import TaskState
from spoc.db.jobs import JobRow
from spoc.db.people import AbsenceRow, PersonRow, PointOfContactRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.handoff import hand_over
from spoc.desk.appointments import reading
from spoc.desk.appointments.booking import call_off
from spoc.desk.appointments.diary import free_times
from spoc.desk.appointments.errors import NoAppointment
from spoc.desk.appointments.reading import read_times
from spoc.desk.appointments.watching import watch_bookings, watch_offers
from spoc.desk.tickets import read_ticket
from spoc.intake.catalogue import service_at
from tests.catalog.factories import step
from tests.spoc.desk.meeting import choose, fitting, offer, offered, put, row_of, task_of, times
from tests.spoc.desk.test_appointments import change, told, whys
from tests.world import World

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 8, 14, 7, 0, tzinfo=UTC)  # 09:00 in Berlin
WEEK = "5 working days after submission"


def jobs(session: Session) -> int:
    return len(session.scalars(select(JobRow.id).where(JobRow.kind == "turn.appointment")).all())


def leave(world: World, key: str) -> None:
    world.session.execute(update(PersonRow).where(PersonRow.id == world.ids[key]).values(active=False))
    world.session.commit()


@pytest.mark.parametrize("is_booked", [True, False])
def test_what_waits_again_is_neither_booked_nor_offered(
    world: World, session: Session, now: datetime, is_booked: bool
) -> None:
    cut = step("cut", queue="office", condition="name == 'Kai'")
    put(world, cut, {**fitting(WEEK), "needs": ["cut"]})
    ticket = offered(world)
    due_at = row_of(session, ticket).due_at
    if is_booked:
        choose(session, world.actor("employee"), ticket, FRIDAY, now)
    found = change(world, ticket, now, name="Kai")
    assert [one.frees_at for one in found.tasks if one.frees_at] == [FRIDAY] * is_booked
    task, row = task_of(session, ticket), row_of(session, ticket)
    assert (task.state, task.due_at) == (TaskState.WAITING, due_at)
    assert (row.starts_at, row.choose_by, bool(told(session, "lost"))) == (None, None, is_booked)
    watch_offers(session, partial(service_at, session), now + timedelta(days=30))
    assert whys(session, ticket) == set()


def test_nothing_is_booked_until_times_for_the_new_answers_are_offered(
    world: World, session: Session, now: datetime
) -> None:
    put(world, fitting(WEEK, location="site"))
    ticket = offered(world, site="berlin")
    change(world, ticket, now, site="lyon")
    with pytest.raises(NoAppointment):
        choose(session, world.actor("employee"), ticket, FRIDAY, now)
    page = read_ticket(session, world.actor("employee"), ticket.reference, now, partial(service_at, session))
    assert [part.meeting.may_choose for part in page.tasks if part.meeting] == [False]
    offer(session, ticket, now)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    assert row_of(session, ticket).place == "Lyon, IT counter"


def test_handed_over_it_is_offered_by_the_other_queue(world: World, session: Session, now: datetime) -> None:
    put(world, fitting(WEEK))
    ticket = offered(world)
    due_at, before = row_of(session, ticket).due_at, jobs(session)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    task_id = task_of(session, ticket).public_id
    hand_over(session, world.actor("agent.it"), task_id, now, to="office", why="Theirs.")
    assert (row_of(session, ticket).starts_at, task_of(session, ticket).due_at) == (None, due_at)
    assert {world.ids["employee"], world.ids["agent.it"]} <= set(told(session, "lost"))
    assert jobs(session) == before + 1
    offer(session, ticket, now)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    assert world.ids["agent.office"] in told(session, "booked")


def test_handed_over_once_it_has_begun_it_stays_booked(world: World, session: Session, now: datetime) -> None:
    put(world, fitting(WEEK))
    ticket = offered(world)
    choose(session, world.actor("employee"), ticket, FRIDAY, now)
    task_id = task_of(session, ticket).public_id
    hand_over(session, world.actor("agent.it"), task_id, FRIDAY, to="office", why="Theirs.")
    assert row_of(session, ticket).starts_at == FRIDAY


@pytest.mark.parametrize("is_booked", [True, False])
def test_who_leaves_is_met_by_nobody_and_others_are_found(
    world: World, session: Session, now: datetime, is_booked: bool
) -> None:
    put(world, fitting(WEEK, person="it.lead"))
    ticket = offered(world)
    before = jobs(session)
    if is_booked:
        choose(session, world.actor("employee"), ticket, FRIDAY, now)
    leave(world, "lead")
    assert times(session, ticket, now) == []
    for watch in (watch_offers, watch_bookings):
        watch(session, partial(service_at, session), now)
    row = row_of(session, ticket)
    assert (row.starts_at, row.choose_by, jobs(session)) == (None, None, before + 1)
    offer(session, ticket, now)
    assert whys(session, ticket) == {"appointment.nobody"}


def test_booked_again_it_replaces_its_end_in_calendars(world: World, session: Session, now: datetime) -> None:
    put(world, fitting(WEEK))
    ticket = offered(world)
    employee, task_id = world.actor("employee"), task_of(session, ticket).public_id
    choose(session, employee, ticket, FRIDAY, now)
    call_off(session, employee, task_id, now, services=partial(service_at, session))
    ended = row_of(session, ticket).sequence
    choose(session, employee, ticket, FRIDAY + HOUR, now)
    assert row_of(session, ticket).sequence == ended + 1


@pytest.mark.parametrize(("away", "by", "host"), [(True, "employee", "lead"), (False, "agent.it", "lead")])
def test_a_backup_is_met_where_the_first_is_away_or_asks(
    world: World, session: Session, now: datetime, away: bool, by: str, host: str
) -> None:
    for rank, key in enumerate(("agent.it", "lead"), start=1):
        about = {"party_kind": "queue", "party_key": "it", "topic": "chairs", "rank": rank}
        session.add(PointOfContactRow(**about, person_id=world.ids[key], valid_from=now))
    if away:
        until = now.date() + timedelta(days=30)
        session.add(AbsenceRow(person_id=world.ids["agent.it"], from_on=now.date(), until_on=until))
    put(world, fitting(WEEK, topic="chairs"))
    ticket = offered(world, by=by)
    assert (row_of(session, ticket).host_id, whys(session, ticket)) == (world.ids[host], set())


def test_all_who_have_it_in_their_calendar_hear_that_it_is_off(world: World, session: Session, now: datetime) -> None:
    put(world, fitting(WEEK))
    ticket = offered(world)
    employee, task_id = world.actor("employee"), task_of(session, ticket).public_id
    choose(session, employee, ticket, FRIDAY, now)
    claim(session, world.actor("agent.it"), task_id, now)
    call_off(session, employee, task_id, now, services=partial(service_at, session))
    assert set(told(session, "called_off")) == {world.ids[key] for key in ("employee", "agent.it", "lead")}
    choose(session, employee, ticket, FRIDAY + HOUR, now)
    call_off(session, employee, task_id, now, services=partial(service_at, session))
    assert told(session, "called_off").count(world.ids["lead"]) == 1


def test_only_the_days_that_are_shown_are_worked_out(
    world: World, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out: set[date] = set()

    def noted(*about: Any) -> Iterator[Slot]:
        for slot in free_times(*about):
            worked_out.add(slot.starts_at.date())
            yield slot

    monkeypatch.setattr(reading, "free_times", noted)
    put(world, fitting("60 working days after submission"))
    ticket = offered(world)
    task_id, employee = task_of(session, ticket).public_id, world.actor("employee")
    found = read_times(session, employee, task_id, now, partial(service_at, session), most_days=2)
    assert (len(found.days), found.later is not None, len(worked_out)) == (2, True, 4)
    choose(session, employee, ticket, FRIDAY, now)
    begun = read_times(session, employee, task_id, FRIDAY, partial(service_at, session), most_days=2)
    assert (begun.has_begun, begun.days, begun.later) == (True, (), None)
