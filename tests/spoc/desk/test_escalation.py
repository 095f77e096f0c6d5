"""The ladder on real tickets: each rung once, to somebody who is there and may know, in the log and by mail."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from routing.escalation import Quiet, Rung, Whom
from routing.targets import Promise, Target
from routing.work import HoldReason
from spoc.db.clocks import EscalationRow
from spoc.db.jobs import JobRow
from spoc.db.people import AbsenceRow, PointOfContactRow
from spoc.db.settings import read_ladder
from spoc.db.tickets import EventRow
from spoc.desk.actions.claims import claim
from spoc.desk.actions.holds import hold
from spoc.desk.clocks.climbing import climb
from spoc.desk.clocks.keeping import keep
from spoc.desk.clocks.starting import start_asks, start_tasks
from spoc.errors import NotFound
from spoc.intake.errors import InvalidSetting
from spoc.intake.ruling.laddering import add_rung, remove_rung, set_quiet
from spoc.intake.ruling.promising import set_target
from spoc.intake.ruling.stored import version_of
from tests.world import World

HOUR = timedelta(hours=1)
BEFORE, AT = Rung(Promise.RESOLUTION, -60, Whom.BACKUP), Rung(Promise.RESOLUTION, 0, Whom.LEAD)
OF_QUEUE = Rung(Promise.QUEUE, 0, Whom.LEAD)


def ladder(world: World, *rungs: Rung) -> None:
    for one in rungs:
        add_rung(world.session, world.actor("owner"), version_of(world.session), one, world.now, why="Agreed")


def promise(world: World, target: Target) -> None:
    set_target(world.session, world.actor("owner"), version_of(world.session), target, world.now, why="Agreed")


def tick(world: World, hours: float) -> None:
    now = world.now + hours * HOUR
    start_asks(world.session, now)
    start_tasks(world.session)
    keep(world.session, now)
    while climb(world.session, now) is not None:
        pass
    world.session.commit()


def told(world: World) -> list[tuple[str, int | None]]:
    rows = world.session.execute(select(EscalationRow.rung, EscalationRow.person_id).order_by(EscalationRow.id))
    return [(rung.split(":")[2], person_id) for rung, person_id in rows]


def contact(world: World, who: str, topic: str, rank: int) -> None:
    row = PointOfContactRow(
        party_kind="queue", party_key="desk", topic=topic, person_id=world.ids[who], rank=rank, valid_from=world.now
    )
    world.session.add(row)
    world.session.commit()


def test_each_rung_is_reached_once_and_told_in_log_and_mail(world: World) -> None:
    promise(world, Target(120))
    ladder(world, BEFORE, AT)
    world.submit("laptop-fault")

    tick(world, 0.5)
    assert told(world) == []
    tick(world, 1)
    for _ in range(3):
        tick(world, 3)

    assert told(world) == [("backup", world.ids["lead"]), ("lead", world.ids["lead"])]
    events = world.session.scalars(select(EventRow).where(EventRow.kind == "escalated")).all()
    assert [(one.what["told"], one.public) for one in events] == [("Piotr Zieliński", False)] * 2
    jobs = world.session.scalars(select(JobRow.payload).where(JobRow.kind == "mail.escalated")).all()
    assert [one["person_id"] for one in jobs] == [world.ids["lead"]] * 2
    assert len({one["cause"] for one in jobs}) == 2


def test_a_backup_is_the_deputy_then_a_point_of_contact(world: World) -> None:
    promise(world, Target(120))
    ladder(world, BEFORE)
    contact(world, "lead", "calls", 0)
    contact(world, "agent.desk", "calls", 1)
    opened = world.submit("laptop-fault")
    tick(world, 1)

    assert told(world) == [("backup", world.ids["agent.desk"])]
    assert opened.tasks


def test_who_is_away_is_replaced_by_who_stands_in(world: World) -> None:
    promise(world, Target(120))
    ladder(world, AT)
    today = date(2026, 8, 13)
    deputy = world.ids["agent.desk"]
    world.session.add(AbsenceRow(person_id=world.ids["lead"], deputy_id=deputy, from_on=today, until_on=today))
    world.submit("laptop-fault")
    tick(world, 3)

    assert told(world) == [("lead", deputy)]


def test_the_owner_is_the_point_of_contact_else_a_lead(world: World) -> None:
    promise(world, Target(120))
    ladder(world, Rung(Promise.RESOLUTION, 0, Whom.OWNER), Rung(Promise.RESOLUTION, 30, Whom.OWNER))
    world.submit("laptop-fault")
    tick(world, 2.1)
    contact(world, "agent.desk", "Owner", 0)
    tick(world, 3)

    assert told(world) == [("owner", world.ids["lead"]), ("owner", world.ids["agent.desk"])]


def test_nobody_learns_of_secret_work_by_being_told_that_it_is_late(world: World) -> None:
    promise(world, Target(60, queue="hr"))
    ladder(world, OF_QUEUE)
    world.add_secret_step("laptop-fault")
    world.submit("laptop-fault", mark="yes")
    row = PointOfContactRow(
        party_kind="queue",
        party_key="hr",
        topic="owner",
        person_id=world.ids["manager"],
        rank=0,
        valid_from=world.now,
    )
    world.session.add(row)
    world.session.commit()
    tick(world, 0)
    tick(world, 3)

    (event,) = world.session.scalars(select(EventRow).where(EventRow.kind == "escalated")).all()
    assert told(world) == [("lead", None)]
    assert (event.confidential_to, event.public, event.what["told"]) == (["hr"], False, None)
    assert world.session.scalars(select(JobRow).where(JobRow.kind == "mail.escalated")).all() == []


def test_a_promise_that_is_kept_or_stands_still_climbs_nothing(world: World) -> None:
    promise(world, Target(120))
    ladder(world, AT)
    opened = world.submit("laptop-fault")
    task: UUID = opened.tasks[0].id
    actor = world.actor("agent.desk")
    claim(world.session, actor, task, world.now)

    hold(world.session, actor, task, world.now + HOUR, reason=HoldReason.REQUESTER, note="Which?")
    tick(world, 5)

    assert told(world) == []


def test_quiet_hours_put_it_off(world: World) -> None:
    promise(world, Target(120))
    ladder(world, AT)
    set_quiet(world.session, world.actor("owner"), version_of(world.session), Quiet(time(12), time(15)), world.now)
    world.submit("laptop-fault")
    tick(world, 2.5)  # half past one in Berlin
    assert told(world) == []
    tick(world, 4)
    assert told(world) == [("lead", world.ids["lead"])]


@pytest.mark.parametrize(
    ("rung", "why", "field"),
    [
        (Rung(Promise.QUEUE, 60 * 24 * 61, Whom.LEAD), "So", "hours"),
        (Rung(Promise.QUEUE, 0, Whom.LEAD, priority="soon"), "So", "priority"),
        (Rung(Promise.QUEUE, 0, Whom.LEAD, queue="garage"), "So", "queue"),
        (Rung(Promise.QUEUE, 0, Whom.LEAD, service="no-such"), "So", "service"),
        (AT, " ", "why"),
    ],
)
def test_a_rung_names_what_there_is(world: World, rung: Rung, why: str, field: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        add_rung(world.session, world.actor("owner"), 0, rung, world.now, why=why)

    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_ladder_has_an_end_and_rungs_can_go(world: World) -> None:
    ladder(world, *(Rung(Promise.QUEUE, minutes, Whom.LEAD) for minutes in range(30)))
    with pytest.raises(InvalidSetting):
        ladder(world, AT)

    owner = world.actor("owner")
    remove_rung(world.session, owner, version_of(world.session), OF_QUEUE.key, world.now)
    assert len(read_ladder(world.session)[0]) == 29
    with pytest.raises(NotFound):
        remove_rung(world.session, owner, version_of(world.session), OF_QUEUE.key, world.now)


def test_the_ladder_is_kept_on_its_page_and_told_on_the_ticket(client: TestClient, world: World) -> None:
    promise(world, Target(120))
    world.sign_in(client, "owner")
    form = {"promise": "resolution", "hours": "1", "side": "before", "whom": "lead", "why": "Agreed with all"}

    added = client.post("/routing/ladder", data={"version": version_of(world.session), **form})
    quiet = {"since": "20:00", "until": "07:00"}
    client.post("/routing/ladder/quiet", data={"version": version_of(world.session), **quiet})
    refused = client.post("/routing/ladder/quiet", data={"version": version_of(world.session), "since": "soon"})
    page = client.get("/routing/targets").text
    ladder_json = client.get("/api/routing/targets").json()["ladder"]
    reference = world.submit("laptop-fault").reference
    tick(world, 2)

    assert (added.status_code, refused.status_code) == (303, 422)
    assert "1 working hours before everything done is due: a lead of the queue" in page
    assert "20:00–07:00" in page
    assert ladder_json["quiet"] == ["20:00", "07:00"]
    world.sign_in(client, "agent.desk")
    assert "Told: Piotr Zieliński." in client.get(f"/tickets/{reference}").text
    world.sign_in(client, "owner")
    rung = read_ladder(world.session)[0][0].key
    client.post("/routing/ladder/remove", data={"version": version_of(world.session), "rung": rung})
    client.post("/routing/ladder/quiet", data={"version": version_of(world.session)})
    assert client.get("/api/routing/targets").json()["ladder"] == {"rungs": [], "quiet": None}
