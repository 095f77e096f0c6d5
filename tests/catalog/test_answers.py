import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.answers import check, named_people, read_form, schema, visible_fields
from catalog.checks import Known
from catalog.document import shipped
from catalog.errors import InvalidAnswers
from catalog.service import FieldKind, Service
from tests.catalog.factories import KNOWN, choice, field, service


def faults(asked: Service, raw: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as refused:
        check(asked, raw, KNOWN)
    return [(fault.field, fault.code) for fault in refused.value.faults]


def one(kind: str, **parts: object) -> Service:
    if kind in {"choice", "choices"}:
        return service(form=[choice("x", "red", "blue", kind=kind, **parts)])
    return service(form=[field("x", kind, **parts)])


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Kim Lee ", "Kim Lee"),
        ("long_text", "one\r\ntwo", "one\ntwo"),
        ("number", 3, 3),
        ("number", -2.5, -2.5),
        ("date", "2028-02-29", "2028-02-29"),
        ("datetime", "2026-09-01T08:30", "2026-09-01T08:30"),
        ("datetime", "2026-09-01T08:30:00+02:00", "2026-09-01T08:30:00+02:00"),
        ("datetime", "2026-09-01T08:30Z", "2026-09-01T08:30Z"),
        ("choice", "red", "red"),
        ("choices", ["red", "blue"], ["red", "blue"]),
        ("person", " Kim@Example.com", "kim@example.com"),
        ("location", "berlin", "berlin"),
        ("yes_no", False, False),
    ],
)
def test_an_answer_is_kept_in_its_settled_form(kind: str, given: object, kept: object) -> None:
    assert check(one(kind), {"x": given}, KNOWN) == {"x": kept}


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("text", 1, "type_text"),
        ("text", True, "type_text"),
        ("text", {"a": 1}, "type_text"),
        ("text", "a\nb", "one_line"),
        ("text", "a\rb", "one_line"),
        ("text", "a\u2028b", "one_line"),
        ("text", "invoice\u202efdp.exe", "characters"),
        ("text", "a\x00b", "characters"),
        ("long_text", "\ud800", "characters"),
        ("text", "x" * 301, "too_long"),
        ("long_text", "x" * 10_001, "too_long"),
        ("number", "1", "type_number"),
        ("number", True, "type_number"),
        ("number", math.nan, "type_number"),
        ("number", math.inf, "type_number"),
        ("number", 10**400, "type_number"),
        ("date", "2026-02-29", "date"),
        ("date", "20260901", "date"),
        ("date", "2026-9-1", "date"),
        ("date", "２０２６-09-01", "date"),
        ("date", "2026-W01-1", "date"),
        ("date", "1899-12-31", "year"),
        ("date", "2200-01-01", "year"),
        ("date", "2026-09-01T08:30", "date"),
        ("date", 20260901, "type_text"),
        ("datetime", "2026-09-01", "datetime"),
        ("datetime", "2026-09-01T24:30", "datetime"),
        ("datetime", "2026-09-01 08:30", "datetime"),
        ("choice", "green", "option"),
        ("choice", ["red"], "type_text"),
        ("choices", "red", "type_list"),
        ("choices", ["red", "green"], "option"),
        ("choices", ["red", "red"], "twice"),
        ("choices", ["red"] * 1000, "twice"),
        ("choices", [1], "type_text"),
        ("person", "nobody@example.com", "person"),
        ("location", "paris", "location"),
        ("yes_no", "yes", "type_yes_no"),
        ("yes_no", 1, "type_yes_no"),
    ],
)
def test_what_is_no_answer_to_the_field_is_refused(kind: str, given: object, code: str) -> None:
    assert faults(one(kind), {"x": given}) == [("x", code)]


def test_limits_include_their_ends() -> None:
    asked = one("number", minimum=1, maximum=5)
    assert [check(asked, {"x": edge}, KNOWN)["x"] for edge in (1, 5)] == [1, 5]
    assert faults(asked, {"x": 0.99}) == [("x", "too_small")]
    assert faults(asked, {"x": 5.01}) == [("x", "too_large")]


