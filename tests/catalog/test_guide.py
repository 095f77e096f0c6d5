"""What the guide to the catalogue shows can be written like that: its whole pack, its conditions and its dates."""

import re
from pathlib import Path
from textwrap import dedent

from catalog.conditions import compiled
from catalog.dates import DateRule
from catalog.document import Packs, shipped
from catalog.icons import ICONS
from catalog.looked_at import look
from catalog.pack import read_document

GUIDE = (Path(__file__).parents[2] / "spoc" / "help" / "catalogue.md").read_text("utf-8")


def chapter(heading: str) -> str:
    return GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def block(heading: str) -> str:
    found = re.search(r"^    .*\n(?:    .*\n|\n)*", chapter(heading), re.MULTILINE)
    assert found is not None
    return dedent(found[0]).strip()


def test_the_whole_pack_works_as_it_stands() -> None:
    document = read_document("guide.yaml", block("A whole pack"))
    assert [str(fault) for fault in document.faults] == []
    assert [str(fault) for fault in look(Packs((document,), ()), shipped()).faults] == []


def test_conditions_and_dates_can_be_written_as_they_stand_there() -> None:
    conditions, dates = block("Conditions").splitlines(), block("Dates").splitlines()
    assert [compiled(one).text for one in conditions] == conditions
    assert [DateRule.parse(one).anchor for one in dates] == [*["last_day"] * 4, "submission"]
    assert (len(conditions), len(dates)) == (3, 5)


def test_icons_are_named_that_there_are() -> None:
    line = next(one for one in chapter("A whole pack").split("\n- ") if one.startswith("`icon`"))
    assert set(re.findall(r"`([^`]+)`", line)) - {"icon"} <= ICONS
