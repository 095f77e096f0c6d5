"""Questions that ask for files: what answers them, what lint says of them, and how programs are told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.answers import Known, check, given_files, merge, named_files, read_form, schema
from catalog.errors import InvalidAnswers
from catalog.evidence import Evidence
from catalog.files import FileType, KnownFile, taken_at_their_word, type_by_name
from catalog.service import Service
from tests.catalog.factories import field, pack, reasons, service

FILES = {
    "a1": KnownFile("one.png", FileType.IMAGE),
    "b2": KnownFile("two.pdf", FileType.PDF),
    "c3": KnownFile("three.png", FileType.IMAGE, "photos"),
    "d4": KnownFile("four.png", FileType.IMAGE, "papers"),
}
KNOWN = Known(files=FILES)


def asking(**parts: Any) -> Service:
    return service(form=[field("photos", "file", **parts), field("why")])


def fault(asked: Service, raw: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(InvalidAnswers) as refused:
        check(asked, raw, KNOWN)
    (found,) = refused.value.faults
    return found.field, found.code


def test_ids_are_kept_once_each_in_lower_case_and_one_alone_is_a_list() -> None:
    assert check(asking(), {"photos": [" A1", "a1", "c3"]}, KNOWN) == {"photos": ["a1", "c3"]}
    assert check(asking(), {"photos": "B2"}, KNOWN) == {"photos": ["b2"]}
    assert check(asking(), {"photos": []}, KNOWN) == {}


@pytest.mark.parametrize(
    ("parts", "raw", "code"),
    [
        ({}, ["nobody's"], "no_file"),
        ({}, ["d4"], "no_file"),  # it answers another question
        ({"types": ["image"]}, ["a1", "b2"], "file_type"),
        ({"max_files": 1}, ["a1", "c3"], "too_many_files"),
        ({}, ["a1"] * 6, "too_many_files"),
        ({}, [1], "type_files"),
        ({}, 7, "type_files"),
        ({"required": True}, [], "required"),
        ({"visible_when": 'why == "x"'}, ["a1"], "later"),
    ],
)
def test_what_is_no_answer_is_refused(parts: dict[str, Any], raw: Any, code: str) -> None:
    if code == "later":
        asked = service(form=[field("why"), field("photos", "file", **parts)])
        assert fault(asked, {"photos": raw}) == ("photos", "hidden")
    else:
        assert fault(asking(**parts), {"photos": raw}) == ("photos", code)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=8))
def test_whatever_is_sent_is_kept_as_known_ids_or_refused(raw: Any) -> None:
    try:
        kept = check(asking(), {"photos": raw}, KNOWN)
    except InvalidAnswers:
        return
    assert set(map(str, kept.get("photos") or ())) <= FILES.keys()  # type: ignore[arg-type]


def test_a_page_names_files_it_kept_and_files_that_came_with_it() -> None:
    sent = [("answers.photos", "a1"), ("files.photos", "b2"), ("files.photos", "c3"), ("files.why", "d4")]
    raw = read_form(asking(), sent)
    assert raw == {"photos": ["a1", "b2", "c3"], "why": ["d4"]}
    assert named_files(asking(), raw) == {"a1", "b2", "c3"}
    assert given_files(asking(), {"photos": ["a1", "b2"]}) == (("photos", "a1"), ("photos", "b2"))


def test_a_change_of_mind_that_says_nothing_of_files_keeps_them() -> None:
    assert merge(asking(), {"photos": ["c3"]}, {"why": "x"}) == {"photos": ["c3"], "why": "x"}
    assert merge(asking(), {"photos": ["c3"]}, {"photos": None})["photos"] is None


def test_programs_are_told_of_a_list_of_ids() -> None:
    found = schema(asking(types=["image", "pdf"], max_files=2))["properties"]
    assert isinstance(found, dict)
    photos = found["photos"]
    assert isinstance(photos, dict)
    assert {key: photos[key] for key in ("type", "items", "maxItems", "x-types")} == {
        "type": "array",
        "items": {"type": "string", "format": "uuid"},
        "maxItems": 2,
        "x-types": ["image", "pdf"],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        field("photos", "file", default=["a"]),
        field("photos", "file", max_files=11),
        field("photos", "file", types=["program"]),
        field("why", types=["image"]),
        field("why", max_files=2),
        field("rows", "table", columns=[field("photo", "file")]),
    ],
)
def test_a_form_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        service(form=[wrong])


def test_evidence_that_is_a_file_has_no_pattern() -> None:
    with pytest.raises(ValidationError):
        Evidence.model_validate({"required": "file", "label": "Receipt", "pattern": "R-[0-9]+"})


def test_a_title_and_a_message_cannot_name_a_file() -> None:
    text = """
    - key: door
      title: Door
      summary: A door
      need: any
      title_template: "See {photos}"
      form: [{key: photos, label: Photos, kind: file, help: Of it.}]
      steps:
        - {key: answer, title: Answer, queue: desk}
        - {key: tell, title: Tell, person: requester, needs: [answer], message: {text: "See {photos}"}}
      example: {photos: [door.jpg]}
    """
    found = [(where, str(reason)) for where, reason in reasons(pack(text))]
    assert [reason for where, reason in found if "'photos'" in reason] == [
        "'photos' may have many lines and a title has one",
        "'photos' is a file, and a sentence cannot hold one",
    ], found


def test_examples_and_tests_of_packs_name_files_that_exist_nowhere() -> None:
    asked = asking(types=["image"])
    known = Known(files=taken_at_their_word(named_files(asked, {"photos": ["door.jpg"]})))
    assert check(asked, {"photos": ["door.jpg"]}, known) == {"photos": ["door.jpg"]}
    assert [type_by_name(name) for name in ("a.PDF", "a.mov", "a")] == [FileType.PDF, FileType.VIDEO, FileType.TEXT]
