"""Tables in a form: how many rows it shows, and the button for one more, which keeps what was entered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from catalog.service import Field, FieldKind

ROWS: Final = "rows."
"""What the page's count of a table's rows is sent as."""

MORE: Final = "more"
"""What the button for one more row sends: the key of its table."""

USUAL = 2


def rows_shown(
    fields: Iterable[Field], values: Mapping[str, object], sent: Sequence[tuple[str, str]] = ()
) -> dict[str, int]:
    """By the key of each table: as many as there were, one more if that is asked for, and room for what is answered."""
    given = dict(sent)
    return {field.key: _rows(field, values.get(field.key), given) for field in fields if field.kind is FieldKind.TABLE}


def _rows(field: Field, value: object, sent: Mapping[str, str]) -> int:
    before = sent.get(ROWS + field.key, "")
    shown = int(before) if before.isascii() and before.isdigit() and len(before) < 4 else max(USUAL, field.min_rows)  # noqa: PLR2004
    filled = len(value) if isinstance(value, list | tuple) else 0
    more = sent.get(MORE) == field.key
    return min(max(shown, filled) + more, max(field.most_rows, filled))
