"""Promises on real tickets: started, moved by pauses, ended, and their first breach written down once."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from routing.targets import Promise, Target
from routing.work import Channel, HoldReason
from spoc.db.clocks import ClockRow
from spoc.db.events import lock
from spoc.db.settings import read_targets
from spoc.db.tickets import EventRow, TaskRow, TicketRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.finishing import finish
from spoc.desk.actions.handoff import hand_over
from spoc.desk.actions.holds import hold, resume
from spoc.desk.clocks.keeping import keep
from spoc.desk.clocks.starting import start_asks, start_tasks
from spoc.desk.messages import send_message
from spoc.errors import NotFound
from spoc.intake.errors import InvalidSetting
from spoc.intake.ruling.promising import remove_target, set_target
from spoc.intake.ruling.stored import version_of
from spoc.intake.write import Accepted
from tests.world import World

HOUR = timedelta(hours=1)
USUAL = Target(240, response=60)


def promise(world: World, *targets: Target) -> None:
    for one in targets:
        set_target(world.session, world.actor("owner"), version_of(world.session), one, world.now, why="Agreed")


def tick(world: World, hours: float = 0) -> None:
    now = world.now + hours * HOUR
    start_asks(world.session, now)
    start_tasks(world.session)
    keep(world.session, now)
    world.session.commit()


def clock(world: World, kind: Promise, which: int = 0) -> ClockRow:
    world.session.expire_all()
    return world.session.scalars(select(ClockRow).where(ClockRow.kind == kind).order_by(ClockRow.id)).all()[which]


def breaches(world: World) -> list[str]:
    rows = world.session.scalars(select(EventRow.what).where(EventRow.kind == "target_missed").order_by(EventRow.id))
    return [row["promise"] for row in rows]


def claimed(world: World) -> Accepted:
    opened = world.submit("laptop-fault")
    claim(world.session, world.actor("agent.desk"), opened.tasks[0].id, world.now)
    return opened


def test_a_clock_starts_when_the_ask_was_opened_however_late_it_is_made(world: World) -> None:
    promise(world, USUAL, Target(120, queue="desk"))
    world.submit("laptop-fault")

    tick(world, 0.5)

    starts = {kind: clock(world, kind).started_at for kind in Promise}
    dues = {kind: clock(world, kind).due_at - world.now for kind in Promise}
    assert set(starts.values()) == {world.now}
    assert dues == {Promise.RESPONSE: HOUR, Promise.RESOLUTION: 4 * HOUR, Promise.QUEUE: 2 * HOUR}


def test_what_is_promised_later_changes_nothing_that_runs(world: World) -> None:
    promise(world, USUAL)
    world.submit("laptop-fault")
    tick(world)
    promise(world, Target(600, response=600))
    tick(world, 2)

    assert clock(world, Promise.RESOLUTION).due_at == world.now + 4 * HOUR
    assert breaches(world) == ["response"]
    tick(world, 3)
    assert world.session.scalar(select(func.count(ClockRow.id))) == 2


def test_a_breach_is_written_down_once_with_the_instant_it_happened(world: World) -> None:
    promise(world, USUAL)
    opened = claimed(world)
    tick(world)

    tick(world, 1)
    assert breaches(world) == []
    for hours in (5, 5, 6):
        tick(world, hours)
    finish(world.session, world.actor("agent.desk"), opened.tasks[0].id, world.now + 6 * HOUR)
    tick(world, 6)

    row = clock(world, Promise.RESOLUTION)
    assert breaches(world) == ["response", "resolution"]
    assert (row.missed_at, row.noted_at) == (world.now + 4 * HOUR, world.now + 5 * HOUR)
    assert (row.ended_at, row.met) == (world.now + 6 * HOUR, False)


def test_an_answer_in_time_and_an_end_in_time_keep_the_promises(world: World) -> None:
    promise(world, USUAL, Target(120, queue="desk"))
    opened = claimed(world)
    actor = world.actor("agent.desk")
    send_message(
        world.session, actor, opened.reference, world.now + HOUR / 2, body="We look at it.", channel=Channel.WEB
    )
    finish(world.session, actor, opened.tasks[0].id, world.now + HOUR)

    tick(world, 9)

    assert breaches(world) == []
    assert all(clock(world, kind).met for kind in Promise)
    assert clock(world, Promise.RESPONSE).ended_at == world.now + HOUR / 2


def test_a_note_or_the_requester_is_no_answer(world: World) -> None:
    promise(world, USUAL)
    opened = claimed(world)
    at = world.now + HOUR / 2
    send_message(
        world.session, world.actor("agent.desk"), opened.reference, at, body="Hm.", channel=Channel.WEB, internal=True
    )
    send_message(world.session, world.actor("employee"), opened.reference, at, body="Hello?", channel=Channel.WEB)

    tick(world, 2)

    assert breaches(world) == ["response"]


def test_a_call_is_its_own_answer(world: World) -> None:
    promise(world, USUAL)
    opened = claimed(world)
    world.session.get_one(TicketRow, opened.ticket_id).channel = Channel.PHONE
    tick(world, 2)

    assert clock(world, Promise.RESPONSE).met


def test_a_hold_for_the_requester_moves_the_deadlines_and_for_others_does_not(world: World) -> None:
    promise(world, USUAL, Target(120, queue="desk"))
    opened = claimed(world)
    actor, task = world.actor("agent.desk"), opened.tasks[0].id
    hold(world.session, actor, task, world.now + HOUR, reason=HoldReason.REQUESTER, note="Which one?")
    tick(world, 3)
    assert clock(world, Promise.RESOLUTION).paused_at == clock(world, Promise.QUEUE).paused_at == world.now + HOUR

    resume(world.session, actor, task, world.now + 3 * HOUR)
    hold(world.session, actor, task, world.now + 3 * HOUR, reason=HoldReason.VENDOR, note="Ordered")
    tick(world, 3)

    assert clock(world, Promise.QUEUE).due_at == world.now + 4 * HOUR
    assert clock(world, Promise.RESOLUTION).due_at == world.now + 6 * HOUR
    tick(world, 5)
    assert breaches(world) == ["queue"]


def test_another_queue_is_another_promise(world: World) -> None:
    promise(world, Target(120, queue="desk"), Target(60, queue="it"))
    opened = claimed(world)
    tick(world)
    hand_over(
        world.session, world.actor("agent.desk"), opened.tasks[0].id, world.now + HOUR, to="it", why="Broken glass"
    )

    tick(world, 1)
    tick(world, 2.5)

    first, second = (clock(world, Promise.QUEUE, which) for which in (0, 1))
    assert (first.ended_at, first.met, first.missed_at) == (world.now + HOUR, False, None)
    assert (second.started_at, second.due_at) == (world.now + HOUR, world.now + 2 * HOUR)
    assert breaches(world) == ["queue"]


def test_the_breach_of_a_confidential_task_is_for_its_queues(world: World) -> None:
    promise(world, Target(60, queue="hr"))
    world.add_secret_step("laptop-fault")
    world.submit("laptop-fault", mark="yes")
    tick(world)
    tick(world, 5)

    (event,) = world.session.scalars(select(EventRow).where(EventRow.kind == "target_missed")).all()
    assert (event.confidential_to, event.public) == (["hr"], False)


def test_without_targets_nothing_is_promised_and_nothing_asked_twice(world: World) -> None:
    world.submit("laptop-fault")

    assert start_asks(world.session, world.now) == 1
    assert start_tasks(world.session) > 0
    assert start_asks(world.session, world.now) == start_tasks(world.session) == 0
    assert world.session.scalar(select(func.count(ClockRow.id))) == 0
    assert world.session.scalar(select(func.count(TaskRow.id)).where(TaskRow.timed_at.is_not(None)))


@pytest.mark.parametrize(
    ("target", "field"),
    [
        (Target(None), "hours"),
        (Target(-60), "hours"),
        (Target(60, priority="soon"), "priority"),
        (Target(60, queue="it", service="leaver"), "queue"),
        (Target(60, queue="it", response=30), "queue"),
        (Target(60, queue="garage"), "queue"),
        (Target(60, calendar="moon"), "calendar"),
        (Target(60, service="no-such"), "service"),
    ],
)
def test_a_target_promises_something_about_what_there_is(world: World, target: Target, field: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        promise(world, target)

    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_target_is_replaced_and_removed(world: World) -> None:
    promise(world, USUAL, Target(60, service="leaver"), Target(300))
    assert {one.minutes for one in read_targets(world.session)} == {60, 300}

    remove_target(world.session, world.actor("owner"), version_of(world.session), ("", "leaver", ""), world.now)
    assert [one.minutes for one in read_targets(world.session)] == [300]
    with pytest.raises(NotFound):
        remove_target(world.session, world.actor("owner"), version_of(world.session), ("", "leaver", ""), world.now)
    with pytest.raises(InvalidSetting):
        set_target(world.session, world.actor("owner"), version_of(world.session), USUAL, world.now, why=" ")


def test_targets_are_shown_to_those_who_work_on_it(client: TestClient, world: World) -> None:
    promise(world, USUAL, Target(60, queue="desk"))
    opened = world.submit("laptop-fault")
    tick(world)
    tick(world, 2)

    world.sign_in(client, "agent.desk")
    page = client.get(f"/tickets/{opened.reference}").text
    listed = client.get("/api/queues/desk/tasks").json()["tasks"][0]["target"]
    document = client.get(f"/api/tickets/{opened.reference}").json()["targets"]

    assert "First answer" in page
    assert "A target was missed: the first answer" in page
    assert "Target missed" in client.get("/desk/desk").text
    assert listed == {"due_at": "2026-08-13T10:00:00Z", "paused": False, "missed": True}
    assert {one["promise"] for one in document} == {"response", "resolution", "queue"}
    world.sign_in(client, "employee")
    assert client.get(f"/api/tickets/{opened.reference}").json()["targets"] == []
    assert "target was missed" not in client.get(f"/tickets/{opened.reference}").text


def test_targets_are_set_on_their_page(client: TestClient, world: World) -> None:
    world.sign_in(client, "owner")
    form = {"service": "leaver", "response_hours": "0,5", "hours": "16", "why": "Agreed with HR"}

    bad = client.post("/routing/targets", data={"version": 0, "hours": "soon"})
    done = client.post("/routing/targets", data={"version": 0, **form})
    page = client.get("/routing/targets").text
    gone = client.post("/routing/targets/remove", data={"version": version_of(world.session), "service": "leaver"})

    assert "Give working hours" in bad.text
    assert "Say why it is changed." in bad.text
    assert (done.status_code, gone.status_code) == (303, 303)
    assert "0.5 h" in page
    assert "Agreed with HR" in page
    assert client.get("/api/routing/targets").json()["targets"] == []


def test_nothing_is_promised_before_the_day_that_was_asked_for(world: World) -> None:
    promise(world, USUAL, Target(60, queue="hr"))
    opened = world.submit("new-starter", start_on="2026-12-01")
    tick(world)

    last = max(task.due_at for task in opened.tasks if task.due_at)
    assert clock(world, Promise.RESOLUTION).due_at == last
    promised = clock(world, Promise.QUEUE)
    assert promised.due_at == world.session.get_one(TaskRow, promised.task_id).promised_at
    tick(world, 24 * 30)
    assert "resolution" not in breaches(world)


def test_what_hangs_on_no_day_is_promised_as_the_target_says(world: World) -> None:
    promise(world, USUAL)
    world.submit("laptop-fault")
    tick(world)

    assert clock(world, Promise.RESOLUTION).planned_at is None


def test_clocks_start_while_somebody_changes_the_ticket(committed: sessionmaker[Session], now: datetime) -> None:
    """Else each would wait for what the other holds: the job for the ticket, and they for the task."""
    with committed() as session:
        world = World.create(session, now)
        promise(world, Target(120, queue="desk"))
        ticket = world.submit("laptop-fault")
        session.commit()
    with committed.begin() as mover, committed.begin() as job:
        lock(mover, ticket.ticket_id)
        assert start_tasks(job) > 0
        assert job.scalar(select(func.count()).select_from(ClockRow)) == 1
