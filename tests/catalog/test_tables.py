"""Tables of rows, and steps that are done for each row."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.amend import Fate, Made, Standing, Wish, amend, undoing
from catalog.answers import check, merge, named_people, read_form, schema
from catalog.document import shipped
from catalog.errors import InvalidAnswers
from catalog.examples import example_here
from catalog.expand import Plan, expand
from catalog.rows import step_of
from catalog.service import Service
from tests.catalog.factories import FACTS, KNOWN, choice, field, pack, reasons, service, step

COLUMNS = [
    field("name", required=True),
    field("start_on", "date"),
    choice("laptop", "mac", "none", default="mac"),
    field("buddy", "person"),
    field("price", "money"),
]


def table(**parts: object) -> Service:
    steps = parts.pop("steps", [step("answer")])
    return service(form=[field("people", "table", columns=COLUMNS, **parts), field("day", "date")], steps=steps)


def faults(asked: Service, raw: dict[str, Any], *, complete: bool = True) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as refused:
        check(asked, raw, KNOWN, complete=complete)
    return [(fault.field, fault.code) for fault in refused.value.faults]


def rows(*names: str) -> dict[str, Any]:
    return {"people": [{"name": name} for name in names]}


def test_rows_are_kept_cell_by_cell_with_numbers_and_defaults() -> None:
    raw = {"people": [{"name": " Finn "}, {}, {"name": "Ida", "laptop": "none", "price": "5 EUR"}]}
    assert check(table(), raw, KNOWN) == {
        "people": [
            {"row": 1, "name": "Finn", "laptop": "mac"},
            {"row": 2, "name": "Ida", "laptop": "none", "price": {"amount": "5.00", "currency": "EUR"}},
        ]
    }


def test_every_fault_of_every_cell_is_named_by_its_place() -> None:
    raw = {"people": [{"name": "Finn"}, {"start_on": "soon", "x": 1}, "Ida", {"name": "Bo", "row": 0}]}
    assert faults(table(), raw) == [
        ("people[1].x", "unknown"),
        ("people[1].name", "required"),
        ("people[1].start_on", "date"),
        ("people[2]", "type_row"),
        ("people[3].row", "row_number"),
    ]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("Finn", "type_rows"),
        ([{"name": "a"}], "too_few_rows"),
        ([{"name": "a"}] * 4, "too_many_rows"),
    ],
)
def test_what_is_no_such_table_is_refused(given: object, code: str) -> None:
    assert faults(table(min_rows=2, max_rows=3), {"people": given}) == [("people", code)]


def test_a_table_of_blank_rows_is_not_answered() -> None:
    assert check(table(min_rows=2), {"people": [{"name": " "}, {"row": 1, "price": {"currency": "EUR"}}]}, KNOWN) == {}
    assert faults(table(required=True), {"people": [{}]}) == [("people", "required")]


def test_a_call_is_written_down_with_incomplete_rows() -> None:
    kept = check(table(min_rows=2), {"people": [{"laptop": "none"}]}, KNOWN, complete=False)
    assert kept == {"people": [{"row": 1, "laptop": "none"}]}


@pytest.mark.parametrize("number", [True, "1", 0, 10_000, 1.0])
def test_a_row_number_is_a_small_whole_number(number: object) -> None:
    assert faults(table(), {"people": [{"name": "a", "row": number}]}) == [("people[0].row", "row_number")]


def test_no_two_rows_have_one_number() -> None:
    raw = {"people": [{"name": "a", "row": 1}, {"name": "b", "row": 1}]}
    assert faults(table(), raw) == [("people[1].row", "row_number")]


def test_a_web_form_sends_rows_cell_by_cell_and_blank_ones_are_left_out() -> None:
    items = [
        ("answers.people.0.name", "Finn"),
        ("answers.people.0.price.currency", "EUR"),
        ("answers.people.1.name", ""),
        ("answers.people.1.price.currency", "EUR"),
        ("answers.people.2.row", "7"),
        ("answers.people.2.name", "Ida"),
        ("answers.people.2.price", "5"),
        ("answers.people.2.price.currency", "EUR"),
    ]
    sent = read_form(table(), items)
    assert sent == {
        "people": [{"name": "Finn"}, {"name": "Ida", "row": 7, "price": {"amount": "5", "currency": "EUR"}}]
    }
    assert [row["row"] for row in check(table(), sent, KNOWN)["people"]] == [8, 7]  # type: ignore[index,call-overload,union-attr]


@given(st.lists(st.tuples(st.from_regex(r"answers\.people\.[0-9]{1,3}\.[a-z.]{1,9}", fullmatch=True), st.text())))
def test_any_web_form_of_a_table_can_be_read(items: list[tuple[str, str]]) -> None:
    assert set(read_form(table(), items)) <= {"people"}


def test_people_in_cells_are_looked_up_too() -> None:
    assert named_people(table(), {"people": [{"buddy": "Kim@Example.com"}, 1, {"buddy": 2}]}) == {"kim@example.com"}


def test_the_schema_describes_the_rows() -> None:
    made: Any = schema(table(min_rows=1, max_rows=5))["properties"]
    assert (made["people"]["type"], made["people"]["minItems"], made["people"]["maxItems"]) == ("array", 1, 5)
    assert made["people"]["items"]["required"] == ["name"]
    assert set(made["people"]["items"]["properties"]) == {"row", "name", "start_on", "laptop", "buddy", "price"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"kind": "table"}, "a table needs columns"),
        ({"kind": "text", "columns": [field("a")]}, "only a table has columns"),
        ({"kind": "table", "columns": [field("a", "note")]}, "a column cannot be a note"),
        ({"kind": "table", "columns": [field("a", visible_when="b == 1")]}, "the whole table's, and not of 'a'"),
        ({"kind": "table", "columns": [field("a")], "default": []}, "a table has no default"),
        ({"kind": "table", "columns": [field("a")], "min_rows": 3, "max_rows": 2}, "more rows than it takes"),
    ],
)
def test_what_cannot_be_a_table_is_said(given: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        service(form=[{"key": "x", "label": "X", **given}])


STEPS = [
    step("account", for_each="people", title="Account of {row.name}", due="2 days before row.start_on"),
    step(
        "laptop",
        for_each="people",
        title="Laptop for {row.name}",
        detail="{row.laptop} from {row.start_on}",
        needs=["account"],
        condition='row.laptop != "none"',
        redo_when_changed=["row.laptop", "day"],
        undo={"title": "Take back the laptop of {row.name}"},
    ),
    step("room", due="day"),
    step("welcome", needs=["laptop", "room"]),
]


def plan(raw: dict[str, Any]) -> Plan:
    asked = table(steps=STEPS)
    return expand(asked, check(asked, raw, KNOWN), FACTS)


def test_a_step_for_each_row_is_done_for_each_row_and_waits_within_it() -> None:
    made = plan({"people": [{"name": "Finn", "start_on": "2026-09-01"}, {"name": "Ida", "laptop": "none"}]})
    assert {one.key: one.needs for one in made.steps} == {
        "account-1": (),
        "account-2": (),
        "laptop-1": ("account-1",),
        "room": (),
        "welcome": ("laptop-1", "account-2", "room"),
    }
    assert [one.key for one in made.skipped] == ["laptop-2"]
    by_key = {one.key: one for one in made.steps}
    assert by_key["laptop-1"].title == "Laptop for Finn"
    assert by_key["laptop-1"].detail == "Mac from 1 September 2026"
    assert (by_key["laptop-1"].of, by_key["room"].of) == ("laptop", "room")
    assert str(by_key["account-1"].due and by_key["account-1"].due.anchor_on) == "2026-09-01"
    assert by_key["account-2"].due is None


def test_without_rows_what_waits_for_them_waits_for_nothing() -> None:
    assert {one.key: one.needs for one in plan({}).steps} == {"room": (), "welcome": ("room",)}


def test_braces_in_a_cell_are_no_placeholders() -> None:
    assert plan(rows("{row.start_on}")).steps[0].title == "Account of {row.start_on}"


def test_a_long_cell_makes_no_longer_title_than_a_task_has() -> None:
    assert len(plan(rows("x" * 290)).steps[0].title) == 200


def test_the_step_of_a_task_is_found_by_its_key() -> None:
    asked = table(steps=[*STEPS, step("room-2")])
    found = {key: step_of(asked, key) for key in ("laptop", "laptop-12", "room-2", "room-3", "x-1")}
    assert {key: one and one.key for key, one in found.items()} == {
        "laptop": "laptop",
        "laptop-12": "laptop",
        "room-2": "room-2",
        "room-3": None,
        "x-1": None,
    }


def wish(raw: dict[str, Any]) -> Wish:
    asked = table(steps=STEPS)
    answers = check(asked, raw, KNOWN)
    return Wish(answers, frozenset(one.key for one in expand(asked, answers, FACTS).steps))


def changed(before: dict[str, Any], given: dict[str, Any], done: set[str]) -> dict[str, Fate]:
    """What becomes of each task when these answers follow; `done` is finished by then."""
    asked = table(steps=STEPS)
    was = wish(before)
    made = [Made(key, Standing.DONE if key in done else Standing.OPEN, was.answers) for key in sorted(was.steps)]
    now = wish(merge(asked, was.answers, given))
    return {turn.key: turn.fate for turn in amend(asked, made, was, now) if turn.fate is not Fate.STAYS}


def test_a_row_that_goes_takes_its_steps_along_and_no_others() -> None:
    raw = rows("Finn", "Ida", "Bo")
    assert changed(raw, rows("Finn", "Bo"), {"account-2", "laptop-2"}) == {"laptop-2.undo": Fate.ADDED}
    assert changed(raw, rows("Finn", "Bo"), set()) == {"account-2": Fate.CANCELLED, "laptop-2": Fate.CANCELLED}


def test_a_row_that_comes_has_steps_of_its_own() -> None:
    assert changed(rows("Finn"), rows("Finn", "Ida"), {"account-1"}) == {
        "account-2": Fate.ADDED,
        "laptop-2": Fate.ADDED,
    }


def test_a_row_that_changes_is_done_anew_where_the_step_says_so() -> None:
    was = {"people": [{"row": 1, "name": "Finn"}, {"row": 2, "name": "Ida"}]}
    other = {"people": [{"row": 1, "name": "Finn"}, {"row": 2, "name": "Ida", "laptop": "none"}]}
    assert changed(was, other, {"laptop-1", "laptop-2"}) == {"laptop-2.undo": Fate.ADDED}
    renamed = {"people": [{"row": 1, "name": "Finn"}, {"row": 2, "name": "Ida Maria"}]}
    assert changed(was, renamed, {"laptop-2"}) == {}


def test_undoing_is_there_for_rows_that_are_gone() -> None:
    asked = table(steps=STEPS)
    now, was = check(asked, rows("Finn"), KNOWN), check(asked, rows("Finn", "Ida"), KNOWN)
    assert [(one.key, one.title) for one in undoing(asked, now, was)] == [
        ("laptop-1.undo", "Take back the laptop of Finn"),
        ("laptop-2.undo", "Take back the laptop of Ida"),
    ]


_NAMES = st.lists(st.sampled_from("abcdef"), max_size=5, unique=True)


@given(st.lists(_NAMES, min_size=2, max_size=6))
def test_a_row_keeps_its_number_while_it_stays_and_no_number_is_ever_given_to_another(story: list[list[str]]) -> None:
    asked = table()
    past: list[dict[str, Any]] = [{**check(asked, rows(*story[0]), KNOWN)}]
    for names in story[1:]:
        past.append({**check(asked, merge(asked, past[-1], rows(*names), lambda: past[:-1]), KNOWN)})
    numbers = [{row["row"]: row["name"] for row in one.get("people", [])} for one in past]
    for before, after in pairwise(numbers):
        assert {number: name for number, name in after.items() if name in before.values()}.items() <= before.items()
    named: dict[int, str] = {}
    for one in numbers:
        for number, name in one.items():
            assert named.setdefault(number, name) == name


@given(_NAMES.filter(bool), _NAMES.filter(bool))
def test_amended_and_amended_back_every_task_is_as_it_was(first: list[str], second: list[str]) -> None:
    asked = table(steps=STEPS)
    was = wish(rows(*first))
    raw = merge(asked, was.answers, rows(*second))
    there = wish(raw)
    back = wish(merge(asked, there.answers, dict(was.answers), lambda: [was.answers]))
    assert back == was
    made = [Made(key, Standing.OPEN, was.answers) for key in sorted(was.steps)]
    gone = {turn.key for turn in amend(asked, made, was, there) if turn.fate is Fate.CANCELLED}
    again = [Made(one.key, Standing.GONE if one.key in gone else Standing.OPEN, one.answers) for one in made]
    turns = {turn.key: turn.fate for turn in amend(asked, again, there, back)}
    assert {key: Fate.RESTORED if key in gone else Fate.STAYS for key in was.steps} == turns


LINTED = """
- key: asked
  title: Asked
  summary: ""
  need: any
  form:
    - key: people
      label: People
      kind: table
      help: x
      columns: [{{key: name, label: Name, kind: text, required: true}}, {{key: on, label: On, kind: date}}{column}]
      {field}
  steps:
    - {{key: s, title: S, queue: hr}}
    - {{key: each, title: "For {{row.name}}", queue: hr, for_each: people{step}}}
    {more}
  example: {{people: [{{name: Kim}}]}}
