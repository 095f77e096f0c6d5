"""Form steps: what somebody else answers later, and what is undecided until they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.answers import check, merge, schema, visible_fields
from catalog.errors import InvalidAnswers
from catalog.expand import expand
from catalog.service import Service
from catalog.undecided import filled_by
from tests.catalog.factories import FACTS, KNOWN, choice, field, pack, reasons, service, step

LAPTOP = choice("laptop", "mac", "none", required=True)


def asked(*steps: dict[str, object], **parts: object) -> Service:
    pick = step("pick", person="requester.manager", form={"fields": ["laptop"]})
    return service(form=[field("name", required=True), LAPTOP], steps=[pick, *steps], **parts)


def keys(service_: Service, answers: dict[str, object], *filled: str) -> dict[str, tuple[str, ...]]:
    plan = expand(service_, answers, FACTS, filled)  # type: ignore[arg-type] # JSON values
    return {one.key: one.needs for one in plan.steps}


def codes(service_: Service, raw: dict[str, object], *filled: str) -> dict[str, str]:
    with pytest.raises(InvalidAnswers) as refused:
        check(service_, raw, KNOWN, filled=filled)
    return {fault.field: fault.code for fault in refused.value.faults}


def test_whoever_asks_is_neither_asked_nor_heard_about_what_is_asked_later() -> None:
    assert [one.key for one in visible_fields(asked(), {})] == ["name"]
    assert check(asked(), {"name": "Kim"}, KNOWN) == {"name": "Kim"}
    assert codes(asked(), {"name": "Kim", "laptop": "mac"}) == {"laptop": "later"}
    assert list(schema(asked())["properties"]) == ["name"]  # type: ignore[arg-type] # a map
    assert schema(asked())["required"] == ["name"]


def test_once_filled_in_it_is_a_question_like_any_other() -> None:
    assert [one.key for one in visible_fields(asked(), {}, ("pick",))] == ["name", "laptop"]
    assert codes(asked(), {"name": "Kim"}, "pick") == {"laptop": "required"}
    both = merge(asked(), {"name": "Kim", "laptop": "mac"}, {"laptop": "none"}, filled=("pick",))
    assert check(asked(), both, KNOWN, filled=("pick",)) == {"name": "Kim", "laptop": "none"}
    assert list(schema(asked(), ["laptop"])["properties"]) == ["laptop"]  # type: ignore[arg-type] # a map


def test_whoever_fills_in_a_part_answers_for_that_part_alone() -> None:
    assert check(asked(), {"laptop": "mac"}, KNOWN, filled=("pick",), only=["laptop"]) == {"laptop": "mac"}
    with pytest.raises(InvalidAnswers):
        check(asked(), {}, KNOWN, filled=("pick",), only=["laptop"])


def test_what_hangs_on_the_answers_is_planned_and_waits_for_them() -> None:
    order = step("order", condition='laptop != "none"')
    assert keys(asked(order), {"name": "Kim"}) == {"pick": (), "order": ("pick",)}
    assert keys(asked(order), {"name": "Kim", "laptop": "mac"}, "pick") == {"pick": (), "order": ("pick",)}
    assert keys(asked(order), {"name": "Kim", "laptop": "none"}, "pick") == {"pick": ()}


def test_it_is_undecided_only_until_they_are_there() -> None:
    order = asked(step("order", condition='laptop != "none"'), step("greet"))
    before = expand(order, {"name": "Kim"}, FACTS)
    after = expand(order, {"laptop": "mac"}, FACTS, ("pick",))
    assert [one.undecided_by for one in before.steps] == [(), ("pick",), ()]
    assert [one.undecided_by for one in after.steps] == [(), (), ()]


def test_a_date_that_is_asked_later_holds_its_step_up_too() -> None:
    when = service(
        form=[field("start_on", "date")],
        steps=[step("agree", form={"fields": ["start_on"]}), step("begin", due="start_on")],
    )
    assert keys(when, {}) == {"agree": (), "begin": ("agree",)}
    assert expand(when, {}, FACTS).steps[1].due is None
    assert expand(when, {"start_on": "2026-09-01"}, FACTS, ("agree",)).steps[1].due is not None


def test_what_is_needed_through_others_is_not_needed_twice() -> None:
    order, send = step("order", needs=["pick"]), step("send", needs=["order"], condition='laptop == "mac"')
    assert keys(asked(order, send), {}) == {"pick": (), "order": ("pick",), "send": ("order",)}


def test_a_form_that_is_left_out_leaves_its_questions_unanswered() -> None:
    pick = step("pick", person="requester", form={"fields": ["laptop"]}, condition='name == "Kim"')
    order = step("order", condition='laptop == "mac"')
    one = service(form=[field("name"), LAPTOP], steps=[pick, order])
    assert keys(one, {"name": "Kim"}) == {"pick": (), "order": ("pick",)}
    assert keys(one, {"name": "Mara"}) == {}


def test_a_form_that_hangs_on_another_waits_for_it() -> None:
    more = step("more", form={"fields": ["size"]}, condition='laptop == "mac"')
    order = step("order", condition="size == 14")
    one = asked(more, order).model_copy(update={"form": (*asked().form, field_of("size"))})
    assert keys(one, {}) == {"pick": (), "more": ("pick",), "order": ("more",)}
    assert keys(one, {"laptop": "mac"}, "pick") == {"pick": (), "more": ("pick",), "order": ("more",)}
    assert keys(one, {"laptop": "none"}, "pick") == {"pick": ()}


def field_of(key: str) -> object:
    return service(form=[field(key, "number")]).form[0]


def test_a_trial_takes_a_form_as_filled_in_that_it_has_answers_for() -> None:
    assert filled_by(asked(), {"name": "Kim"}) == ()
    assert filled_by(asked(), {"laptop": "mac"}) == ("pick",)


def of_table() -> Service:
    people = field("people", "table", columns=[field("name", required=True)])
    steps = [
        step("list", form={"fields": ["people"]}),
        step("desk_of", for_each="people", title="Desk for {row.name}"),
        step("tell", needs=["desk_of"]),
    ]
    return service(form=[field("name"), people], steps=steps)


def test_a_table_can_be_filled_in_later_and_what_needs_its_rows_waits_for_it() -> None:
    assert keys(of_table(), {"name": "Kim"}) == {"list": (), "tell": ("list",)}
    raw = {"people": [{"name": "Ida"}, {"name": "Bo"}]}
    answers = check(of_table(), raw, KNOWN, filled=("list",), only=["people"])
    found = keys(of_table(), answers, "list")  # type: ignore[arg-type] # JSON values
    both = ("desk_of-1", "desk_of-2")
    assert found == {"list": (), "desk_of-1": ("list",), "desk_of-2": ("list",), "tell": (*both, "list")}


def test_a_table_that_stays_empty_holds_up_nothing() -> None:
    assert keys(of_table(), {}, "list") == {"list": (), "tell": ("list",)}


def test_rows_fill_in_no_later_question_but_conditions_of_rows_wait_for_it() -> None:
    people = field("people", "table", columns=[field("name")])
    order = step("order", for_each="people", condition='laptop == "mac" && row.name != "Bo"')
    pick = step("pick", form={"fields": ["laptop"]})
    one = service(form=[people, LAPTOP], steps=[pick, order])
    rows: dict[str, object] = {"people": [{"row": 1, "name": "Ida"}, {"row": 2, "name": "Bo"}]}
    assert keys(one, rows) == {"pick": (), "order-1": ("pick",), "order-2": ("pick",)}
    assert keys(one, {**rows, "laptop": "mac"}, "pick") == {"pick": (), "order-1": ("pick",)}


def test_an_approval_waits_for_the_later_answers_that_it_shows() -> None:
    approval = {"approvers": ["requester.manager"], "shows": ["laptop"]}
    agree: dict[str, object] = {"key": "agree", "title": "Agree", "approval": approval}
    order = step("order", needs=["agree"])
    assert keys(asked(agree, order), {"name": "Kim"}) == {"pick": (), "agree": ("pick",), "order": ("agree",)}


@given(answer=st.sampled_from(["mac", "none"]), first=st.booleans())
def test_what_is_planned_before_covers_what_is_planned_after(answer: str, first: bool) -> None:
    """Nothing is added by the answers of a form: they only leave out."""
    one = asked(step("order", condition='laptop == "mac"'), step("tell", condition='laptop == "none"'))
    before = keys(one, {"name": "Kim"})
    after = keys(one, {"name": "Kim", "laptop": answer}, "pick")
    assert after.items() <= before.items()


WITH_FORM = """
- key: ask
  title: Ask
  summary: ""
  need: any
  form:
    - {key: name, label: Name, kind: text, help: Whose, required: true}
    - {key: size, label: Size, kind: number, help: How large}
    - {key: colour, label: Colour, kind: text, help: Which one%(colour)s}
  steps:
    - {key: pick, title: Pick, queue: desk, form: {fields: [%(fields)s]}%(pick)s}
    - {key: order, title: Order, queue: hr, condition: size != null && size > 1%(order)s}
  example: {name: Kim}
