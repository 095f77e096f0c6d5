"""Answers that are tables: rows of cells, each checked by its column, each row with a number that stays its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from pydantic import JsonValue

from catalog.checks import Known, Refused, settle
from catalog.field import Field, FieldKind
from catalog.money import is_blank_amount

NUMBER: Final = "row"
"""What a row calls its number; no column has this name."""

HIGHEST: Final = 9999
_MOST_UNKNOWN = 5
Row = Mapping[str, JsonValue]


class RefusedRows(Refused):
    """`faults` are paired with where they are within the answer, such as "[2].start_on"."""

    def __init__(self, faults: Sequence[tuple[str, Refused]]) -> None:
        super().__init__("rows")
        self.faults = tuple(faults)


def unanswered(value: object) -> bool:
    """Null, a blank text, an empty list, an amount without a number, and rows of nothing else."""
    if isinstance(value, Mapping):
        return is_blank_amount(value)
    if isinstance(value, list | tuple):
        return all(isinstance(one, Mapping) and is_blank_row(one) for one in value)
    return value is None or (isinstance(value, str) and not value.strip())


def is_blank_row(row: Mapping[str, object]) -> bool:
    return all(unanswered(value) for name, value in row.items() if name != NUMBER)


def settle_answer(field: Field, value: object, known: Known, *, complete: bool = True) -> JsonValue:
    """As `settle`, of tables too: blank rows are left out, defaults of columns filled in, every row numbered.

    Raises:
        Refused: with a code from MESSAGES; of a table, RefusedRows with every fault in it.
    """
    if field.kind is not FieldKind.TABLE:
        return settle(field, value, known)
    if not isinstance(value, list | tuple):
        raise Refused("type_rows")
    if len(value) > field.most_rows:
        raise Refused("too_many_rows", number=field.most_rows)
    filled = [(at, row) for at, row in enumerate(value) if not (isinstance(row, Mapping) and is_blank_row(row))]
    if complete and field.min_rows and len(filled) < field.min_rows:
        raise Refused("too_few_rows", number=field.min_rows)
    return _rows(field, filled, known, complete=complete)


def _rows(field: Field, filled: Sequence[tuple[int, object]], known: Known, *, complete: bool) -> list[JsonValue]:
    faults: list[tuple[str, Refused]] = []
    cells = [_cells(field, at, row, known, faults, complete=complete) for at, row in filled]
    numbers = _numbers(filled, faults)
    if faults:
        raise RefusedRows(faults)
    return [{NUMBER: number, **row} for number, row in zip(numbers, cells, strict=True)]


def _cells(
    field: Field, at: int, row: object, known: Known, faults: list[tuple[str, Refused]], *, complete: bool
) -> dict[str, JsonValue]:
    if not isinstance(row, Mapping):
        faults.append((f"[{at}]", Refused("type_row")))
        return {}
    columns = {column.key: column for column in field.columns}
    strangers = (str(key)[:80] for key in row if key not in columns and key != NUMBER)
    faults.extend((f"[{at}].{key}", Refused("unknown")) for key in islice(strangers, _MOST_UNKNOWN))
    cells: dict[str, JsonValue] = {}
    for key, column in columns.items():
        try:
            cell = _cell(column, row.get(key), known, complete=complete)
        except Refused as fault:
            faults.append((f"[{at}].{key}", fault))
        else:
            if cell is not None:
                cells[key] = cell
    return cells


def _cell(column: Field, given: object, known: Known, *, complete: bool) -> JsonValue:
    if not unanswered(given):
        return settle(column, given, known)
    if column.default is not None:
        return settle(column, column.default, known)
    if complete and column.required:
        raise Refused("required")
    return None


def _numbers(filled: Sequence[tuple[int, object]], faults: list[tuple[str, Refused]]) -> list[JsonValue]:
    """Those that the rows name; others follow the highest."""
    taken: set[int] = set()
    named: list[int | None] = []
    for at, row in filled:
        given = row.get(NUMBER) if isinstance(row, Mapping) else None
        number = given if isinstance(given, int) and not isinstance(given, bool) else None
        if given is not None and (number is None or not 0 < number <= HIGHEST or number in taken):
            faults.append((f"[{at}].{NUMBER}", Refused("row_number")))
            number = None
        named.append(number)
        taken.update([number] if number else [])
    following = max(taken, default=0)
    numbers: list[JsonValue] = []
    for number in named:
        following += number is None
        numbers.append(number or following)
    return numbers


def rows_of(table: str, answers: Mapping[str, object]) -> dict[int, Row]:
    """The rows that stand among answers as they are kept, by number."""
    rows = answers.get(table)
    return {row[NUMBER]: row for row in rows if NUMBER in row} if isinstance(rows, list | tuple) else {}


def numbered(rows: object, table: Field, former: Mapping[str, object], past: Iterable[Mapping[str, object]]) -> object:
    """Raw rows after a change of mind, each with its number: a row that stood there keeps its own.

    A row without a number is the former one with the same cells, or a new one. No number is ever given to another
    row, so that what was done for one is not taken for what is to be done for another.
    """
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        return rows
    before = rows_of(table.key, former)
    named = {row[NUMBER] for row in rows if isinstance(row.get(NUMBER), int)}
    used = {*named, *before, *(number for answers in past for number in rows_of(table.key, answers))}
    free = _following(used)
    same = {number: row for number, row in before.items() if number not in named}
    usual = {column.key: column.default for column in table.columns}
    return [_with_number(row, same, free, usual) for row in rows]


def _with_number(
    row: Mapping[str, object], same: dict[int, Row], free: Iterator[int], usual: Row
) -> Mapping[str, object]:
    if row.get(NUMBER) is not None or is_blank_row(row):
        return row
    cells = {**usual, **{key: value for key, value in row.items() if not unanswered(value)}}
    alike = (number for number, one in same.items() if {**usual, **one, NUMBER: None} == {**cells, NUMBER: None})
    found = next(alike, None)
    if found is not None:
        del same[found]
    return {**row, NUMBER: next(free) if found is None else found}


def _following(used: Iterable[int]) -> Iterator[int]:
    number = max(used, default=0)
    while True:
        number += 1
        yield number
