"""Tests that packs carry: what is as expected passes, each difference is a failure at its line."""

from pathlib import Path

import pytest

from catalog.document import Packs, catalogue_of, from_json, in_folder, shipped, to_json
from catalog.looked_at import as_packs, look, look_at_published, named, packs_at, try_out, try_out_published
from catalog.pack import read_document
from catalog.pack_tests import Outcome
from tests.catalog.factories import pack, reasons

ASK = """
- key: ask
  title: Ask
  summary: Ask anything
  need: any
  title_template: "Ask on {on_day}"
  form:
    - {key: on_day, label: Day, kind: date, required: true}
    - {key: place, label: Place, kind: choice, options: [{value: here, label: Here}, {value: there, label: There}]}
    - {key: room, label: Room, kind: long_text, visible_when: place == "here"}
    - {key: lead, label: Lead, kind: yes_no, default: false}
  steps:
    - {key: first, title: First, queue: desk, due: 2 days before on_day}
    - {key: second, title: Second, queue: hr, needs: [first], opens: on_day 09:00}
    - {key: third, title: Third, person: requester, needs: [second], condition: place == "here"}
    - {key: lyon, title: From Lyon, queue: desk, condition: 'requester.location == "lyon" || lead == true'}
  example: {on_day: "2026-09-01", place: here}
"""


def with_test(expect: str, more: str = "") -> str:
    return pack(ASK) + f"tests:\n  - name: As wanted\n    service: ask\n{more}    expect: {{{expect}}}\n"


def told(expect: str, more: str = "") -> list[tuple[str, str]]:
    """Where below `expect`, and what is the case."""
    packs = as_read(with_test(expect, more))
    (outcome,) = try_out(packs)
    return [(fault.where.removeprefix("tests[0].expect"), fault.reason) for fault in outcome.faults]


def as_read(text: str) -> Packs:
    document = read_document("pack.yaml", text)
    assert document.faults == ()
    return Packs((document,), ())


@pytest.mark.parametrize(
    ("expect", "more"),
    [
        ('title: "Ask on 1 September 2026", present: [first, second, third], absent: [lyon]', ""),
        ("queues: {first: desk, second: hr}, waits_for: {second: [first], first: []}", ""),
        ("order: [first, second, third]", ""),
        ("order: [first, third]", ""),
        ("due: {first: 2 days before on_day}, opens: {second: on_day 09:00}", ""),
        ("absent: [third]", "    answers: {place: there}\n"),
        ("absent: [third]", "    answers: {place: null}\n"),
        ("present: [lyon]", "    requester: {location: lyon}\n"),
        ("refused: [on_day]", "    answers: {on_day: null}\n"),
        ("refused: [room]", "    answers: {place: there, room: Blue}\n"),
    ],
)
def test_a_plan_that_is_as_expected_passes(expect: str, more: str) -> None:
    assert told(expect, more) == []


@pytest.mark.parametrize(
    ("expect", "more", "where", "reason"),
    [
        ("title: Else", "", ".title", "the title is “Ask on 1 September 2026”"),
        ("present: [first, lyon]", "", ".present[1]", "'lyon' is not in the plan"),
        ("absent: [first]", "", ".absent[0]", "'first' is in the plan"),
        ("queues: {first: hr}", "", ".queues.first", "it goes to desk"),
        ("queues: {third: hr}", "", ".queues.third", "it goes to requester"),
        ("queues: {lyon: desk}", "", ".queues", "'lyon' is not in the plan"),
        ("waits_for: {third: [first]}", "", ".waits_for.third", "it waits for second"),
        ("waits_for: {first: [second]}", "", ".waits_for.first", "it waits for nothing"),
        ("order: [second, first]", "", ".order[1]", "'first' does not wait for 'second'"),
        ("due: {first: 1 day before on_day}", "", ".due.first", "it is due 2 days before on_day"),
        ("due: {second: on_day}", "", ".due.second", "it has no due date of its own"),
        ("opens: {first: on_day}", "", ".opens.first", "it opens at once"),
        ("opens: {second: on_day}", "", ".opens.second", "it opens on_day 09:00"),
        ("present: [first]", "    answers: {on_day: soon}\n", "", "the answer to 'on_day' is refused: This must be"),
        ("refused: [room]", "", ".refused", "these answers are taken"),
        ("refused: [room, on_day]", "    answers: {on_day: x}\n", ".refused[0]", "the answer to 'room' is taken"),
    ],
)
def test_what_is_not_as_expected_is_told_at_its_line(expect: str, more: str, where: str, reason: str) -> None:
    assert [(at, why[: len(reason)]) for at, why in told(expect, more)] == [(where, reason)]


