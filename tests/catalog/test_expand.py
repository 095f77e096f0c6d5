from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.dates import Unit
from catalog.errors import UnknownService
from catalog.expand import Moment, Plan, Skipped, expand
from catalog.service import Catalogue, PersonExpression, Service
from tests.catalog.factories import FACTS, choice, field, service, step


def planned(plan: Plan) -> list[str]:
    return [part.key for part in plan.steps]


def test_a_step_whose_condition_does_not_hold_is_skipped_and_says_why() -> None:
    asked = service(
        form=[choice("place", "office", "remote")],
        steps=[step("desk", condition='place == "office"'), step("ship", condition='place == "remote"')],
    )
    plan = expand(asked, {"place": "remote"}, FACTS)
    assert planned(plan) == ["ship"]
    assert plan.skipped == (Skipped("desk", 'place == "office"'),)


def test_a_condition_that_fails_skips_its_step_and_records_it() -> None:
    asked = service(form=[field("amount", "number")], steps=[step("pay", condition="amount > 10"), step("note")])
    plan = expand(asked, {}, FACTS)
    assert planned(plan) == ["note"]
    assert plan.skipped[0].condition == "amount > 10"
    assert plan.skipped[0].fault


def test_conditions_read_who_asks_and_whom_it_is_about() -> None:
    asked = service(
        steps=[
            step("sales", condition='requester.department == "Sales"'),
            step("about", condition='subject.location == "lyon"'),
        ]
    )
    assert planned(expand(asked, {}, FACTS)) == ["sales"]
    assert planned(expand(asked, {}, {"requester": None, "subject": {"location": "lyon"}})) == ["about"]


def test_needs_of_a_skipped_step_are_inherited_once_and_in_order() -> None:
    asked = service(
        form=[field("wanted", "yes_no")],
        steps=[
            step("order"),
            step("contract"),
            step("check", needs=["order", "contract"], condition="wanted == true"),
            step("test", needs=["check"], condition="wanted == true"),
            step("hand-out", needs=["test", "order"]),
        ],
    )
    plan = expand(asked, {"wanted": False}, FACTS)
    assert plan.steps[-1].needs == ("order", "contract")


MOMENTS: list[tuple[str, Moment | None]] = [
    ("submission", Moment(None, 0, Unit.DAYS, None)),
    ("4 working hours after submission", Moment(None, 4, Unit.WORKING_HOURS, None)),
    ("2 working days before start_on 09:00", Moment(date(2026, 9, 1), -2, Unit.WORKING_DAYS, time(9))),
    ("seen_at", Moment(datetime(2026, 9, 1, 8, 30), 0, Unit.DAYS, None)),  # noqa: DTZ001 - local where work is done
    ("1 day after other_on", None),
]


@pytest.mark.parametrize(("rule", "moment"), MOMENTS)
def test_a_rule_becomes_a_moment_relative_to_the_answer(rule: str, moment: Moment | None) -> None:
    asked = service(
        form=[field("start_on", "date"), field("other_on", "date"), field("seen_at", "datetime")],
        steps=[step("one", due=rule, opens=rule)],
    )
    plan = expand(asked, {"start_on": "2026-09-01", "seen_at": "2026-09-01T08:30"}, FACTS)
    assert (plan.steps[0].due, plan.steps[0].opens) == (moment, moment)


def test_a_planned_step_carries_what_its_reader_needs() -> None:
    asked = service(
        steps=[
            step(
                "pay",
                person="requester.manager",
                title="Agree",
                neutral_title="Task",
                detail="How",
                phase="first-day",
                confidential_to=["hr"],
            )
        ]
    )
    only = expand(asked, {}, FACTS).steps[0]
    assert (only.title, only.neutral_title, only.detail, only.phase) == ("Agree", "Task", "How", "first-day")
    assert (only.queue, only.person, only.confidential_to) == (None, PersonExpression.REQUESTER_MANAGER, ("hr",))


def test_a_secret_step_that_names_no_queues_is_for_those_of_its_service() -> None:
    secret = {"queue": "hr", "secret": True}
    asked = service(
        confidential_to=["hr", "it"],
        steps=[step("open"), step("own", confidential_to=["hr"], **secret), step("theirs", **secret)],
    )
    planned = [(one.secret, one.confidential_to) for one in expand(asked, {}, FACTS).steps]
    assert planned == [(False, ()), (True, ("hr",)), (True, ("hr", "it"))]


def test_the_plan_is_titled_with_the_shown_name_of_whom_it_is_about() -> None:
    asked = service(form=[field("person", "person")], title_template="{person} leaves")
    plan = expand(asked, {"person": "mara@example.com"}, FACTS)
    assert (plan.service_key, plan.title) == ("ask", "Mara Lindt leaves")


def test_a_service_that_is_not_in_the_catalogue_is_unknown() -> None:
    with pytest.raises(UnknownService) as unknown:
        Catalogue().service("new-starter")
    assert unknown.value.key == "new-starter"


@st.composite
def _services(draw: st.DrawFn) -> Service:
    """Steps that need only earlier ones, each behind a tick of its own or behind none."""
    size = draw(st.integers(1, 8))
    steps: list[dict[str, Any]] = []
    for at in range(size):
        needs = draw(st.lists(st.sampled_from([f"s{before}" for before in range(at)]), unique=True)) if at else []
        ticked = {"condition": f"t{at} == true"} if draw(st.booleans()) else {}
        steps.append(step(f"s{at}", needs=needs, **ticked))
    return service(form=[field(f"t{at}", "yes_no") for at in range(size)], steps=steps)


def _reaches(service: Service, start: str) -> set[str]:
    written = {part.key: part.needs for part in service.steps}
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for need in written[waiting.pop()]:
            if need not in found:
                found.add(need)
                waiting.append(need)
    return found


@given(_services(), st.data())
def test_a_plan_keeps_the_order_that_the_catalogue_wrote(asked: Service, data: st.DataObject) -> None:
    answers: dict[str, Any] = {key: data.draw(st.booleans()) for key in asked.fields}
    plan = expand(asked, answers, FACTS)
    kept = {part.key for part in plan.steps}
    assert kept.isdisjoint(part.key for part in plan.skipped)
    assert len(kept) + len(plan.skipped) == len(asked.steps)
    needs = {part.key: set(part.needs) for part in plan.steps}
    for key in kept:
        assert needs[key] <= kept
        waits_for = set(needs[key])
        for before in sorted(kept, reverse=True):
            if before in waits_for:
                waits_for |= needs[before]
        assert waits_for == _reaches(asked, key) & kept
