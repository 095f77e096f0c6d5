"""What the shipped catalogue promises, whoever edits it."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from catalog.answers import Known, check, named_files, named_people, visible_fields
from catalog.document import shipped
from catalog.expand import Facts, Moment, Plan, expand
from catalog.files import taken_at_their_word
from catalog.service import Field, FieldKind, FirstContact, Service
from catalog.titles import title

FACTS: Facts = {
    "requester": {"mail": "mara@example.com", "department": "Sales", "location": "berlin", "employment": "employee"},
    "subject": None,
}
LOCATIONS = frozenset({"berlin", "lyon"})
SERVICES = shipped().services
each = pytest.mark.parametrize("asked", SERVICES, ids=lambda asked: asked.key)


def plan(asked: Service, **changes: object) -> Plan:
    raw = {key: value for key, value in {**asked.example, **changes}.items() if value is not None}
    return expand(asked, check(asked, raw, Known(named_people(asked, raw), LOCATIONS)), FACTS)


def keys(made: Plan) -> set[str]:
    return {step.key for step in made.steps}


def test_what_the_product_promises_is_shipped() -> None:
    promised = {
        *("new-starter", "leaver", "move", "long-leave", "laptop-fault", "password-access", "software-licence"),
        *("building-fault", "badge-lost", "payslip-question", "letter-of-employment", "something-else"),
    }
    assert promised <= {asked.key for asked in SERVICES}
    assert [queue.key for queue in shipped().queues] == ["desk", "it", "facilities", "hr", "office"]


@each
def test_a_service_explains_itself(asked: Service) -> None:
    assert len(asked.phrases) >= 4
    assert asked.summary.endswith(".")
    assert [field.key for field in asked.form if not field.help] == []
    assert set(asked.example) <= set(asked.fields)


@each
def test_the_example_is_a_valid_ask_with_work_in_it(asked: Service) -> None:
    made = plan(asked)
    assert made.steps
    assert "{" not in made.title
    assert not any(skipped.fault for skipped in made.skipped)


@each
def test_every_step_says_by_when(asked: Service) -> None:
    assert [step.key for step in asked.steps if step.due is None] == []


@each
def test_what_hr_does_on_confidential_matters_stays_with_hr(asked: Service) -> None:
    """On a service that is HR's alone, whoever asked may follow the steps; on a shared one, few of HR's are for all."""
    open_steps = [step.key for step in asked.steps if step.queue == "hr" and not step.confidential_to]
    harmless = {"contract", "welcome", "check-in", "directory", "lead-briefing"}
    assert asked.confidential_to == ("hr",) or set(open_steps) <= harmless


@pytest.mark.parametrize(
    "key", ["password-access", "laptop-fault", "software-licence", "badge-lost", "something-else", "network-fault"]
)
def test_what_the_desk_can_resolve_lies_with_the_desk(key: str) -> None:
    asked = shipped().service(key)
    assert asked.first_contact is FirstContact.POSSIBLE
    assert {step.queue for step in plan(asked).steps} >= {"desk"}


def new_starter() -> Service:
    return shipped().service("new-starter")


def test_an_office_employee_moves_four_departments_and_the_line_manager() -> None:
    made = plan(new_starter())
    assert {step.queue for step in made.steps} == {"it", "facilities", "hr", "office", None}
    assert len(made.steps) >= 8
    needs = {step.key: set(step.needs) for step in made.steps}
    assert needs["accounts"] == {"contract"}
    assert needs["laptop-setup"] == {"laptop-order", "accounts"}
    assert {step.phase for step in made.steps} == {"before-start", "first-day", "first-week", "after-30-days"}
    assert made.title == "Aylin Kaya starts on 1 September 2026"


def test_a_remote_colleague_gets_a_parcel_and_no_badge_or_desk() -> None:
    remote = plan(new_starter(), work_place="remote", parking=None)
    assert "laptop-ship" in keys(remote)
    assert keys(remote).isdisjoint({"badge", "keys", "desk", "parking-space"})


def test_a_contractor_is_a_supplier_without_benefits_or_payroll() -> None:
    contractor = plan(new_starter(), employment_type="contractor")
    assert "supplier" in keys(contractor)
    assert keys(contractor).isdisjoint({"payroll", "benefits"})
    assert "payroll" in keys(plan(new_starter(), employment_type="intern"))


def test_without_a_laptop_nobody_orders_or_sets_up_one() -> None:
    made = plan(new_starter(), laptop="none", equipment=None)
    assert keys(made).isdisjoint({"laptop-order", "laptop-setup", "laptop-ship", "sign-in-help"})


def leaver() -> Service:
    return shipped().service("leaver")


def test_a_leaver_is_secret_and_other_queues_read_neutral_titles() -> None:
    assert leaver().secret
    assert leaver().confidential_to == ("hr", "it", "facilities", "office")
    telling = [step.key for step in leaver().steps if not step.neutral_title and step.confidential_to != ("hr",)]
    assert telling == []


def test_accounts_are_blocked_in_a_safe_order() -> None:
    made = {step.key: step for step in plan(leaver()).steps}
    assert set(made["block"].needs) == {"confirm", "rights"}
    opens = made["block"].opens
    assert opens is not None
    assert str(opens.at) == "18:00:00"
    assert str(opens.anchor_on) == "2026-09-30"
    assert set(made["files"].needs) == {"block", "confirm"}
    assert made["files"].opens is not None
    assert (made["files"].opens.amount, made["files"].opens.unit) == (4, "weeks")
    assert {"forward", "card", "equipment", "badge", "final-pay"} <= made.keys()


def test_blocking_at_once_still_waits_for_hr() -> None:
    made = {step.key: step for step in plan(leaver(), at_once=True).steps}
    assert "block" not in made
    assert made["block-now"].needs == ("confirm",)
    assert set(made["files"].needs) == {"confirm", "rights", "block-now"}


def test_mail_is_forwarded_only_if_the_manager_wants_it() -> None:
    assert "forward" not in keys(plan(leaver(), forward_mail=False, forward_to=None))


def _answers(field: Field) -> st.SearchStrategy[Any]:
    options = [option.value for option in field.options]
    by_kind: dict[FieldKind, st.SearchStrategy[Any]] = {
        FieldKind.TEXT: st.just(field.example or "Some words"),
        FieldKind.LONG_TEXT: st.sampled_from(["", "Some words", "one\ntwo"]),
        FieldKind.NUMBER: st.integers(0, 1000) | st.floats(0, 1000),
        FieldKind.MONEY: st.integers(0, 5000).map(str) | st.just({"amount": "12.50", "currency": "EUR"}),
        FieldKind.REFERENCE: st.just(field.example or "A-1"),
        FieldKind.DATE: st.dates().filter(lambda day: 1900 <= day.year < 2200).map(str),
        FieldKind.DATETIME: st.just("2026-09-01T08:30"),
        FieldKind.CHOICE: st.sampled_from(options or ["none"]),
        FieldKind.CHOICES: st.lists(st.sampled_from(options or ["none"]), unique=True),
        FieldKind.PERSON: st.just("mara@example.com"),
        FieldKind.LOCATION: st.sampled_from(sorted(LOCATIONS)),
        FieldKind.YES_NO: st.booleans(),
        FieldKind.FILE: st.lists(st.just("photo.jpg"), max_size=1),
    }
    if field.kind is FieldKind.TABLE:
        row = st.fixed_dictionaries({column.key: _answers(column) for column in field.columns})
        return st.lists(row, min_size=max(field.min_rows, 1), max_size=3)
    return by_kind[field.kind].filter(lambda answer: not field.required or answer not in ("", []))


def _valid(asked: Service, data: st.DataObject) -> dict[str, Any]:
    """Answers that a person could give: each question is answered once the earlier answers show it."""
    raw: dict[str, Any] = {}
    for key in asked.fields:
        field = next((one for one in visible_fields(asked, raw) if one.key == key), None)
        if field is not None:
            raw[field.key] = data.draw(_answers(field))
    return raw


@given(st.sampled_from(SERVICES), st.data())
def test_any_valid_ask_has_work_whose_needs_are_in_the_plan_and_no_condition_fails(
    asked: Service, data: st.DataObject
) -> None:
    raw = _valid(asked, data)
    known = Known(named_people(asked, raw), LOCATIONS, files=taken_at_their_word(named_files(asked, raw)))
    made = expand(asked, check(asked, raw, known), FACTS)
    assert all(set(step.needs) <= keys(made) for step in made.steps)
    assert not any(skipped.fault for skipped in made.skipped)
    assert all(isinstance(step.due, Moment) for step in made.steps)
    assert made.steps


@each
def test_no_title_shows_what_is_confidential(asked: Service) -> None:
    shown = title(asked, asked.example)
    hidden = [field.key for field in asked.form if field.confidential_to or field.secret]
    assert all(str(asked.example[key]) not in shown for key in hidden if key in asked.example)


def test_expanding_a_new_starter_takes_less_than_a_millisecond() -> None:
    asked = new_starter()
    answers = check(asked, asked.example, Known(named_people(asked, asked.example), LOCATIONS))
    expand(asked, answers, FACTS)
    before = time.process_time()
    for _ in range(200):
        expand(asked, answers, FACTS)
    assert (time.process_time() - before) / 200 < 0.001


def starter_steps(answers: dict[str, JsonValue], requester: dict[str, JsonValue]) -> set[str]:
    starter = shipped().service("new-starter")
    given = {**starter.example, **answers}
    return {step.key for step in expand(starter, given, {"requester": requester, "subject": None}).steps}


def test_a_new_starter_branches_by_location_employment_role_and_remote_work() -> None:
    here: dict[str, JsonValue] = {"location": "berlin"}
    usual = starter_steps({"location": "berlin"}, here)
    assert starter_steps({"location": "berlin"}, {"location": None}) == usual
    assert starter_steps({"location": "lyon"}, here) - usual == {"other-location"}
    assert starter_steps({"location": "berlin", "leads_team": True}, here) - usual == {"lead-rights", "lead-briefing"}
    contractor = starter_steps({"location": "berlin", "employment_type": "contractor"}, here)
    assert (contractor - usual, usual - contractor) == ({"supplier"}, {"payroll", "benefits"})
    remote = starter_steps({"location": "berlin", "work_place": "remote", "parking": None}, here)
    assert (remote - usual, usual - remote) == ({"laptop-ship"}, {"badge", "keys", "desk", "parking-space"})