def test_a_failure_names_file_and_line() -> None:
    (outcome,) = try_out(as_read(with_test("absent: [first]")))
    line = with_test("absent: [first]").splitlines().index("    expect: {absent: [first]}") + 1
    assert (outcome.name, outcome.service, outcome.faults[0].file) == ("As wanted", "ask", "pack.yaml")
    assert (outcome.line, outcome.faults[0].line) == (line - 2, line)


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (with_test("present: [frist]"), "tests[0].expect.present", "there is no step 'frist'"),
        (with_test("waits_for: {second: [frist]}"), "tests[0].expect.waits_for.second", "there is no step 'frist'"),
        (with_test(""), "tests[0].expect", "nothing is expected"),
        (with_test("present: [first], refused: [room]"), "tests[0].expect", "answers that are refused make no plan"),
        (with_test("absent: [third]").replace("service: ask", "service: aks"), "tests[0].service", "there is no"),
        (with_test("shoes: [first]"), "tests[0].expect.shoes", "there is no such key here"),
    ],
)
def test_a_test_that_cannot_pass_is_at_fault(text: str, where: str, reason: str) -> None:
    assert [(at, why[: len(reason)]) for at, why in reasons(text)] == [(where, reason)]


def test_a_test_of_a_service_that_is_at_fault_itself_is_no_second_fault() -> None:
    text = with_test("present: [first]").replace("title: Ask\n", "titel: Ask\n")
    assert all(not where.startswith("tests") for where, _ in reasons(text))


def test_a_test_of_a_service_that_is_nowhere_fails() -> None:
    alone = as_read("tests: [{name: Lost, service: gone, expect: {present: [a]}}]")
    assert [fault.reason for outcome in try_out(alone) for fault in outcome.faults] == ["there is no service 'gone'"]


def test_a_pack_may_test_a_service_around_it() -> None:
    alone = as_read("tests: [{name: Theirs, service: leaver, expect: {present: [confirm], absent: [block-now]}}]")
    assert look(alone, shipped()).faults == ()
    assert [outcome.faults for outcome in try_out(alone, shipped())] == [()]


@pytest.mark.parametrize("outcome", try_out_published(shipped()), ids=lambda outcome: outcome.name)
def test_what_the_shipped_packs_expect_is_so(outcome: Outcome) -> None:
    assert [str(fault) for fault in outcome.faults] == []


def test_every_shipped_service_has_a_test_and_the_long_ones_have_several() -> None:
    tested = [test.service for test in shipped().tests]
    assert {service.key for service in shipped().services} == set(tested)
    assert min(tested.count("new-starter"), tested.count("leaver")) >= 5


def test_tests_are_stored_with_the_catalogue() -> None:
    assert from_json(to_json(shipped())).tests == shipped().tests


def test_a_catalogue_stored_before_there_were_tests_still_loads() -> None:
    assert from_json('{"queues": [], "services": []}').tests == ()


def test_files_stand_in_the_catalogue_around_them_and_a_folder_is_whole(tmp_path: Path) -> None:
    alone = tmp_path / "mine.yaml"
    alone.write_text("services:\n" + ASK.replace("need: any", "need: anything-else").replace("\n", "\n  "))
    packs, whole = packs_at([alone])
    assert not whole
    assert look(packs, shipped()).faults == ()
    assert look(packs, shipped()).services == 1
    packs, whole = packs_at([tmp_path])
    assert whole
    assert {fault.reason for fault in look(packs).faults} >= {"'something-else' is missing", "there is no queue 'hr'"}


def test_a_file_with_queues_of_its_own_may_name_those_around_too(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(pack(ASK.replace("queue: hr", "queue: facilities"), triage=""))
    assert look(packs_at([own])[0], shipped()).faults == ()
    own.write_text(pack(ASK.replace("queue: hr", "queue: facilitys"), triage=""))
    (fault,) = look(packs_at([own])[0], shipped()).faults
    assert (fault.file, fault.reason) == (str(own), "there is no queue 'facilitys'")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        packs_at([tmp_path / "none.yaml"])


def test_a_published_catalogue_names_its_faults_by_key() -> None:
    sound = shipped()
    assert look_at_published(sound).faults == ()
    asked = sound.service("leaver")
    broken = asked.steps[0].model_copy(update={"queue": "nowhere"})
    services = (asked.model_copy(update={"steps": (broken, *asked.steps[1:])}),)
    found = look_at_published(sound.model_copy(update={"services": (*sound.services[:8], *services)}))
    places = {fault.where: fault for fault in found.faults}
    fault = places["services[leaver].steps[confirm].queue"]
    assert (fault.file, fault.line, fault.reason) == ("catalogue", 0, "there is no queue 'nowhere'")
    assert named(fault, sound) is fault


def test_a_catalogue_looks_the_same_as_files_and_as_published() -> None:
    packs = as_packs(shipped())
    assert catalogue_of(packs.documents) == shipped()


def test_the_folder_of_a_catalogue_may_not_be_empty(tmp_path: Path) -> None:
    assert [fault.reason for fault in in_folder(tmp_path).faults] == ["there is no pack here"]