"""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"fields": "sise"}, "there is no field 'sise'"),
        ({"fields": "size, name", "pick": ", condition: name != null"}, "it asks for name itself"),
        ({"pick": ", needs: [order]"}, "steps wait for each other: pick → order → pick"),
        ({"colour": ", visible_when: size == 3"}, "'size' is not answered yet when this is asked"),
        ({"order": ", form: {fields: [size]}"}, "'pick' asks for 'size' already"),
        ({"pick": ", checklist: [a]"}, "a step of kind form has no checklist"),
        ({"pick": ", evidence: {required: text, label: L}"}, "a step of kind form has no evidence"),
        ({"pick": ", for_each: name"}, "a step of kind form has no for_each"),
        ({"pick": ", returns: true"}, "a step of kind form has no returns"),
        ({"order": ", call: {endpoint: doors}, books: [laptop]"}, "a step of kind call has no books"),
    ],
)
def test_lint_names_what_a_form_step_cannot_be(changed: dict[str, str], reason: str | None) -> None:
    parts = {"fields": "size", "colour": "", "pick": "", "order": ""}
    found = [why for _, why in reasons(pack(WITH_FORM % (parts | changed)))]
    assert (reason in found) if reason else found == []


def test_an_option_cannot_hang_on_what_is_asked_later() -> None:
    text = WITH_FORM % {"fields": "size", "colour": "", "pick": "", "order": ""}
    plain = "{key: colour, label: Colour, kind: text, help: Which one}"
    options = "[{value: red, label: Red, when: size == 3}, {value: blue, label: Blue}]"
    chosen = f"{{key: colour, label: Colour, kind: choice, help: Which one, options: {options}}}"
    assert plain in text
    assert ("services[0].form[2].options[0].when", "'size' is not answered yet when this is asked") in reasons(
        pack(text.replace(plain, chosen))
    )


def test_a_condition_on_a_form_that_may_be_left_out_asks_first_whether_there_is_an_answer() -> None:
    conditional = {"fields": "size", "colour": "", "pick": ', condition: name == "Kim"', "order": ""}
    bare = (WITH_FORM % conditional).replace("size != null && size > 1", "size > 1")
    bare = bare.replace("kind: number,", "kind: number, required: true,")
    assert [where for where, _ in reasons(pack(bare))] == ["services[0].steps[1].condition"]


def test_the_subject_is_not_asked_later_and_nobody_alone_fills_in_a_secret() -> None:
    subject = (WITH_FORM % {"fields": "size, name", "colour": "", "pick": "", "order": ""}).replace(
        "  need: any", "  need: any\n  subject: name", 1
    )
    assert "'name' is answered too late to say whom it is about" in [why for _, why in reasons(pack(subject))]
    secret = (WITH_FORM % {"fields": "size", "colour": "", "pick": "", "order": ""}).replace(
        "  need: any", "  need: any\n  secret: true\n  confidential_to: [desk, hr]", 1
    )
    alone = secret.replace("title: Pick, queue: desk", "title: Pick, person: requester")
    assert "a single person cannot open a secret request" in [why for _, why in reasons(pack(alone))]
    assert reasons(pack(secret)) == []
