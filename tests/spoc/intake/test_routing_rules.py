"""Rules as they are stored, edited and tried."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from routing.labels import Label
from routing.rules import Rule
from routing.why import Kind
from spoc.db.catalog import RoutingChangeRow, RoutingRuleRow
from spoc.db.people import PersonRow
from spoc.db.tickets import TaskRow
from spoc.errors import NotFound
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.errors import InvalidLabel, InvalidRule, LabelInUse, RulesMovedOn, UnknownRequester
from spoc.intake.ruling import editing
from spoc.intake.ruling.editing import add_rule, change_rule, move_rule, remove_rule
from spoc.intake.ruling.effect import effect
from spoc.intake.ruling.labelling import key_from, remove_label, set_label
from spoc.intake.ruling.stored import changes_of, list_rules, rules_in_force, version_of
from spoc.intake.ruling.trying import requester_of, try_rules
from tests.world import World, mail_of

TO_OFFICE = Rule("office", service="laptop-fault")


def add(world: World, rule: Rule, place: int | None = None) -> str:
    version = version_of(world.session)
    return str(add_rule(world.session, world.actor("admin"), version, rule, world.now, place=place))


def queues(world: World) -> list[str]:
    return [rule.queue for rule in rules_in_force(world.session)]


def test_rules_keep_their_order_and_every_change_its_author(world: World) -> None:
    for queue in ("it", "hr", "office"):
        add(world, Rule(queue, location="lyon", why=f"For {queue}"))
    add(world, Rule("facilities", location="lyon"), place=2)
    last = list_rules(world.session)[3]

    move_rule(world.session, world.actor("owner"), version_of(world.session), last.id, 1, world.now)
    remove_rule(world.session, world.actor("owner"), version_of(world.session), last.id, world.now)

    assert queues(world) == ["it", "facilities", "hr"]
    told = [(one.what, one.by, one.before.get("place"), one.after.get("place")) for one in changes_of(world.session)]
    assert told[:2] == [
        ("rule_removed", "Ngọc Anh Trần", None, None),
        ("rule_moved", "Ngọc Anh Trần", 4, 1),
    ]
    assert len(told) == 6


def test_a_change_says_what_differs_and_a_same_one_nothing(world: World) -> None:
    add(world, TO_OFFICE)
    one = list_rules(world.session)[0]
    wanted = Rule("hr", service="laptop-fault", manager=mail_of("manager").upper(), job_title=" Welder ")

    for _ in range(2):
        change_rule(
            world.session, world.actor("admin"), version_of(world.session), one.id, wanted, world.now, why="Ask"
        )

    newest, *_ = changes_of(world.session)
    stored = rules_in_force(world.session)[0]
    assert (stored.queue, stored.manager, stored.job_title) == ("hr", mail_of("manager"), "Welder")
    assert (newest.before["queue"], newest.after["queue"], newest.why) == ("office", "hr", "Ask")
    assert len(changes_of(world.session)) == 2


def test_who_edits_what_has_moved_on_is_told(world: World) -> None:
    seen = version_of(world.session)
    add(world, TO_OFFICE)
    one, actor = list_rules(world.session)[0], world.actor("owner")

    with pytest.raises(RulesMovedOn):
        add_rule(world.session, actor, seen, TO_OFFICE, world.now)
    with pytest.raises(RulesMovedOn):
        move_rule(world.session, actor, seen, one.id, 1, world.now)
    with pytest.raises(RulesMovedOn):
        remove_rule(world.session, actor, seen, one.id, world.now)
    with pytest.raises(RulesMovedOn):
        set_label(world.session, actor, seen, Label("fire", "Fire", ("smoke",)), world.now)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule("office"), "service"),
        (Rule("office", service="  "), "service"),
        (Rule("garage", service="laptop-fault"), "queue"),
        (Rule("office", location="oslo"), "location"),
        (Rule("office", manager="nobody@demo.example"), "manager"),
        (Rule("office", label="fire"), "label"),
        (Rule("office", priority="soon"), "priority"),
        (Rule("office", department="x" * 201), "department"),
    ],
)
def test_a_rule_names_something_and_only_what_there_is(world: World, rule: Rule, field: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        add(world, rule)

    assert [fault.field for fault in refused.value.faults] == [field]


def test_there_is_an_end_to_rules(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "MOST_RULES", 1)
    add(world, TO_OFFICE)

    with pytest.raises(InvalidRule):
        add(world, TO_OFFICE)


def test_a_rule_that_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        change_rule(world.session, world.actor("admin"), 0, uuid4(), TO_OFFICE, world.now)


def test_a_label_in_the_text_takes_what_no_service_fits_to_a_team(world: World) -> None:
    set_label(
        world.session, world.actor("admin"), 0, Label("fire", " Fire ", ("smoke", " it  burns", "smoke")), world.now
    )
    add(world, Rule("facilities", label="fire", why="They know the building"))

    burning = world.submit("something-else", description="There is smoke in the kitchen of floor two")
    other = world.submit("something-else", description="Nothing of the kind")

    why = burning.tasks[0].why[-2]
    assert (burning.tasks[0].queue, other.tasks[0].queue) == ("facilities", "desk")
    assert [one.kind for one in burning.tasks[0].why if one.kind == Kind.RULE_SAID] == [Kind.RULE_SAID]
    assert why.given["phrase"] == "smoke"


def test_confidential_answers_carry_no_label(world: World) -> None:
    set_label(world.session, world.actor("admin"), 0, Label("bank", "Bank", ("bank",)), world.now)
    add(world, Rule("it", label="bank", service="payslip-question"))

    opened = world.submit("payslip-question", text="", topic="overtime", description="my bank is new")

    assert {task.queue for task in opened.tasks if task.queue} == {"hr"}


def test_rules_look_at_who_asked(world: World) -> None:
    for rule in (
        Rule("hr", service="laptop-fault", job_title="welder"),
        Rule("facilities", service="laptop-fault", employment="intern"),
        Rule("office", service="laptop-fault", manager=mail_of("manager")),
    ):
        add(world, rule)

    def asked(who: str, **person: str) -> set[str | None]:
        world.session.execute(
            update(PersonRow).where(PersonRow.id == world.ids[who]).values(person or {"shared": False})
        )
        return {task.queue for task in world.submit("laptop-fault", by=who).tasks if task.queue}

    assert asked("employee", job_title="Welder") == {"hr"}
    assert asked("colleague", employment="intern") == {"facilities"}
    assert asked("owner") == {"office"}
    assert asked("manager") != {"office"}


@pytest.mark.parametrize(
    ("label", "field"),
    [
        (Label("fire", "", ("smoke",)), "title"),
        (Label("", "!!", ("smoke",)), "title"),
        (Label("fire", "Fire", ("", "*")), "phrases"),
        (Label("fire", "Fire", tuple(f"smoke {n}" for n in range(61))), "phrases"),
    ],
)
def test_a_label_has_a_title_and_something_to_find(world: World, label: Label, field: str) -> None:
    with pytest.raises(InvalidLabel) as refused:
        set_label(world.session, world.actor("admin"), 0, label, world.now)

    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_label_that_a_rule_looks_at_stays(world: World) -> None:
    actor = world.actor("admin")
    set_label(world.session, actor, 0, Label(key_from("On Fire!"), "On Fire!", ("smoke",)), world.now)
    rule = add(world, Rule("office", label="on-fire"))

    with pytest.raises(LabelInUse):
        remove_label(world.session, actor, version_of(world.session), "on-fire", world.now)
    world.session.execute(delete(RoutingRuleRow))
    remove_label(world.session, actor, version_of(world.session), "on-fire", world.now)
    with pytest.raises(NotFound):
        remove_label(world.session, actor, version_of(world.session), "on-fire", world.now)

    assert rule
    whats = world.session.scalars(select(RoutingChangeRow.what).order_by(RoutingChangeRow.id)).all()
    assert whats == ["label_added", "rule_added", "label_removed"]


def test_a_try_out_names_the_rule(world: World) -> None:
    key = add(world, Rule("office", service="laptop-fault", location="lyon"))
    desk = read_desk_facts(world.session)
    requester = requester_of(world.session, mail_of("employee").upper())
    service = desk.catalogue.service("laptop-fault")

    here = try_rules(desk, service, requester, None, "")
    there = try_rules(desk, service, requester, "lyon", "")

    assert {one.queue for one in there} == {"office"}
    assert {one.why.given["rule"] for one in there} == {key}
    assert "office" not in {one.queue for one in here}
    with pytest.raises(UnknownRequester):
        requester_of(world.session, "nobody@demo.example")


def test_the_effect_of_a_rule_is_told_of_plain_requests_only(world: World) -> None:
    world.submit("laptop-fault", at=world.now - timedelta(days=3))
    world.submit("payslip-question")
    world.submit("leaver", person=mail_of("colleague"))
    desk = read_desk_facts(world.session)
    rules = (
        Rule("office", service="laptop-fault"),
        Rule("it", service="payslip-question"),
        Rule("it", service="leaver"),
    )

    seen = effect(world.session, world.actor("agent.desk"), desk, rules, 100)
    unseen = effect(world.session, world.actor("owner"), desk, rules, 100)

    tasks = world.session.scalars(select(TaskRow.id)).all()
    assert {one.after for one in seen.moved} == {"office"}
    assert [(one.step, one.before, one.count) for one in seen.moved] == [
        (one.step, one.before, one.count) for one in unseen.moved
    ]
    assert seen.asks == unseen.asks == 1
    assert seen.steps < len(tasks)
    assert all(one.examples for one in seen.moved)
    assert all(not one.examples for one in unseen.moved)


def test_the_same_rules_move_nothing(world: World) -> None:
    add(world, TO_OFFICE)
    world.submit("laptop-fault")
    desk = read_desk_facts(world.session)

    assert effect(world.session, world.actor("owner"), desk, desk.rules, 100).moved == ()
