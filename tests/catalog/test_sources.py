"""Packs as texts by name: looked at together, changed by one and published by another, compared and written anew."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.document import shipped
from catalog.dump import COMMON, as_sources, as_yaml, new_service
from catalog.pack import read_document
from catalog.pack_tests import run_tests
from catalog.service import Catalogue, Need, Service
from catalog.sources import Edit, clashing, look_at, shipped_sources, sources_in, with_edits
from catalog.text_difference import MOST_COMPARED, MOST_SHOWN, Side, difference
from catalog.yaml_text import read_yaml
from tests.catalog.factories import pack, service, step

TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40)
PLAIN = st.sampled_from(
    ["yes", "no", "007", "1e3", "0x1f", "18:00", "2026-09-01", "true", "null", "~", "", "1.5", "-", "#"]
)
LINES = st.lists(st.sampled_from("abc"), max_size=12).map("\n".join)


def test_the_packs_that_ship_are_looked_at_without_a_fault_and_their_tests_pass() -> None:
    looked = look_at(shipped_sources())
    assert looked.faults == looked.failed == ()
    assert looked.catalogue == shipped()
    assert len(looked.outcomes) == len(shipped().tests)


def test_tests_are_not_run_where_there_are_faults() -> None:
    looked = look_at({"pack.yaml": pack("- {key: Bad}")})
    assert looked.faults
    assert looked.outcomes == ()


def test_a_folder_is_read_with_lines_ending_as_on_every_other_machine(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes(b"needs: []\r\nphases: []\r\n")
    (tmp_path / "notes.txt").write_text("no pack")
    assert sources_in(tmp_path) == {"one.yaml": "needs: []\nphases: []\n"}


PUBLISHED = {"a.yaml": "a", "b.yaml": "b"}


@pytest.mark.parametrize(
    ("edits", "found"),
    [
        ({}, PUBLISHED),
        ({"a.yaml": Edit("x", "a")}, {"a.yaml": "x", "b.yaml": "b"}),
        ({"a.yaml": Edit(None, "a")}, {"b.yaml": "b"}),
        ({"c.yaml": Edit("c", None)}, {**PUBLISHED, "c.yaml": "c"}),
        ({"a.yaml": Edit("old", "old")}, PUBLISHED),
    ],
    ids=["nothing", "changed", "taken out", "new", "opened and left as it was"],
)
def test_a_change_stands_in_its_place_and_all_else_is_as_published(
    edits: Mapping[str, Edit], found: Mapping[str, str]
) -> None:
    assert with_edits(PUBLISHED, edits) == found
    assert list(with_edits(PUBLISHED, edits)) == sorted(found)


@pytest.mark.parametrize(
    ("edit", "clashes"),
    [
        (Edit("mine", "a"), False),
        (Edit("mine", "older"), True),
        (Edit("a", "older"), False),
        (Edit("older", "older"), False),
        (Edit(None, "older"), True),
        (Edit("mine", None), True),
    ],
    ids=["only mine", "both", "both the same", "only theirs", "taken out and changed", "both began it"],
)
def test_two_changes_of_one_file_clash_unless_they_are_the_same(edit: Edit, clashes: bool) -> None:
    assert clashing(PUBLISHED, {"a.yaml": edit}) == (("a.yaml",) if clashes else ())


def test_a_file_that_both_took_out_is_no_clash() -> None:
    assert clashing({}, {"a.yaml": Edit(None, "a")}) == ()


def test_a_catalogue_written_as_packs_is_the_same_one() -> None:
    looked = look_at(as_sources(shipped()))
    assert looked.faults == looked.failed == ()
    made = looked.catalogue
    assert (made.queues, made.needs, made.phases) == (shipped().queues, shipped().needs, shipped().phases)
    assert made.items == shipped().items
    assert sorted(made.services, key=lambda one: one.key) == sorted(shipped().services, key=lambda one: one.key)
    assert sorted(map(str, made.tests)) == sorted(map(str, shipped().tests))


def test_a_service_may_be_called_as_the_shared_file_is() -> None:
    made = as_sources(Catalogue(services=(service(key="common"),)))
    assert sorted(made) == ["common-service.yaml", COMMON]


@given(st.one_of(TEXTS, PLAIN).map(lambda text: text.strip()))
def test_whatever_text_a_part_holds_is_written_so_that_it_is_read_again(text: str) -> None:
    need = Need(key="any", title="Any", summary=text)
    document = read_document("pack.yaml", as_yaml({"needs": [need]}))
    assert document.faults == ()
    assert [part for _, part in document.parts] == [need]


@given(st.recursive(st.none() | st.booleans() | TEXTS | PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_whatever_value_an_example_holds_is_written_so_that_it_is_read_again(value: object) -> None:
    made = Service.model_validate({**service().model_dump(mode="json"), "example": {"field": value}})
    assert [part for _, part in read_document("pack.yaml", as_yaml({"services": [made]})).parts] == [made]


@pytest.mark.parametrize("limit", [0.5, 5.0, 1e17, 1e-17, -2.25])
def test_a_number_is_written_in_figures(limit: float) -> None:
    numbered = service(form=[{"key": "n", "label": "N", "kind": "number", "minimum": limit}])
    assert [part for _, part in read_document("pack.yaml", as_yaml({"services": [numbered]})).parts] == [numbered]


def test_several_lines_are_written_as_several() -> None:
    text = as_yaml({"services": [service(steps=[step("one", detail="First.\nThen.")])]})
    assert "detail: |-\n" in text


def test_a_new_service_works_as_it_stands() -> None:
    looked = look_at({**shipped_sources(), "plant.yaml": new_service("plant", "my-place-of-work", "office")})
    assert looked.faults == looked.failed == ()
    assert looked.catalogue.service("plant").title == "Plant"


def test_a_new_service_brings_a_test_of_its_own() -> None:
    document = read_document("plant.yaml", new_service("plant", "any", "desk"))
    (outcome,) = run_tests([document], {one.key: one for _, one in document.of(Service)})
    assert outcome.faults == ()


def test_texts_that_are_the_same_differ_in_nothing() -> None:
    assert difference("a\nb", "a\nb") == ()


def test_a_difference_shows_what_is_near_and_counts_the_rest() -> None:
    old = "\n".join(map(str, range(20)))
    found = difference(old, old.replace("10", "ten"))
    assert [(line.side.value, line.number, line.text) for line in found] == [
        ("gap", 7, ""),
        ("both", 8, "7"),
        ("both", 9, "8"),
        ("both", 10, "9"),
        ("old", 11, "10"),
        ("new", 11, "ten"),
        ("both", 12, "11"),
        ("both", 13, "12"),
        ("both", 14, "13"),
        ("gap", 6, ""),
    ]


def test_what_is_too_long_to_compare_is_shown_as_replaced() -> None:
    old, new = ("\n".join(f"{word}{at % 2}" for at in range(MOST_COMPARED + 1)) for word in ("x", "y"))
    sides = [line.side for line in difference(old, new)]
    assert sides == [Side.OLD] * (MOST_COMPARED + 1) + [Side.NEW] * (MOST_SHOWN - MOST_COMPARED - 1) + [Side.GAP]


@given(LINES, LINES)
def test_a_difference_holds_every_line_that_changed_and_counts_every_other(old: str, new: str) -> None:
    found = difference(old, new)
    common = sum(line.number for line in found if line.side is Side.GAP) + sum(line.side is Side.BOTH for line in found)
    if found:
        assert common + sum(line.side is Side.OLD for line in found) == len(old.splitlines())
        assert common + sum(line.side is Side.NEW for line in found) == len(new.splitlines())


@given(LINES)
def test_what_was_written_is_always_yaml(text: str) -> None:
    need = Need(key="any", title="Any", summary=text)
    assert read_yaml("pack.yaml", as_yaml({"needs": [need]})).faults == []