def test_a_pattern_must_match_the_whole_answer_and_only_short_answers_are_matched() -> None:
    asked = one("text", pattern="[A-Z]{2}[0-9]+")
    assert check(asked, {"x": "AB12"}, KNOWN) == {"x": "AB12"}
    assert faults(asked, {"x": "AB12x"}) == [("x", "pattern")]
    assert faults(asked, {"x": "A" * 201}) == [("x", "too_long")]


def test_messages_name_the_limit() -> None:
    with pytest.raises(InvalidAnswers) as refused:
        check(one("text", max_length=5), {"x": "longer"}, KNOWN)
    fault = refused.value.faults[0]
    assert fault.message == "This may have at most 5 characters." == fault.many % fault.given


def test_all_faults_are_named_at_once() -> None:
    asked = service(form=[field("a", required=True), field("b", "number"), field("c", "date")])
    assert faults(asked, {"b": "1", "c": "soon", "d": 1}) == [
        ("d", "unknown"),
        ("a", "required"),
        ("b", "type_number"),
        ("c", "date"),
    ]


def test_a_flood_of_unknown_fields_is_not_echoed() -> None:
    assert len(faults(service(), {f"x{at}": 1 for at in range(50_000)})) == 20


@pytest.mark.parametrize("blank", [None, "", "  ", []])
def test_blank_is_not_answered(blank: object) -> None:
    asked = service(form=[field("a", required=True), field("b")])
    assert faults(asked, {"a": blank}) == [("a", "required")]
    assert check(asked, {"a": "x", "b": blank}, KNOWN) == {"a": "x"}


def test_false_and_zero_are_answers() -> None:
    asked = service(form=[field("a", "yes_no", required=True), field("b", "number", required=True)])
    assert check(asked, {"a": False, "b": 0}, KNOWN) == {"a": False, "b": 0}


def test_a_default_answers_a_required_question() -> None:
    asked = service(form=[choice("place", "office", "remote", required=True, default="office")])
    assert check(asked, {}, KNOWN) == {"place": "office"}


def remote_form() -> Service:
    return service(
        form=[
            choice("place", "office", "remote", required=True),
            field("address", required=True, visible_when='place == "remote"'),
            field("floor", visible_when='place == "office"', default="1"),
        ]
    )


def test_a_hidden_question_is_neither_required_nor_answered() -> None:
    assert check(remote_form(), {"place": "office"}, KNOWN) == {"place": "office", "floor": "1"}
    assert faults(remote_form(), {"place": "office", "address": "here"}) == [("address", "hidden")]
    assert faults(remote_form(), {"place": "remote"}) == [("address", "required")]


def test_a_question_that_hangs_on_a_refused_answer_is_not_blamed() -> None:
    assert faults(remote_form(), {"place": "moon", "address": "crater"}) == [("place", "option")]


def test_a_question_behind_a_hidden_question_is_hidden() -> None:
    asked = service(
        form=[
            field("a", "yes_no"),
            field("b", "yes_no", visible_when="a == true", default=True),
            field("c", visible_when="b == true", required=True),
        ]
    )
    assert check(asked, {"a": False}, KNOWN) == {"a": False}
    assert faults(asked, {"a": True}) == [("c", "required")]
    assert [shown.key for shown in visible_fields(asked, {"a": False, "b": True})] == ["a"]


def test_people_to_look_up_are_named_in_lower_case() -> None:
    asked = service(form=[field("a", "person"), field("b", "person"), field("c", "person"), field("d")])
    raw = {"a": " Kim@Example.com ", "b": 7, "c": "", "d": "text@example.com"}
    assert named_people(asked, raw) == {"kim@example.com"}


