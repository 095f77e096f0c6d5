"""What nobody reaches or reads is at fault, and nothing else is: a certain fault only, never a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lint_reach import names_in_rules
from catalog.reach import can_hold
from tests.catalog.factories import choice, field, pack, reasons, service, step

HEAD = "key: ask\n  title: Ask\n  summary: Ask anything\n  need: any"
STEPS = "steps: [{key: answer, title: Answer, queue: desk}]"
ONE = "key: a, title: A, queue: desk"
PLACE = "{key: place, label: Place, kind: choice, options: [{value: a, label: A}, {value: b, label: B}]}"


def of(*parts: str) -> list[tuple[str, str]]:
    """The faults of one service made of these lines, with paths inside it."""
    text = pack("\n".join([f"- {HEAD}", *(f"  {part}" for part in parts)]))
    return [(where.removeprefix("services[0]."), reason) for where, reason in reasons(text)]


def of_condition(condition: str, *form: str) -> list[tuple[str, str]]:
    always = "{key: always, title: Always, queue: desk}"
    return of(f"form: [{', '.join(form)}]", f"steps: [{always}, {{key: one, title: O, queue: desk, {condition}}}]")


@pytest.mark.parametrize(
    "condition",
    [
        "place == 'c'",
        "place == 'a' && place == 'b'",
        "place == 'a' && size_of == true",
        "amount != null && amount > 10",
        "'x' in several",
        "false",
    ],
)
def test_a_step_that_no_answers_let_begin_is_at_fault(condition: str) -> None:
    hidden = "{key: size_of, label: S, kind: yes_no, visible_when: place == 'b'}"
    amount = "{key: amount, label: A, kind: number, minimum: 1, maximum: 9, help: How many}"
    several = PLACE.replace("key: place", "key: several").replace("choice", "choices") + ""
    several = several.replace("kind: choices", "kind: choices, default: [a]")
    found = of_condition(
        f'condition: "{condition}"', PLACE.replace("kind", "help: Where, kind"), hidden, amount, several
    )
    assert ("steps[1].condition", "no answers let this step begin") in found


def test_a_yes_or_no_that_may_go_unasked_is_none_for_a_condition() -> None:
    """A default fills what was left empty, and not what was never asked: the step would be left out by a failure."""
    car = "{key: car, label: Car, kind: yes_no, default: false, visible_when: place == 'a'}"
    found = of_condition("condition: car", PLACE, car)
    assert ("steps[1].condition", "it is neither true nor false") in found
    assert of_condition("condition: car == true", PLACE, car) == []


@pytest.mark.parametrize(
    "condition",
    [
        "place == 'b'",
        "place == null",
        "amount != null && amount > 8.7",
        "amount != null && amount == 1",
        "name == 'anything at all'",
        "requester.department == 'Sales'",
        "place != null && place.startsWith('b')",
        "'a' in several && !('b' in several)",
    ],
)
def test_a_step_that_some_answers_let_begin_is_not(condition: str) -> None:
    form = [
        choice("place", "a", "b"),
        field("amount", "number", minimum=1, maximum=9),
        field("name"),
        choice("several", "a", "b", kind="choices"),
    ]
    assert can_hold(condition, service(form=form).fields)


def test_too_many_mixes_to_count_are_believed() -> None:
    form = [choice(f"f{at}", "a", "b", "c") for at in range(10)]
    many = choice("many", *"abcdefghijkl", kind="choices")
    named = " && ".join(f"'{one}' in many" for one in "abcdefghijkl")
    assert can_hold(f"{named} && many == ['a']", service(form=[many]).fields)
    never = " && ".join([*(f"f{at} != 'x'" for at in range(10)), "f0 == 'x'"])
    assert can_hold(never, service(form=form).fields)


def test_a_question_that_no_answers_show_is_at_fault() -> None:
    never = "{key: more, label: More, kind: long_text, visible_when: place == 'z'}"
    assert of(f"form: [{PLACE}, {never}]", STEPS) == [("form[1].visible_when", "no answers let this question be asked")]


def test_an_answer_that_no_rule_reads_and_no_help_explains_is_at_fault() -> None:
    shoes = "{key: shoes, label: Shoe size, kind: number}"
    assert of(f"form: [{shoes}]", STEPS) == [
        ("form[0]", "nobody uses 'shoes': no condition, date or title reads it"),
    ]
    assert of(f"form: [{shoes.replace('kind', 'help: For the safety shoes, kind')}]", STEPS) == []


@pytest.mark.parametrize(
    ("form", "rest"),
    [
        ("{key: name, label: N, kind: text}", "title_template: 'For {name}'"),
        ("{key: name, label: N, kind: text}", "subject: name"),
        ("{key: on_day, label: D, kind: date}", f"steps: [{{{ONE}, due: 1 day after on_day}}]"),
        ("{key: yes, label: Y, kind: yes_no, default: true}", f"steps: [{{{ONE}, condition: yes == true}}]"),
        (f"{PLACE}, {{key: words, label: W, kind: long_text, visible_when: place == 'a'}}", STEPS),
        ("{key: where, label: W, kind: location}", STEPS),
    ],
)
def test_an_answer_that_a_rule_reads_needs_no_explanation(form: str, rest: str) -> None:
    assert of(f"form: [{form}]", *([rest] if rest.startswith("steps") else [rest, STEPS])) == []


def test_an_answer_that_nobody_with_work_may_read_is_at_fault() -> None:
    pay = "{key: pay, label: Pay, kind: long_text, help: For the contract, confidential_to: [hr]}"
    assert of(f"form: [{pay}]", STEPS) == [
        ("form[0].confidential_to", "only hr may read the answer, and no step is theirs"),
    ]
    assert of(f"form: [{pay}]", "steps: [{key: answer, title: Answer, queue: hr}]") == []


def test_a_word_in_quotes_is_no_name() -> None:
    asked = service(form=[choice("place", "shoes", "b")], steps=[step("one", condition="place == 'shoes'")])
    assert "place" in names_in_rules(asked)
    assert "shoes" not in names_in_rules(asked)


def test_a_form_that_nothing_proves_can_be_completed_is_at_fault() -> None:
    code = "{key: code, label: Code, kind: text, required: true, pattern: '[A-Z]{2}', help: On the door%s}"
    example = "example: {code: XY}"
    assert of(f"form: [{code % ''}]", STEPS, example) == []
    optional = code.replace("required: true", "visible_when: place == 'a', required: true") % ""
    (found,) = of(f"form: [{PLACE}, {optional}]", STEPS)
    assert found == ("form[1].pattern", "nothing shows that the form can be completed: 'code' has no example")
    assert of(f"form: [{code % ', example: xy'}]", STEPS, example) == [
        ("form[0].example", "the example is no valid answer: pattern"),
    ]


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True), st.sampled_from(["a", "b", "c"]))
def test_a_choice_holds_exactly_for_its_options(options: list[str], wanted: str) -> None:
    fields = service(form=[choice("place", *options, required=True)]).fields
    assert can_hold(f"place == '{wanted}'", fields) is (wanted in options)
