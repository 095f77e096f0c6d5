"""The dry run and the replay against a real database: what would happen, what is missing, and whose eyes see it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from catalog.document import shipped
from catalog.draft import drafted
from catalog.errors import InvalidAnswers, UnknownService
from catalog.examples import example_here
from catalog.service import Catalogue, Service, Step
from routing.escalation import Rung, Whom
from routing.gaps import GapKind
from routing.replay import DifferenceKind
from routing.targets import Promise
from routing.visibility import Actor
from routing.work import DESK
from spoc.db.base import Base
from spoc.db.calls import EndpointRow
from spoc.db.catalog import RoutingSettingRow
from spoc.db.people import PointOfContactRow, QueueMemberRow, QueueRow
from spoc.db.settings import LADDER, ladder_document
from spoc.db.tickets import AskRow, TicketRow
from spoc.intake.catalogue import publish
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.errors import NoSuchDay, UnknownRequester
from spoc.intake.replay import Replay, replay
from spoc.intake.simulate import Simulation, asked_at, first_person, simulate, under
from spoc.web.formats import View
from spoc.web.trying.rows import dry_run
from tests.world import World, mail_of

PLAIN = Actor(0, "", queues=frozenset({DESK}))
"""Who reads all that is not confidential, and nothing else."""


def tried(world: World, service: str, catalogue: Catalogue | None = None, **changed: Any) -> Simulation:
    """The dry run of the service's example, asked by the employee at the world's present."""
    desk = read_desk_facts(world.session)
    desk = under(desk, catalogue) if catalogue else desk
    wanted = desk.catalogue.service(service)
    today = world.now.astimezone(desk.zone).date()
    answers = example_here(wanted, today, mail_of("manager"), desk.locations) | changed
    given = {key: value for key, value in answers.items() if value is not None}
    return simulate(world.session, wanted, given, mail_of("employee"), desk, world.now)


def changed(service: str, *replaced: tuple[str, str]) -> Catalogue:
    """The shipped catalogue with a text of the service replaced, as a draft."""
    raw = shipped().service(service).model_dump_json()
    for old, new in replaced:
        assert old in raw, old
        raw = raw.replace(old, new)
    return with_service(Service.model_validate_json(raw))


def with_service(service: Service) -> Catalogue:
    services = tuple(service if one.key == service.key else one for one in shipped().services)
    return Catalogue(**dict(shipped()) | {"services": services})


def without_step(service: str, step: str) -> Catalogue:
    found = shipped().service(service)
    steps = tuple(one for one in found.steps if one.key != step and step not in one.needs)
    return with_service(found.model_copy(update={"steps": steps}))


def replayed(world: World, service: str, draft: Catalogue, actor: Actor = PLAIN, most: int = 50) -> Replay:
    return replay(world.session, service, draft, actor, read_desk_facts(world.session), most)


def test_a_dry_run_places_what_the_real_request_then_gets(world: World) -> None:
    run = tried(world, "laptop-fault")
    given: dict[str, Any] = dict(run.answers)
    accepted = world.submit("laptop-fault", **given)
    assert [(step.key, step.placed.queue, step.placed.due_at, step.placed.why) for step in run.steps] == [
        (task.key, task.queue, task.due_at, task.why) for task in accepted.tasks
    ]


def test_a_dry_run_writes_nothing(world: World) -> None:
    def counts() -> list[int | None]:
        return [world.session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables]

    before = counts()
    tried(world, "new-starter")
    assert counts() == before


def test_the_critical_path_leads_to_the_first_day_and_not_to_the_check_in_after_it(world: World) -> None:
    run = tried(world, "new-starter")
    assert run.path == ("contract", "accounts", "laptop-setup", "sign-in-help")
    assert run.key_date is not None
    assert run.key_date.label == shipped().service("new-starter").fields["start_on"].label
    spare = {step.key: step.spare_days for step in run.steps}
    assert spare["sign-in-help"] == 0
    assert spare["accounts"] == 2


def test_each_step_says_who_has_it_and_how_many_they_are(world: World) -> None:
    run = {step.key: step for step in tried(world, "new-starter").steps}
    assert (run["accounts"].party, run["accounts"].members) == ("IT", 2)  # an agent and the lead
    assert run["first-week-plan"].party == world.person("employee").name
    assert run["accounts"].waits_for == (run["contract"].placed.step.title,)


def test_two_queues_of_one_department_are_told_apart(world: World) -> None:
    renamed = [one.model_copy(update={"department": "Services"}) for one in shipped().queues]
    catalogue = shipped().model_copy(update={"queues": tuple(renamed)})
    parties = {step.party for step in tried(world, "new-starter", catalogue).steps if step.placed.queue}
    assert {"IT", "HR", "Facilities"} <= parties


def test_one_gap_of_many_steps_is_told_once(world: World) -> None:
    it = select(QueueRow.id).where(QueueRow.key == "it").scalar_subquery()
    world.session.execute(delete(QueueMemberRow).where(QueueMemberRow.queue_id == it))
    run = tried(world, "new-starter")
    lacking = [gap for _, gap in run.gaps if gap.kind is GapKind.QUEUE_WITHOUT_MEMBERS]
    assert len(lacking) > 3
    view = View("en", "UTC", world.now)
    told = [title for title, text in dry_run(run, view).gaps if text == "Nobody works in the queue IT."]
    assert len(told) == 1
    assert told[0].endswith(f" and {len(lacking) - 2} more")


def test_steps_that_the_answers_leave_out_are_named_with_their_condition(world: World) -> None:
    run = tried(world, "new-starter", leads_team=False)
    assert "lead-rights" in {one.key for _, one in run.skipped}
    assert "lead-rights" not in {step.key for step in run.steps}


def test_a_service_whose_steps_all_fall_away_has_no_path_and_no_end(world: World) -> None:
    parts = [step.model_copy(update={"condition": "1 == 2"}) for step in shipped().service("parking").steps]
    nothing = with_service(shipped().service("parking").model_copy(update={"steps": tuple(parts)}))
    run = tried(world, "parking", nothing)
    assert (run.steps, run.path, run.ends_at) == ((), (), None)


def test_a_queue_without_active_members_is_a_gap(world: World) -> None:
    hr = select(QueueRow.id).where(QueueRow.key == "hr").scalar_subquery()
    members = world.session.query(QueueMemberRow).where(QueueMemberRow.queue_id == hr)
    assert not tried(world, "payslip-question").gaps
    members.delete()
    assert {gap.kind for _, gap in tried(world, "payslip-question").gaps} == {GapKind.QUEUE_WITHOUT_MEMBERS}


def test_a_queue_that_only_the_draft_has_is_a_gap_for_want_of_people(world: World) -> None:
    garage = "queues: [{key: garage, title: Garage, department: Garage}]\n"
    queues = drafted(shipped(), "draft.yaml", garage).queues
    parking = shipped().service("parking")
    steps = tuple(step.model_copy(update={"queue": "garage", "condition": None}) for step in parking.steps)
    services = with_service(parking.model_copy(update={"steps": steps})).services
    draft = Catalogue(**dict(shipped()) | {"queues": queues, "services": services})
    found = tried(world, "parking", draft)
    assert {(gap.kind, gap.given.get("queue")) for _, gap in found.gaps} == {(GapKind.QUEUE_WITHOUT_MEMBERS, "garage")}


def test_a_date_that_is_past_at_the_request_is_a_gap(world: World) -> None:
    tomorrow = (world.now + timedelta(days=1)).date().isoformat()
    found = tried(world, "new-starter", start_on=tomorrow)
    assert ("contract", GapKind.DUE_PAST) in {(gap.step, gap.kind) for _, gap in found.gaps}


def test_a_condition_that_fails_is_a_gap_with_its_fault(world: World) -> None:
    parking = shipped().service("parking")
    first = parking.steps[0].model_copy(update={"condition": "from_on > 5"})
    draft = with_service(parking.model_copy(update={"steps": (first, *parking.steps[1:])}))
    (title, gap), *_ = tried(world, "parking", draft).gaps
    assert (title, gap.kind) == (first.title, GapKind.CONDITION_FAILED)
    assert gap.given["fault"]


def test_a_secret_step_is_in_nobodys_critical_path(world: World) -> None:
    world.add_secret_step("laptop-fault")
    run = tried(world, "laptop-fault", mark="zq")
    check = next(step for step in run.steps if step.key == "check")
    assert (check.critical, check.spare_days) == (False, None)
    assert "check" not in run.path


def test_answers_that_do_not_fit_the_form_are_refused_as_for_a_real_request(world: World) -> None:
    with pytest.raises(InvalidAnswers):
        tried(world, "new-starter", start_on=None)


def test_nobody_known_cannot_ask_in_a_dry_run(world: World) -> None:
    desk = read_desk_facts(world.session)
    with pytest.raises(UnknownRequester):
        simulate(world.session, desk.catalogue.service("parking"), {}, "nobody@example.com", desk, world.now)


def test_a_dry_run_of_another_day_begins_with_that_days_work(world: World) -> None:
    desk = read_desk_facts(world.session)
    assert asked_at("", desk, world.now) == world.now
    assert asked_at("2026-08-13", desk, world.now) == world.now
    assert asked_at("2026-08-14", desk, world.now).astimezone(desk.zone).isoformat() == "2026-08-14T09:00:00+02:00"
    assert asked_at("2026-08-16", desk, world.now).astimezone(desk.zone).date() == date(2026, 8, 16)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "9999-01-01"])
def test_a_day_that_cannot_be_planned_from_is_refused(world: World, text: str) -> None:
    with pytest.raises(NoSuchDay):
        asked_at(text, read_desk_facts(world.session), world.now)


def test_the_first_person_is_active_and_no_shared_caller(world: World) -> None:
    assert first_person(world.session) == mail_of("employee")
    world.person("employee").active = False
    world.session.flush()
    assert first_person(world.session) == mail_of("colleague")


def test_the_same_catalogue_would_have_changed_nothing(world: World) -> None:
    for service in ("new-starter", "laptop-fault"):
        world.submit(service)
        found = replayed(world, service, shipped())
        assert (len(found.asks), found.same, found.earlier, found.later, found.otherwise) == (1, 1, 0, 0, 0)


def test_another_queue_another_date_and_a_step_less_are_told(world: World) -> None:
    reference = world.submit("new-starter").reference
    draft = changed(
        "new-starter", ('"due":"10 working days before start_on"', '"due":"12 working days before start_on"')
    )
    steps = tuple(
        step.model_copy(update={"queue": "facilities"}) if step.key == "desk" else step
        for step in draft.service("new-starter").steps
        if step.key != "check-in"
    )
    draft = with_service(draft.service("new-starter").model_copy(update={"steps": steps}))
    (one,) = replayed(world, "new-starter", draft).asks
    told = {(each.key, each.kind, each.days) for each in one.comparison.differences}
    assert one.reference == reference
    assert told == {
        ("contract", DifferenceKind.EARLIER, 2),
        ("laptop-order", DifferenceKind.EARLIER, 2),
        ("desk", DifferenceKind.ELSEWHERE, 0),
        ("check-in", DifferenceKind.GONE, 0),
    }
    assert one.comparison.end_days < 0


def test_counts_tell_what_ends_earlier_later_and_otherwise(world: World) -> None:
    world.submit("new-starter")
    starter = shipped().service("new-starter")

    def counts(*replaced: tuple[str, str]) -> tuple[int, int, int, int]:
        found = replayed(world, "new-starter", changed("new-starter", *replaced))
        return found.same, found.earlier, found.later, found.otherwise

    assert starter.steps[-1].key == "check-in"
    assert counts(("35 days after start_on", "33 days after start_on")) == (0, 1, 0, 0)
    assert counts(("35 days after start_on", "40 days after start_on")) == (0, 0, 1, 0)
    assert counts(('"due":"10 working days before start_on"', '"due":"9 working days before start_on"')) == (0, 0, 0, 1)


def test_each_request_is_compared_with_the_version_it_was_made_under(world: World) -> None:
    old = world.submit("new-starter").reference
    world.session.commit()
    publish(world.session, without_step("new-starter", "check-in"), None, "shorter", world.now)
    new = world.submit("new-starter", at=world.now + timedelta(hours=1)).reference
    found = replayed(world, "new-starter", read_desk_facts(world.session).catalogue)
    assert {one.reference: one.comparison.is_same for one in found.asks} == {old: False, new: True}
    assert [one.reference for one in found.asks] == [new, old]


def test_a_question_that_the_draft_asks_newly_has_its_default(world: World) -> None:
    world.submit("new-starter")
    starter = shipped().service("new-starter")
    asked = starter.fields["leads_team"].model_copy(update={"key": "parade", "default": True, "required": False})
    step = starter.steps[-1].model_copy(update={"key": "party", "condition": "parade == true"})
    draft = with_service(starter.model_copy(update={"form": (*starter.form, asked), "steps": (*starter.steps, step)}))
    (one,) = replayed(world, "new-starter", draft).asks
    assert [(each.key, each.kind) for each in one.comparison.differences] == [("party", DifferenceKind.ADDED)]


def test_only_so_many_of_the_latest_are_replayed(world: World) -> None:
    references = [world.submit("parking", at=world.now - timedelta(days=day)).reference for day in range(4)]
    assert [one.reference for one in replayed(world, "parking", shipped(), most=2).asks] == references[:2]


def test_spam_is_no_real_request_and_what_agents_ask_for_themselves_is(world: World) -> None:
    spam = world.submit("parking").reference
    own = world.submit("parking", by="agent.it").reference
    row = world.session.scalar(select(TicketRow.id).where(TicketRow.reference == spam))
    world.session.execute(update(AskRow).where(AskRow.ticket_id == row).values(excluded="spam"))
    assert [one.reference for one in replayed(world, "parking", shipped()).asks] == [own]


def test_a_service_that_the_draft_lacks_cannot_be_replayed(world: World) -> None:
    with pytest.raises(UnknownService):
        replayed(world, "no-such-service", shipped())


@pytest.mark.parametrize("who", ["owner", "admin", "manager", "agent.desk", "colleague"])
def test_requests_that_one_may_not_open_are_replayed_by_nobody(world: World, who: str) -> None:
    world.submit("payslip-question")
    world.submit("leaver")
    for service in ("payslip-question", "leaver"):
        found = replayed(
            world, service, without_step(service, shipped().service(service).steps[-1].key), world.actor(who)
        )
        assert found.asks == ()


def test_answers_that_one_may_not_read_decide_nothing_in_a_replay(world: World) -> None:
    """Else a draft with conditions about it would tell a salary bit by bit."""
    world.submit("new-starter", salary=61_000)
    starter = shipped().service("new-starter")
    probe = starter.steps[-1].model_copy(update={"key": "probe", "condition": "salary != null && salary > 60000.0"})
    draft = with_service(starter.model_copy(update={"steps": (*starter.steps, probe)}))
    seen = {
        who: replayed(world, "new-starter", draft, world.actor(who)).asks[0].comparison
        for who in ("agent.hr", "employee", "agent.desk")
    }
    assert seen["employee"].is_same
    assert seen["agent.desk"].is_same
    assert [each.key for each in seen["agent.hr"].differences] == ["probe"]


def test_steps_that_one_may_not_see_on_a_request_are_on_neither_side(world: World) -> None:
    world.submit("new-starter")
    draft = without_step("new-starter", "payroll")
    assert replayed(world, "new-starter", draft, world.actor("agent.it")).asks[0].comparison.is_same
    assert not replayed(world, "new-starter", draft, world.actor("agent.hr")).asks[0].comparison.is_same


def test_a_request_with_a_secret_step_replays_for_others_as_one_without(world: World) -> None:
    world.submit("laptop-fault")
    world.add_secret_step("laptop-fault")
    world.submit("laptop-fault", mark="zq")
    plain = [one.comparison for one in replayed(world, "laptop-fault", shipped(), world.actor("agent.it")).asks]
    assert all(one.is_same for one in plain)
    inside = [one.comparison for one in replayed(world, "laptop-fault", shipped(), world.actor("agent.hr")).asks]
    assert [each.key for one in inside for each in one.differences] == ["check"]


def test_what_is_due_in_the_evening_of_the_day_still_belongs_to_it(world: World) -> None:
    run = tried(world, "leaver")
    last = next(step for step in run.steps if step.key == run.path[-1])
    assert run.key_date is not None
    assert last.placed.due_at is not None
    assert last.placed.due_at.astimezone(run.calendar.zone).date() == run.key_date.on
    assert last.placed.due_at == max(
        step.placed.due_at
        for step in run.steps
        if step.placed.due_at and step.placed.due_at.astimezone(run.calendar.zone).date() <= run.key_date.on
    )


def with_first_step(service: str, **values: Any) -> Catalogue:
    found = shipped().service(service)
    first = Step.model_validate(found.steps[0].model_dump(exclude_defaults=True) | values)
    return with_service(found.model_copy(update={"steps": (first, *found.steps[1:])}))


def kinds_of(world: World, service: str, catalogue: Catalogue | None = None) -> set[tuple[str, GapKind]]:
    return {(gap.step, gap.kind) for _, gap in tried(world, service, catalogue).gaps}


def test_a_step_for_a_skill_lacks_it_until_somebody_active_in_the_queue_has_it(world: World) -> None:
    draft = with_first_step("laptop-fault", assign="skill", skill="vpn")
    step = draft.service("laptop-fault").steps[0]
    assert (step.key, GapKind.NO_SKILL) in kinds_of(world, "laptop-fault", draft)
    for who, is_missing in (("agent.hr", True), (f"agent.{step.queue}", False)):
        member = update(QueueMemberRow).where(QueueMemberRow.person_id == world.ids[who])
        world.session.execute(member.values(skills=["vpn"]))
        assert ((step.key, GapKind.NO_SKILL) in kinds_of(world, "laptop-fault", draft)) is is_missing


def test_a_step_for_a_point_of_contact_lacks_one_until_somebody_of_the_queue_is_named(world: World) -> None:
    draft = with_first_step("laptop-fault", assign="point_of_contact", topic="Laptops")
    step = draft.service("laptop-fault").steps[0]
    assert (step.key, GapKind.NO_CONTACT) in kinds_of(world, "laptop-fault", draft)
    for who, is_missing in (("agent.hr", True), (f"agent.{step.queue}", False)):
        world.session.add(
            PointOfContactRow(
                party_kind="queue",
                party_key=step.queue,
                topic="laptops",
                person_id=world.ids[who],
                valid_from=world.now,
            )
        )
        world.session.flush()
        assert ((step.key, GapKind.NO_CONTACT) in kinds_of(world, "laptop-fault", draft)) is is_missing


def test_an_appointment_with_a_point_of_contact_lacks_one_until_somebody_is_named(world: World) -> None:
    meets = {"minutes": 30, "place": "Room 1", "topic": "Laptops"}
    draft = with_first_step("laptop-fault", appointment=meets, due="20 days after submission")
    step = draft.service("laptop-fault").steps[0]
    assert (step.key, GapKind.NOBODY_TO_MEET) in kinds_of(world, "laptop-fault", draft)
    held = {"party_kind": "queue", "party_key": step.queue, "topic": "laptops", "valid_from": world.now}
    world.session.add(PointOfContactRow(**held, person_id=world.ids["agent.hr"]))
    world.session.flush()
    assert (step.key, GapKind.NOBODY_TO_MEET) not in kinds_of(world, "laptop-fault", draft)


def test_a_call_of_a_system_that_nobody_set_up_is_a_gap(world: World) -> None:
    draft = with_first_step("laptop-fault", call={"endpoint": "doors"})
    step = draft.service("laptop-fault").steps[0].key
    assert (step, GapKind.UNKNOWN_SYSTEM) in kinds_of(world, "laptop-fault", draft)
    world.session.add(EndpointRow(key="doors", title="Doors", url="https://doors.example.org", secret="0" * 43))
    world.session.flush()
    assert (step, GapKind.UNKNOWN_SYSTEM) not in kinds_of(world, "laptop-fault", draft)


def test_an_approval_of_nobody_and_a_ladder_that_tells_nobody_are_gaps(world: World) -> None:
    found = {gap.kind: gap.given for _, gap in tried(world, "new-starter", laptop="workstation").gaps}
    assert found.get(GapKind.NO_APPROVER) == {"approvers": "cost_centre.owner"}
    assert GapKind.NOBODY_TO_ESCALATE not in found
    rung = Rung(Promise.RESOLUTION, 0, Whom.OWNER)
    world.session.add(RoutingSettingRow(key=LADDER, value=ladder_document((rung,), None)))
    world.session.flush()
    by_queue = {step.placed.queue: {gap.kind for gap in step.gaps} for step in tried(world, "building-fault").steps}
    assert all(GapKind.NOBODY_TO_ESCALATE in by_queue[queue] for queue in by_queue if queue == "facilities")
    assert GapKind.NOBODY_TO_ESCALATE not in by_queue.get("it", set())
