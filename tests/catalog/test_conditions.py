from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.conditions import DEEPEST, LONGEST, Verdict, compiled
from catalog.errors import InvalidCondition


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ('place == "office"', {"place": "office"}, True),
        ('place == "office"', {"place": None}, False),
        ('place != "remote" && paid', {"place": "office", "paid": True}, True),
        ('"mail" in systems', {"systems": ["mail", "files"]}, True),
        ("size(systems) > 1", {"systems": ["mail", "files"]}, True),
        ('requester.location == "lyon"', {"requester": {"location": "lyon"}}, True),
        ('start_on > "2026-01-01"', {"start_on": "2026-09-01"}, True),
        ("amount >= 10", {"amount": 10.5}, True),
        ("wanted == true", {}, False),
        ("'{{' in ['{{']", {}, True),
    ],
)
def test_a_condition_holds_on_the_answers_it_describes(text: str, values: dict[str, object], holds: bool) -> None:
    assert compiled(text).verdict(values) == Verdict(holds)


def test_a_condition_that_cannot_be_evaluated_is_false_and_says_so() -> None:
    verdict = compiled("amount > 10").verdict({"amount": "many"})
    assert not verdict.holds
    assert verdict.fault == "it compares or joins values of different kinds"


def test_a_fact_that_is_not_known_makes_a_condition_false_and_says_so() -> None:
    verdict = compiled('requester.shoes == "43"').verdict({"requester": {"location": "lyon"}})
    assert verdict == Verdict(holds=False, fault="there is no 'shoes'")


def test_a_condition_that_yields_no_truth_value_is_false_and_says_so() -> None:
    assert compiled("place").verdict({"place": "office"}) == Verdict(holds=False, fault="it is neither true nor false")


def test_a_condition_knows_the_names_it_reads() -> None:
    assert compiled('a == "x" && requester.department == b').names == ("a", "b", "requester")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a ==", "it ends too early"),
        ("", "it ends too early"),
        ("a + b == c", "_+_"),
        ("a * 9999 > b", "_*_"),
        ("[1, 2].all(x, x > 0)", "do not offer all"),
        ("a.exists(x, a.exists(y, a.exists(z, true)))", "do not offer exists"),
        ("a.map (x, x) == a", "do not offer map"),
        ('a.matches("(x+)+")', "matches"),
        ("open('/etc/passwd') == a", "open"),
        ("'x' in " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "nested deeper"),
        ("!" * (DEEPEST + 1) + "a", "nested deeper"),
        ("a == 'x' || " * 50 + "a", f"longer than {LONGEST}"),
    ],
)
def test_what_conditions_do_not_offer_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidCondition) as refused:
        compiled(text)
    assert reason in refused.value.reason


def test_a_macro_name_inside_a_text_is_only_a_text() -> None:
    assert compiled("a == 'x.all(y)'").verdict({"a": "x.all(y)"}).holds


def test_one_compiled_condition_serves_many_threads() -> None:
    condition = compiled('place == "office" && size(systems) > 0')
    with ThreadPoolExecutor(8) as threads:
        verdicts = list(threads.map(lambda _: condition.verdict({"place": "office", "systems": ["x"]}), range(500)))
    assert {verdict.holds for verdict in verdicts} == {True}


@given(st.text(alphabet="ab1\"'.()[]{}!&|=<>?:, \\-+x", max_size=80), st.none() | st.booleans() | st.text(max_size=5))
def test_any_text_is_refused_or_gives_a_verdict(text: str, value: object) -> None:
    try:
        condition = compiled(text)
    except InvalidCondition:
        return
    assert isinstance(condition.verdict({"a": value, "b": value}), Verdict)
