from importlib.resources import files

import pytest

from catalog.document import shipped
from catalog.draft import drafted
from catalog.errors import InvalidCatalogue
from catalog.service import Catalogue, Service

PACK = """
queues:
  - {key: garage, title: Garage, department: Garage}
services:
  - key: parking
    title: A parking space
    summary: Another way
    need: place
    steps:
      - {key: give, title: Give it, queue: garage}
      - {key: write, title: Write it down, queue: office, needs: [give]}
"""


def pack(**changed: str) -> str:
    text = PACK.replace("need: place", f"need: {shipped().service('parking').need}")
    for old, new in changed.items():
        text = text.replace(old, new)
    return text


def services_but_parking(catalogue: Catalogue) -> list[Service]:
    return [one for one in catalogue.services if one.key != "parking"]


def test_a_service_of_the_draft_stands_in_the_place_of_its_own() -> None:
    found = drafted(shipped(), "draft.yaml", pack())
    assert [step.key for step in found.service("parking").steps] == ["give", "write"]
    assert [one.key for one in found.services] == [one.key for one in shipped().services]
    assert services_but_parking(found) == services_but_parking(shipped())


def test_a_part_that_is_new_comes_at_the_end() -> None:
    assert drafted(shipped(), "draft.yaml", pack()).queues[-1].key == "garage"


def test_a_pack_may_name_what_only_the_rest_has_and_nothing_else() -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        drafted(shipped(), "draft.yaml", pack(office="ofice"))
    assert [(one.file, one.line, one.where) for one in refused.value.faults] == [
        ("draft.yaml", 11, "services[0].steps[1].queue")
    ]


def test_a_text_that_is_no_pack_is_refused() -> None:
    with pytest.raises(InvalidCatalogue):
        drafted(shipped(), "draft.yaml", "a: [b")


def test_the_shipped_pack_over_the_shipped_catalogue_changes_nothing() -> None:
    text = (files("catalog") / "packs" / "leaver.yaml").read_text("utf-8")
    assert drafted(shipped(), "leaver.yaml", text) == shipped()
