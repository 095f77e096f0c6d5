import json
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.document import from_json, read_packs, shipped, to_json
from catalog.errors import DocumentFault, InvalidCatalogue
from catalog.pack import read_document
from catalog.remark import Remark
from catalog.yaml_text import LARGEST, read_yaml
from tests.catalog.factories import AROUND, choice, field, pack, step

ASK = """
- key: ask
  title: Ask
  summary: Ask anything
  need: any
  steps:
    - {key: answer, title: Answer, queue: desk}
"""


def refused(folder: Path) -> tuple[DocumentFault, ...]:
    with pytest.raises(InvalidCatalogue) as error:
        read_packs(folder)
    return error.value.faults


def test_packs_of_a_folder_make_one_catalogue_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(AROUND)
    (tmp_path / "a.yaml").write_text(pack(ASK, around=""))
    (tmp_path / "notes.txt").write_text("not: [a pack")
    catalogue = read_packs(tmp_path)
    assert [service.key for service in catalogue.services] == ["ask", "something-else"]
    assert [queue.key for queue in catalogue.queues] == ["desk", "hr"]


def test_every_fault_of_every_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(AROUND)
    services = """
    - key: ask
      title: Ask
      summary: Ask anything
      need: nay
      steps:
        - key: answer
          title: Answer
          queue: hr
          due: soonish maybe
        - {key: Check It, title: Check, queue: desk, quueue: desk}
    """
    (tmp_path / "b.yaml").write_text(pack(services, around=""))
    (tmp_path / "c.yaml").write_text("services:\n  - {key: two, title: Two, summary: '', need: nay}\n")
    found = [(fault.file, fault.line, fault.where) for fault in refused(tmp_path)]
    assert found == [
        ("b.yaml", 10, "services[0].steps[0].due"),
        ("b.yaml", 11, "services[0].steps[1].key"),
        ("b.yaml", 11, "services[0].steps[1].quueue"),
        ("c.yaml", 2, "services[0].need"),
        ("c.yaml", 2, "services[0].steps"),
    ]


def test_a_fault_reads_as_one_line() -> None:
    fault = DocumentFault("a.yaml", 3, "services[0].need", "there is no need 'nay'", "did you mean any?")
    assert str(fault) == "a.yaml:3: services[0].need: there is no need 'nay' (did you mean any?)"


def test_an_empty_folder_holds_no_catalogue(tmp_path: Path) -> None:
    assert [fault.reason for fault in refused(tmp_path)] == ["there is no pack here"]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"queues:\n - \xff\xfe")
    assert [fault.reason for fault in refused(tmp_path)] == ["not UTF-8 at byte 11"]


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"# " + b"x" * 3 * LARGEST)
    assert [fault.reason for fault in refused(tmp_path)] == ["larger than 512 KB"]


def reasons(text: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.reason) for fault in read_document("a.yaml", text).faults]


BOMB = "a: &a [x, x]\n" + "".join(f"{'bcdefghij'[at]}: &{'bcdefghij'[at]} [*{'abcdefghi'[at]}]\n" for at in range(9))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "this is no pack"),
        ("- a\n- b", 1, "this is no pack"),
        ("just words", 1, "this is no pack"),
        ("queues:\n  - key: a\n   title: b", 3, "not YAML: this stands further in or out than what it belongs to"),
        ("queues: [a", 1, "not YAML"),
        (BOMB, 1, "not YAML: anchors and aliases are not allowed"),
        ("queues:\n  - <<: *desk", 2, "not YAML: anchors and aliases are not allowed"),
        ("queues: " + "[" * 5000, 1, "not YAML: nested deeper than 24"),
        ("queues: []\nneeds: []\nqueues: []", 3, "this key stands twice"),
        ("queues: []\n---\nneeds: []", 2, "not YAML: a second document begins"),
        ("needs: !!python/object/apply:os.system [ls]", 1, "the tag tag:yaml.org,2002:python/object/apply:os.system"),
        ("needs: !!set {a, b}", 1, "the tag tag:yaml.org,2002:set is not allowed"),
        ("needs:\n  - key: !!binary aGk=", 2, "the tag tag:yaml.org,2002:binary is not allowed"),
        ("nedes: []", 1, "no such part of a catalogue"),
        ("needs: {key: a}", 1, "this must be a list"),
        ("needs:\n  - any", 2, "this must be a map of keys and values"),
        ("needs:\n  - {key: any}", 2, "this is needed"),
        ("needs:\n  - {key: any, title: 7}", 2, "this must be a text"),
        ("\x00", 0, "not YAML"),
    ],
)
def test_a_document_that_is_no_pack_is_refused_at_its_line(text: str, line: int, reason: str) -> None:
    first = reasons(text)[0]
    assert first[0] == line
    assert first[1].startswith(reason)


