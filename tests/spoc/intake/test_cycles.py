"""Recurring work: each slot is one ticket, however many look, however long nobody did, and whatever is published."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from routing.targets import Promise
from routing.work import Channel
from spoc.db.catalog import RoutingSettingRow
from spoc.db.clocks import ClockRow
from spoc.db.contacts import ContactRow
from spoc.db.cycles import CycleRunRow
from spoc.db.jobs import JobRow, JobState
from spoc.db.queueing import retry_parked
from spoc.db.session import transaction
from spoc.db.settings import TARGETS
from spoc.db.tickets import AskRow, EventRow, TicketRow
from spoc.desk.clocks.starting import start_asks
from spoc.intake.asked import often_asked
from spoc.intake.cycles.errors import AlreadyRaised, NobodyAsks, NoSuchSchedule
from spoc.intake.cycles.finding import find_due
from spoc.intake.cycles.raising import raise_now
from spoc.intake.cycles.reading import LATEST, Line, list_schedules
from spoc.intake.cycles.rules import unknown_requesters
from spoc.intake.cycles.steering import pause, resume
from spoc.jobs import schedule
from spoc.jobs.run import run
from spoc.reports.fcr import report
from spoc.reports.question import Question
from tests.spoc.intake.cycling import KEY, SERVICE, publish_schedules, run_raising, scheduled, tools_at
from tests.world import World, mail_of

NOON = datetime(2026, 8, 13, 9, 0, tzinfo=UTC)  # 11:00 in Berlin: one hour after the day's slot


def tickets(session: Session) -> list[Any]:
    rows = session.execute(select(TicketRow.id, TicketRow.opened_at).order_by(TicketRow.id))
    return list(rows)


def look(world: World, at: datetime) -> int:
    """Find what is due at an instant, and raise it."""
    session = world.session
    found = find_due(session, at)
    session.commit()
    run_raising(tools_at(_sessions(world), lambda: at))
    session.expire_all()
    return found


def _sessions(world: World) -> sessionmaker[Session]:
    return sessionmaker(world.session.bind, expire_on_commit=False, join_transaction_mode="create_savepoint")


def line(world: World, at: datetime) -> Line:
    (one,) = list_schedules(world.session, world.actor("owner"), at)
    return one


@pytest.fixture
def daily(world: World) -> World:
    """A daily schedule, published the evening before."""
    publish_schedules(world, NOON - timedelta(hours=15), {})
    return world


def test_three_schedulers_at_once_after_two_hours_of_standstill_make_one_ticket(
    committed: sessionmaker[Session],
) -> None:
    with committed() as session:
        world = World.create(session, NOON)
        publish_schedules(world, NOON - timedelta(hours=2), {})
    tools, start = tools_at(committed, lambda: NOON), Barrier(3)

    def schedule_and_work(_: int) -> None:
        start.wait()
        with transaction(committed) as one:
            schedule.plan(one, NOON)
        for _again in range(2):
            with transaction(committed) as one:
                ready = select(JobRow.id).where(JobRow.kind.like("cycles.%"), JobRow.state == JobState.READY)
                ids = one.scalars(ready.order_by(JobRow.id)).all()
            for job_id in ids:
                run(job_id, tools)
            with transaction(committed) as one:
                find_due(one, NOON)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(schedule_and_work, range(3)))
    run_raising(tools)
    with committed() as session:
        assert [(row.opened_at, row.channel) for row in session.scalars(select(TicketRow))] == [
            (NOON, Channel.SCHEDULE)
        ]
        assert session.scalar(select(func.count()).select_from(CycleRunRow)) == 1


def test_a_slot_is_raised_once_and_the_next_a_day_later(daily: World) -> None:
    assert [look(daily, NOON + timedelta(minutes=minutes)) for minutes in (0, 1, 60)] == [1, 0, 0]
    assert look(daily, NOON + timedelta(days=1)) == 1
    assert len(tickets(daily.session)) == 2


def test_what_was_missed_is_one_ticket_that_says_so(daily: World) -> None:
    assert look(daily, NOON + timedelta(days=30)) == 1
    (happened,) = daily.session.scalars(select(EventRow.what).where(EventRow.kind == "scheduled"))
    assert happened == {
        "schedule": "Daily round",
        "slot_at": "2026-09-12T08:00:00+00:00",
        "missed": 30,
        "missed_since": "2026-08-13T08:00:00+00:00",
    }


def test_it_is_asked_by_its_requester_and_is_no_contact_and_in_no_figure(daily: World) -> None:
    look(daily, NOON)
    ask = daily.session.scalars(select(AskRow)).one()
    assert (ask.requester_id, ask.excluded, ask.same_issue_of_id) == (daily.ids["lead"], "scheduled", None)
    assert daily.session.scalars(select(ContactRow)).all() == []
    actor = daily.actor("manager")
    question = Question(actor, NOON.date(), NOON.date() + timedelta(days=1), ZoneInfo("Europe/Berlin"))
    found = report(daily.session, question, NOON + timedelta(days=1))
    assert (found.excluded, found.judged, found.touches) == ({"scheduled": 1}, (), ())
    assert often_asked(daily.session, shipped(), 1)[0].key != SERVICE


def test_it_is_promised_an_end_and_no_answer_as_nobody_waits_for_one(daily: World) -> None:
    session = daily.session
    session.add(RoutingSettingRow(key=TARGETS, value=[{"minutes": 600, "response": 60}]))
    look(daily, NOON)
    daily.submit(SERVICE, at=NOON)
    start_asks(session, NOON)
    kinds = session.scalars(select(ClockRow.kind).join(AskRow, AskRow.id == ClockRow.ask_id).order_by(ClockRow.id))
    assert list(kinds) == [Promise.RESOLUTION, Promise.RESPONSE, Promise.RESOLUTION]


def test_asking_the_same_afterwards_is_no_repeat_of_it(daily: World) -> None:
    look(daily, NOON)
    daily.session.execute(update(AskRow).values(resolved_at=NOON))
    daily.session.commit()
    asked = daily.submit(SERVICE, by="lead", at=NOON + timedelta(hours=1))
    kinds = daily.session.scalars(select(ContactRow.kind).where(ContactRow.ticket_id == asked.ticket_id)).all()
    assert kinds == ["first"]


def test_a_changed_rule_counts_from_its_publication_and_the_former_one_until_then(daily: World) -> None:
    look(daily, NOON - timedelta(hours=3))
    publish_schedules(daily, NOON, {"at": "10:30"})  # half an hour after the slot of the former rule
    assert look(daily, NOON + timedelta(minutes=1)) == 1
    slots = daily.session.scalars(select(CycleRunRow.slot_at)).all()
    assert slots == [NOON - timedelta(hours=1)]
    assert line(daily, NOON).coming[0] == NOON + timedelta(hours=23, minutes=30)


def test_a_schedule_that_is_new_has_no_past(world: World) -> None:
    publish_schedules(world, NOON, {})
    assert look(world, NOON + timedelta(minutes=1)) == 0


@pytest.mark.parametrize("schedules", [[], [{"paused": True}]])
def test_what_a_new_version_takes_out_or_pauses_comes_no_more(daily: World, schedules: list[dict[str, Any]]) -> None:
    publish_schedules(daily, NOON - timedelta(hours=2), *schedules)
    assert look(daily, NOON + timedelta(days=2)) == 0
    publish_schedules(daily, NOON + timedelta(days=3), {})
    assert look(daily, NOON + timedelta(days=3, hours=1)) == 0
    assert look(daily, NOON + timedelta(days=4)) == 1


def test_while_it_is_paused_nothing_comes_and_nothing_is_made_up_for(daily: World) -> None:
    owner = daily.actor("owner")
    pause(daily.session, owner, SERVICE, KEY, NOON - timedelta(hours=2))
    assert look(daily, NOON + timedelta(days=3)) == 0
    paused = line(daily, NOON)
    assert (paused.is_paused, paused.paused_by, paused.coming) == (True, daily.person("owner").name, ())
    resume(daily.session, owner, SERVICE, KEY, NOON + timedelta(days=3))
    assert look(daily, NOON + timedelta(days=3, minutes=5)) == 0
    assert look(daily, NOON + timedelta(days=4)) == 1


def test_it_can_be_raised_at_once_and_once_a_minute(daily: World) -> None:
    owner = daily.actor("owner")
    accepted = raise_now(daily.session, owner, SERVICE, KEY, NOON)
    assert accepted.requester_id == daily.ids["lead"]
    with pytest.raises(AlreadyRaised):
        raise_now(daily.session, owner, SERVICE, KEY, NOON + timedelta(seconds=30))
    (run_,) = line(daily, NOON).runs
    assert (run_.by, run_.raised, run_.reference, run_.may_open) == (
        daily.person("owner").name,
        True,
        accepted.reference,
        False,
    )


def test_when_a_confidential_request_was_raised_is_told_to_who_may_know_of_it(world: World) -> None:
    publish_schedules(world, NOON - timedelta(hours=2), {}, confidential_to=("hr",))
    look(world, NOON)
    assert line(world, NOON).runs == ()
    (one,) = list_schedules(world.session, world.actor("agent.hr"), NOON)
    assert [(run_.raised, run_.raised_at) for run_ in one.runs] == [(True, NOON)]


def test_runs_that_are_hidden_take_no_places_of_those_that_are_told(world: World) -> None:
    publish_schedules(world, NOON - timedelta(hours=2), {})
    look(world, NOON)
    publish_schedules(world, NOON + timedelta(minutes=1), {}, confidential_to=("hr",))
    for day in range(1, LATEST + 1):
        look(world, NOON + timedelta(days=day))

    assert [run_.raised_at for run_ in line(world, NOON).runs] == [NOON]


def test_a_run_that_was_given_up_for_no_reason_of_its_own_says_so(daily: World) -> None:
    find_due(daily.session, NOON)
    (run_,) = line(daily, NOON).runs
    assert (run_.failed, run_.given_up) == (False, False)
    daily.session.execute(update(JobRow).where(JobRow.kind == "cycles.raise").values(state=JobState.PARKED, error="x"))
    (run_,) = line(daily, NOON).runs
    assert (run_.failed, run_.given_up, run_.problem) == (True, True, "")


def test_a_shared_mailbox_is_nobody_who_could_ask_by_a_schedule(world: World) -> None:
    shared = world.person("lead")
    shared.shared = True
    world.session.flush()
    assert unknown_requesters(world.session, scheduled({}), shipped()) == [mail_of("lead")]


@pytest.mark.parametrize("act", [pause, resume, raise_now])
def test_there_is_nothing_to_do_about_a_schedule_that_is_not_there(daily: World, act: Callable[..., Any]) -> None:
    with pytest.raises(NoSuchSchedule):
        act(daily.session, daily.actor("owner"), SERVICE, "weekly", NOON)


def test_what_cannot_be_raised_says_why_waits_for_somebody_and_is_raised_when_tried_again(daily: World) -> None:
    lead = daily.person("lead")
    lead.active = False
    daily.session.commit()
    look(daily, NOON)
    (run_,) = line(daily, NOON).runs
    assert (run_.raised, mail_of("lead") in run_.problem) == (False, True)
    with pytest.raises(NobodyAsks), daily.session.begin_nested():
        raise_now(daily.session, daily.actor("owner"), SERVICE, KEY, NOON)
    job = daily.session.scalars(select(JobRow).where(JobRow.kind == "cycles.raise")).one()
    assert job.state is JobState.PARKED
    lead.active = True
    assert retry_parked(daily.session, job.public_id)
    daily.session.commit()
    run_raising(tools_at(_sessions(daily), lambda: NOON))
    daily.session.expire_all()
    (run_,) = line(daily, NOON).runs
    assert (run_.raised, run_.problem) == (True, "")


def test_answers_that_the_form_refuses_by_then_are_named(world: World) -> None:
    publish_schedules(world, NOON - timedelta(hours=2), {"answers": {"description": "Round", "location": "moon"}})
    look(world, NOON)
    (run_,) = line(world, NOON).runs
    assert (run_.raised, "Location" in run_.problem) == (False, True)