"""


@pytest.mark.parametrize(
    ("parts", "where", "reason"),
    [
        ({"step": ", due: row.onn"}, "steps[1].due", "there is no field 'row.onn'"),
        ({"step": ", due: row.name"}, "steps[1].due", "the field 'row.name' is no date"),
        ({"step": ", condition: row.on"}, "steps[1].condition", "it is neither true nor false"),
        ({"step": ", condition: row.nme == null"}, "steps[1].condition", "it fails on valid answers"),
        ({"step": ", detail: '{row.nam}'"}, "steps[1].detail", "the table has no column 'nam'"),
        ({"step": ", redo_when_changed: [row.nam]"}, "steps[1].redo_when_changed", "the table has no column 'nam'"),
        ({"field": "confidential_to: [hr]"}, "steps[1].title", "'people' is confidential and would stand in the text"),
        ({"column": ", {key: row, label: R, kind: text}"}, "form[0].columns[2].key", "'row' has a meaning of its own"),
        ({"column": ", {key: name, label: R, kind: text}"}, "form[0].columns[2].key", "has a field 'name' already"),
        ({"column": ", {key: n, label: R, kind: number, default: x}"}, "form[0].columns[2].default", "type_number"),
        (
            {"more": "- {key: t, title: T, queue: hr, for_each: peple}"},
            "steps[2].for_each",
            "there is no table 'peple'",
        ),
        (
            {"more": "- {key: t, title: 'T {row.name}', queue: hr}"},
            "steps[2].title",
            "only a step of a table has a row",
        ),
        ({"more": "- {key: t, title: T, queue: hr, due: row.on}"}, "steps[2].due", "there is no field 'row.on'"),
        (
            {"more": "- {key: t, title: T, queue: hr, redo_when_changed: [row.on]}"},
            "steps[2].redo_when_changed",
            "only a step of a table has a row",
        ),
        (
            {"more": "- {key: each-3, title: T, queue: hr}"},
            "steps[2].key",
            "'each-3' is what a row of 'each' is called",
        ),
    ],
)
def test_lint_names_what_an_owner_can_get_wrong(parts: dict[str, str], where: str, reason: str) -> None:
    found = reasons(pack(LINTED.format(**{"column": "", "field": "", "step": "", "more": "", **parts})))
    assert [True for at, said in found if at == f"services[0].{where}" and reason in said], found


def test_a_sound_table_has_no_faults() -> None:
    parts = {"step": ", due: row.on, condition: 'row.on != null'", "column": "", "field": "", "more": ""}
    assert reasons(pack(LINTED.format(**parts))) == []


def test_the_example_of_a_table_moves_with_the_days() -> None:
    asked = shipped().service("several-starters")
    made: Any = example_here(asked, date(2030, 1, 1), "kim@example.com", ("lyon",))
    assert {row["start_on"][:4] for row in made["starters"]} == {"2030"}
    assert made["location"] == "lyon"


@pytest.mark.parametrize(
    ("more", "where", "reason"),
    [
        ("checklist: [a, a]", "steps[0]", "two items of the checklist are the same"),
        ("evidence: {required: photo, label: Photo}", "steps[0].evidence.required", "one of 'text', 'reference'"),
        ("evidence: {required: text, label: L, pattern: '(a+)+'}", "steps[0].evidence.pattern", "a repeat within"),
    ],
)
def test_lint_names_what_is_wrong_with_proof(more: str, where: str, reason: str) -> None:
    text = f"""
- key: asked
  title: Asked
  summary: ""
  need: any
  steps: [{{key: s, title: S, queue: hr, {more}}}]
"""
    found = reasons(pack(text))
    assert [True for at, said in found if at == f"services[0].{where}" and reason in said], found