def test_words_times_and_dates_stay_texts() -> None:
    text = "a: yes\nb: 18:00\nc: 2026-09-01\nd: no\ne: 1_000\nf: 0x1F\ng: 1e3\nh: 2026-08"
    assert read_yaml("a", text).value == {
        "a": "yes",
        "b": "18:00",
        "c": "2026-09-01",
        "d": "no",
        "e": "1_000",
        "f": "0x1F",
        "g": "1e3",
        "h": "2026-08",
    }


def test_numbers_truth_and_nothing_are_read() -> None:
    assert read_yaml("a", "a: -3\nb: 2.50\nc: true\nd: null\ne:\nf: '1'").value == {
        "a": -3,
        "b": 2.5,
        "c": True,
        "d": None,
        "e": None,
        "f": "1",
    }


def test_the_line_of_a_missing_part_is_that_of_its_parent() -> None:
    reading = read_yaml("a", "services:\n  - key: a\n    steps:\n      - key: b\n")
    assert reading.line("services[0].steps[0].due") == 4
    assert reading.line("services[7]") == 1
    assert reading.line("queues") == 1


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#,?% \n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    document = read_document("a.yaml", text)
    assert document.parts == ()


def test_the_shipped_catalogue_survives_being_stored() -> None:
    stored = to_json(shipped())
    assert from_json(stored) == shipped()
    assert to_json(from_json(stored)) == stored


def outgrown() -> dict[str, tuple[str, dict[str, Any]]]:
    """Parts as a catalogue could have them before there was a limit, with the place of the fault that they are now."""
    most = [{"key": f"k{at}", "title": "K", "requester": "desk.lead", "every": "1 day"} for at in range(51)]
    begin = [one | {"from_on": "2026-09-01", "answers": {}} for one in most]
    columns = [field(f"c{at}") for at in range(31)]
    return {
        "steps": ("steps", {"steps": [step(f"s{at}", queue="desk") for at in range(201)]}),
        "questions": ("form", {"form": [field(f"q{at}") for at in range(201)]}),
        "options": ("form[0].options", {"form": [choice("one", *(f"v{at}" for at in range(501)))]}),
        "columns": ("form[0].columns", {"form": [field("rows", "table", columns=columns)]}),
        "phrases": ("phrases", {"phrases": [f"phrase {at}" for at in range(201)]}),
        "schedules": ("schedules", {"schedules": begin}),
        "an invisible title": ("title", {"title": "\u200b"}),
    }


@pytest.mark.parametrize(("where", "parts"), outgrown().values(), ids=outgrown().keys())
def test_a_stored_version_stays_readable_and_writing_it_anew_is_a_fault(where: str, parts: dict[str, Any]) -> None:
    usual = {"key": "ask", "title": "Ask", "summary": "s", "need": "any", "steps": [step("answer", queue="desk")]}
    one = usual | parts
    kept = from_json(json.dumps({"services": [one]}))
    assert from_json(to_json(kept)) == kept
    assert len(kept.service("ask").steps) == len(one["steps"])
    anew = read_document("a.yaml", f"services: [{json.dumps(one)}]")
    assert [fault.where for fault in anew.faults] == [f"services[0].{where}"]


def test_what_is_no_stored_catalogue_is_refused() -> None:
    with pytest.raises(InvalidCatalogue) as error:
        from_json('{"queues": [{"key": "X Y", "title": "X", "department": "X"}]}')
    assert [fault.where for fault in error.value.faults] == ["queues[0].key"]


def test_reading_the_shipped_packs_is_quick() -> None:
    before = time.process_time()
    read_packs(files("catalog") / "packs")
    assert time.process_time() - before < 3


def test_a_fault_remembers_what_another_language_needs(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(pack(ASK.replace("need: any", "need: nay")))
    (fault,) = refused(tmp_path)
    assert isinstance(fault.reason, Remark)
    assert (fault.reason.template, fault.reason.given) == ("there is no need %(need)r", {"need": "nay"})
    assert fault.reason == "there is no need 'nay'"


def test_what_a_check_of_ours_refuses_keeps_its_remark(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(pack(ASK.replace("queue: desk", "due: soonish")))
    remarks = [fault.reason for fault in refused(tmp_path) if isinstance(fault.reason, Remark)]
    assert [(remark.template, sorted(remark.given)) for remark in remarks] == [
        ("a step needs a queue or a person, and not both", []),
    ]


YAMLISH = st.text(alphabet="ab12:-[]{}&*|>'\"#,?% \n.~é", max_size=80)


@given(YAMLISH)
def test_the_quick_reader_reads_what_the_careful_one_reads(text: str) -> None:
    careful = read_yaml("a", text, quick=False)
    assert read_yaml("a", text) == careful or careful.faults


@pytest.mark.parametrize("pack", sorted(one.name for one in (files("catalog") / "packs").iterdir()))
def test_every_shipped_pack_reads_the_same_quickly_and_carefully(pack: str) -> None:
    text = (files("catalog") / "packs" / pack).read_text("utf-8")
    assert read_yaml(pack, text) == read_yaml(pack, text, quick=False)


def test_a_lone_surrogate_is_no_text() -> None:
    assert reasons("needs: \ud800")[0][1].startswith("not YAML")