def everything() -> Service:
    kinds = [kind for kind in FieldKind if kind not in {FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.TABLE}]
    fields = [field(f"a_{kind}", kind) for kind in kinds]
    table = field("rows", "table", columns=[field("a"), field("b", "money"), field("c", "date", required=True)])
    return service(form=[*fields, choice("one", "red", "blue"), choice("many", "red", "blue", kind="choices"), table])


def test_a_web_form_becomes_raw_answers() -> None:
    items = [
        ("csrf", "x"),
        ("answers.a_text", "Kim"),
        ("answers.a_number", "2,5"),
        ("answers.a_yes_no", "no"),
        ("answers.a_yes_no", "yes"),
        ("answers.many", "red"),
        ("answers.many", "blue"),
        ("answers.a_date", ""),
        ("answers.one", "red"),
        ("answers.stranger", "y"),
    ]
    assert read_form(everything(), items) == {
        "a_text": "Kim",
        "a_number": 2.5,
        "a_yes_no": True,
        "many": ["red", "blue"],
        "one": "red",
        "stranger": "y",
    }


def test_what_a_web_form_cannot_mean_is_left_for_the_check_to_refuse() -> None:
    raw = read_form(everything(), [("answers.a_number", "many"), ("answers.a_yes_no", "perhaps")])
    assert faults(everything(), raw) == [("a_number", "type_number"), ("a_yes_no", "type_yes_no")]


def test_a_form_of_very_many_fields_is_read_in_one_pass() -> None:
    before = time.process_time()
    read_form(everything(), [(f"answers.x{at}", "y") for at in range(50_000)])
    assert time.process_time() - before < 2


def test_a_web_form_keeps_answers_to_hidden_questions_for_the_check_to_refuse() -> None:
    raw = read_form(remote_form(), [("answers.place", "office"), ("answers.address", "old entry")])
    assert faults(remote_form(), raw) == [("address", "hidden")]


def test_the_schema_says_what_is_asked_and_how() -> None:
    asked = service(
        form=[
            field("name", required=True, help="First and last", max_length=80, pattern="[a-z]+"),
            field("iban", secret=True, visible_when='name == "x"', required=True),
            choice("colour", "red", "blue", default="red", required=True),
            choice("many", "red", kind="choices"),
        ]
    )
    made: Any = schema(asked)
    assert made["required"] == ["name"]
    assert made["additionalProperties"] is False
    assert made["properties"]["name"]["maxLength"] == 80
    assert made["properties"]["name"]["pattern"] == "^(?:[a-z]+)$"
    assert made["properties"]["iban"]["writeOnly"] is True
    assert made["properties"]["iban"]["x-visible-when"] == 'name == "x"'
    assert made["properties"]["colour"]["oneOf"][0] == {"const": "red", "title": "Red"}
    assert made["properties"]["many"]["items"]["oneOf"] == [{"const": "red", "title": "Red"}]


_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_keys = st.sampled_from([*(part.key for part in everything().form), "stranger"])


@given(st.dictionaries(_keys, _json, max_size=8))
def test_any_json_is_accepted_or_refused_and_what_is_accepted_stays_accepted(raw: dict[str, Any]) -> None:
    try:
        kept = check(everything(), raw, KNOWN)
    except InvalidAnswers:
        return
    assert check(everything(), kept, KNOWN) == kept


@given(
    st.lists(
        st.tuples(st.sampled_from(["answers.person_name", "answers.start_on", "answers.salary"]), st.text(max_size=9))
    )
)
def test_any_web_form_can_be_read(items: list[tuple[str, str]]) -> None:
    assert set(read_form(shipped().service("new-starter"), items)) <= {"person_name", "start_on", "salary"}


def test_a_call_is_written_down_without_the_required_answers() -> None:
    starter = shipped().service("new-starter")
    assert check(starter, {}, Known(), complete=False)["work_place"] == "office"
    with pytest.raises(InvalidAnswers):
        check(starter, {"start_on": "soon"}, Known(), complete=False)
