"""Whether an answer came back as its form showed it, for each kind of question."""

from types import SimpleNamespace
from typing import cast

import pytest

from catalog.answers import read_form
from catalog.field import Field
from catalog.service import Service
from spoc.desk.amending.amend import Amendable, Wish
from spoc.web.ticket.untouched import marks, without_untouched

OPTIONS = [{"value": one, "label": one} for one in "abc"]
COLUMNS = [{"key": "name", "label": "Name", "kind": "text"}, {"key": "cost", "label": "Cost", "kind": "money"}]
FORM: dict[str, dict[str, object]] = {
    "text": {"kind": "long_text"},
    "many": {"kind": "choices", "options": OPTIONS},
    "cost": {"kind": "money"},
    "rows": {"kind": "table", "columns": COLUMNS},
}
FIELDS = {key: Field.model_validate({"key": key, "label": key, **rest}) for key, rest in FORM.items()}
SERVICE = cast("Service", SimpleNamespace(form=tuple(FIELDS.values()), fields=FIELDS))
CELLS = [("rows.0.row", "1"), ("rows.0.name", "x\r\ny"), ("rows.0.cost", ""), ("rows.0.cost.currency", "EUR")]


def stands(key: str, value: object) -> Amendable:
    return cast("Amendable", SimpleNamespace(service=SERVICE, readable=lambda: {key: value}))


@pytest.mark.parametrize(
    ("key", "shown", "sent", "other"),
    [
        ("text", "one\ntwo", [("text", "one\r\ntwo")], "one\ntwo\nthree"),
        ("text", "one", [("text", " one\r\n")], "two"),
        ("many", ["b", "a"], [("many", "a"), ("many", "b")], ["c"]),
        ("cost", None, [("cost", ""), ("cost.currency", "EUR")], {"amount": "6.00", "currency": "EUR"}),
        ("rows", [{"row": 1, "name": "x\ny"}], CELLS, [{"row": 1, "name": "z"}]),
    ],
)
def test_however_the_browser_sends_it_it_is_as_it_was_shown(
    key: str, shown: object, sent: list[tuple[str, str]], other: object
) -> None:
    mark = marks(stands(key, shown), Wish({}), [])[key]
    items = [(f"was.{key}", mark), *((f"answers.{name}", value) for name, value in sent)]
    wished: dict[str, object] = {key: None, **read_form(SERVICE, items)}

    assert without_untouched(stands(key, other), wished, items) == {}
    assert without_untouched(stands(key, other), {key: "new"}, items) == {key: "new"}
