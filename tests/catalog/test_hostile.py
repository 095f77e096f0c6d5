"""Documents that mean harm: each is refused at its line or read, quickly, and what is taken can be read again."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any

import pytest

from catalog.document import from_json, to_json
from catalog.expand import expand
from catalog.lint_form import unsafe
from catalog.overlaps import overlaps
from catalog.sources import look_at
from catalog.titles import title
from tests.catalog.factories import AROUND, FACTS, TRIAGE, choice, field, pack, service, step

BASE: Mapping[str, Any] = {
    "key": "rich",
    "title": "Rich",
    "summary": "Everything at once",
    "need": "any",
    "title_template": "Rich {name}",
    "owner": "kim@example.com",
    "form": [
        field("name", required=True, help="h", pattern="[A-Z][a-z]+"),
        field("amount", "number", minimum=1, maximum=9, help="h"),
        field("cost", "money", minimum=1, maximum=9, help="h"),
        field("sure", "yes_no", required=True, help="h"),
        field("photo", "file", max_files=2, types=["image"], help="h", visible_when="sure == true"),
        field("taken", help="h"),
    ],
    "steps": [
        step("work", queue="desk", opens="1 day after submission", evidence={"required": "file", "label": "Photo"}),
        step("ask", approval={"approvers": ["hr.lead"], "quorum": "one", "remind": "1 day"}, queue=None),
        step(
            "meet",
            queue="desk",
            needs=["ask"],
            due="20 days after submission",
            appointment={"minutes": 30, "place": "Room 1", "notice": "1 hour", "earliest": "1 day after submission"},
        ),
        step("call", queue="desk", call={"endpoint": "other", "takes": ["taken"], "within": "1 day"}),
    ],
    "example": {"name": "Kim", "sure": True},
    "schedules": [
        {
            "key": "daily",
            "title": "Daily",
            "requester": "desk.lead",
            "every": "1 day",
            "from_on": "2026-09-01",
            "answers": {"name": "Kim", "sure": True},
        }
    ],
}
PLACES = [
    *("title", "title_template", "owner", "form.0.pattern", "form.1.minimum", "form.2.maximum", "form.4.max_files"),
    *("form.4.types", "form.4.visible_when", "steps.0.opens", "steps.0.evidence", "steps.1.approval.quorum"),
    *("steps.1.approval.remind", "steps.2.appointment", "steps.2.appointment.minutes", "steps.2.appointment.at_once"),
    *("steps.2.appointment.notice", "steps.2.appointment.earliest", "steps.2.appointment.place"),
    *("steps.3.call.within", "steps.3.call.takes", "schedules.0.every", "schedules.0.day", "schedules.0.at"),
    *("schedules.0.from_on", "schedules.0.until_on", "schedules.0.time_zone", "schedules.0.answers", "example"),
]
VALUES: Mapping[str, Any] = {
    "nothing": None,
    "a number": 10**17,
    "less than nothing": -1,
    "no number": "NaN",
    "endless": "inf",
    "a text": "x",
    "a list": [{}],
    "a map": {"X Y": 1, "[0]": 2},
    "parts of a rule": {"amount": 0, "unit": "days", "anchor": "submission"},
    "parts of a long rule": {"amount": 10**17, "unit": "months"},
    "no date": "0000-01-01",
    "the last year": "9999-12-31",
    "a day": "0311",
    "a zone": "../../../etc/passwd",
    "nul": "a\0b",
    "half a sign": "a\ud800b",
    "turned": "a\u202eb",
    "a line more": "a\nBcc: x@example.com",
    "a template": "{{7*7}}{answers.__class__}%(x)1000000000s",
    "a condition": "[1,2].all(x, true)",
    "a pattern": "x{99999999999}",
    "many choices": "a?" * 60 + "a" * 60,
}


def sources(one: Mapping[str, Any]) -> dict[str, str]:
    """A catalogue with this service; JSON is YAML too, and its escapes spell any character."""
    return {"a.yaml": f"{AROUND}services:\n{TRIAGE}  - {json.dumps(one)}\n"}


def with_value(place: str, value: object) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(BASE))
    *way, last = place.split(".")
    part: Any = changed
    for name in way:
        part = part[int(name)] if name.isdigit() else part[name]
    part[last] = value
    return changed


def test_what_is_attacked_is_sound() -> None:
    assert look_at(sources(BASE)).faults == ()


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_a_hostile_value_is_refused_at_its_line_or_kept_so_that_it_can_be_read_again(value: object) -> None:
    before = time.process_time()
    for place in PLACES:
        looked = look_at(sources(with_value(place, value)))
        assert all(fault.line == 16 and str(fault).isprintable() for fault in looked.faults)
        if not looked.faults:
            stored = to_json(looked.catalogue)
            assert from_json(stored) == looked.catalogue
            assert "\\u0000" not in stored
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("schedules.0.every", {"amount": 0, "unit": "days"}, 'write it like "10 days", "2 weeks" or "3 months"'),
        ("steps.1.approval.remind", {"amount": 3, "unit": "months"}, 'write it like "2 working days"'),
        ("steps.1.approval.quorum", {"count": 0}, "write how many must agree"),
        ("steps.0.opens", {"anchor": "submission", "amount": 10**17, "unit": "weeks"}, 'write it like "start_on"'),
        ("schedules.0.day", "0311", "write a day of the month"),
        ("form.1.minimum", "NaN", "this must be a number"),
        ("title", "a\0b", "this holds a character that cannot be kept"),
        ("example", {"name": "\ud800"}, "this holds a character that cannot be kept"),
        ("title", "\u200b", "nothing can be seen of it"),
    ],
)
def test_what_could_not_be_read_again_is_no_part_of_a_catalogue(place: str, value: object, reason: str) -> None:
    faults = look_at(sources(with_value(place, value))).faults
    assert any(fault.reason.startswith(reason) for fault in faults), faults


@pytest.mark.parametrize("broken", [{"visible_when": "("}, {"pattern": "["}])
def test_answers_of_a_schedule_are_tried_only_on_a_sound_form(broken: dict[str, str]) -> None:
    name = field("name", help="h", **broken)
    looked = look_at(sources({**BASE, "form": [name, *BASE["form"][1:]]}))
    assert {fault.where.rpartition(".")[2] for fault in looked.faults} == broken.keys()


def test_a_key_that_no_key_can_be_has_the_line_of_its_parent() -> None:
    text = pack(f"- {json.dumps(BASE)}") + 'tests:\n  - name: t\n    service: rich\n    answers: {"Start.[on]": 1}\n'
    (fault,) = look_at({"a.yaml": text + "    expect: {present: [work]}\n"}).faults
    assert (fault.line, fault.where) == (text.count("\n"), "tests[0].answers.Start.[on]")


@pytest.mark.parametrize(
    "pattern",
    [
        *("a?" * 30 + "a" * 30, "(a|aa)" * 33, "(a?a?a?a?a?)" * 3, "a{99999999999}"),
        *("(a?a?a?)(a?a?a?)a?a*", "(a?a?a?)(a?a?a?)a?a{0,900}", "a?" * 7 + "(?:a[a-z]){9000}"),
    ],
)
def test_a_pattern_that_can_be_met_in_very_many_ways_is_refused(pattern: str) -> None:
    assert unsafe(pattern)


@pytest.mark.parametrize("pattern", ["a?" * 6 + "a*a*b", "a?" * 13 + "(?:a[a-z]){90}b"])
def test_a_pattern_at_the_limit_is_quick(pattern: str) -> None:
    assert unsafe(pattern) == ""
    before = time.process_time()
    assert re.fullmatch(pattern, "a" * 200) is None
    assert time.process_time() - before < 1


def test_many_ways_through_what_is_left_out_are_walked_once() -> None:
    layers = [
        step(f"s{layer}{half}", condition="go == true", needs=[f"s{layer - 1}a", f"s{layer - 1}b"] if layer else [])
        for layer in range(90)
        for half in "ab"
    ]
    one = service(form=[field("go", "yes_no")], steps=[step("first"), *layers, step("last", needs=["first", "s89a"])])
    plan = expand(one, {"go": False}, FACTS)
    assert [(done.key, done.needs) for done in plan.steps] == [("first", ()), ("last", ("first",))]


@pytest.mark.parametrize("kept", ["Laptop\r\nBcc: x@example.com", "Laptop\u2028Bcc: x@example.com"])
def test_a_title_has_one_line(kept: str) -> None:
    one = service(title=kept, title_template=kept)
    assert one.title == title(one, {}) == "Laptop Bcc: x@example.com"


def heaps() -> Mapping[str, str]:
    """Long texts of parts that each cost something."""
    yes = field("go", "yes_no", required=True)
    rows = field("rows", "table", max_rows=50, help="h", columns=[field("cell")])
    many = choice("one", *(f"v{number}" for number in range(500)), required=True)
    of_rows = [step(f"s{number}", for_each="rows", needs=[f"s{number - 1}"] if number else []) for number in range(190)]
    never = " && ".join(f"(b{number} || !b{number})" for number in range(9))
    answers = {f"b{number}": True for number in range(9)}
    every = {**BASE["schedules"][0], "answers": {}}
    return {
        "steps": _filled(steps=[step(f"s{number}") for number in range(9_000)]),
        "options": _filled(form=[choice("one", *(f"v{number}" for number in range(9_000)))]),
        "rows": _filled(form=[rows], steps=of_rows, example={"rows": [{"cell": "x"}] * 50}),
        "conditions on options": _filled(
            form=[many], steps=[step("z"), *(step(f"s{at}", condition='one != "x"') for at in range(190))]
        ),
        "never": _filled(
            form=[field(f"b{number}", "yes_no", required=True) for number in range(9)],
            steps=[step("z"), *(step(f"s{at}", condition=f'"{at}" == "" && {never}') for at in range(190))],
            example=answers,
        ),
        "schedules": _filled(form=[yes], schedules=[{**every, "key": f"k{number}"} for number in range(50)]),
        "titles": _filled(steps=[step(f"s{at}", title=f"check the new laptop {at}") for at in range(190)]),
    }


def _filled(**parts: Any) -> str:
    text = AROUND.replace("needs:", "  - {key: it, title: IT, department: IT}\nneeds:") + f"services:\n{TRIAGE}"
    usual = {"title": "S", "summary": "s", "need": "any", "steps": [step("z")]} | parts
    number = 0
    while len(text) + len(more := f"  - {json.dumps({'key': f's{number}', **usual})}\n") < 200_000:
        text, number = text + more, number + 1
    return text


@pytest.mark.parametrize(("name", "text"), heaps().items(), ids=heaps().keys())
def test_a_heap_of_parts_is_looked_at_in_time(name: str, text: str) -> None:
    before = time.process_time()
    looked = look_at({"a.yaml": text})
    overlaps(looked.catalogue)
    assert time.process_time() - before < 3, name


def test_more_tests_than_are_run_at_once_say_so() -> None:
    steps = [step(f"s{number}", queue="desk") for number in range(190)]
    test = "  - {name: t, service: rich, expect: {present: [s1]}}\n"
    text = pack(
        f"- {json.dumps({**BASE, 'form': [], 'schedules': [], 'example': {}, 'title_template': '', 'steps': steps})}"
    )
    looked = look_at({"a.yaml": f"{text}tests:\n{test * 300}"})
    assert looked.faults == ()
    assert {fault.reason for fault in looked.failed} == {
        "it was not run: the tests make more steps than are tried at once"
    }
