"""Steps that are done once for each row of a table: as if the catalogue had written each of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.field import Field
from catalog.service import Service, Step
from catalog.table import NUMBER, Row, rows_of
from catalog.titles import LONGEST, display

ROW: Final = NUMBER
"""The name of the row in conditions, dates and texts of such a step: `row.start_on`."""

PLACE = re.compile(r"\{row\.([^{}]*)\}")
_OF_ROW = re.compile(r"(?P<key>.+)-(?P<number>\d{1,4})")


@dataclass(frozen=True)
class Unrolled:
    """A step as it is done; `of` is its key in the catalogue, `row` the cells that it is done for, or None."""

    step: Step
    of: str
    row: Row | None = None


def unrolled(service: Service, answers: Mapping[str, object], *former: Mapping[str, object]) -> tuple[Unrolled, ...]:
    """All steps in the order of the catalogue, those of a table once for each of its rows: `laptop-1`, `laptop-2`.

    Rows that only `former` answers have follow the others. A step of a row waits for the same row's steps; any other
    waits for those of all rows.
    """
    tables = {step.for_each for step in service.steps if step.for_each}
    if not tables:
        return tuple(Unrolled(step, step.key) for step in service.steps)
    rows = {table: _rows(table, answers, *former) for table in tables}
    written = {step.key: step for step in service.steps}
    return tuple(one for step in service.steps for one in _of_step(step, service, written, rows))


def step_of(service: Service, key: str) -> Step | None:
    """The step of the catalogue that a key in a plan is of: `laptop` for `laptop-2`."""
    steps = {step.key: step for step in service.steps}
    found = _OF_ROW.fullmatch(key)
    of_row = steps.get(found["key"]) if found else None
    return steps.get(key) or (of_row if of_row and of_row.for_each else None)


def answer_at(answers: Mapping[str, object], name: str) -> object:
    """The answer to a question, or the cell of a row, which an unrolled step calls `starters.2.start_on`."""
    table, _, cell = name.partition(".")
    if not cell:
        return answers.get(table)
    number, _, column = cell.partition(".")
    return rows_of(table, answers).get(int(number), {}).get(column)


def _rows(table: str, *answers: Mapping[str, object]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    for one in answers:
        found = {**found, **{number: row for number, row in rows_of(table, one).items() if number not in found}}
    return found


def _of_step(
    step: Step, service: Service, written: Mapping[str, Step], rows: Mapping[str, Mapping[int, Row]]
) -> Iterator[Unrolled]:
    if step.for_each is None:
        needs = tuple(need for key in step.needs for need in _all_rows(written.get(key), key, rows))
        yield Unrolled(step.model_copy(update={"needs": needs}), step.key)
        return
    table = service.fields.get(step.for_each)
    for number, row in rows[step.for_each].items():
        yield Unrolled(_for_row(step, table, number, row, written, rows), step.key, row)


def _all_rows(need: Step | None, key: str, rows: Mapping[str, Mapping[int, Row]]) -> Sequence[str]:
    return [f"{key}-{number}" for number in rows[need.for_each]] if need and need.for_each else [key]


def _for_row(
    step: Step,
    table: Field | None,
    number: int,
    row: Row,
    written: Mapping[str, Step],
    rows: Mapping[str, Mapping[int, Row]],
) -> Step:
    def needs(key: str) -> Sequence[str]:
        need = written.get(key)
        return [f"{key}-{number}"] if need and need.for_each == step.for_each else _all_rows(need, key, rows)

    columns = {column.key: column for column in table.columns} if table else {}
    undo = step.undo and step.undo.model_copy(
        update={"title": filled(step.undo.title, columns, row), "detail": _filled(step.undo.detail, columns, row)}
    )
    return step.model_copy(
        update={
            "key": f"{step.key}-{number}",
            "for_each": None,
            "title": filled(step.title, columns, row),
            "neutral_title": filled(step.neutral_title, columns, row),
            "detail": _filled(step.detail, columns, row),
            "needs": tuple(one for key in step.needs for one in needs(key)),
            "undo": undo,
            "redo_when_changed": tuple(_cell_name(name, step.for_each, number) for name in step.redo_when_changed),
        }
    )


def _cell_name(name: str, table: str | None, number: int) -> str:
    return f"{table}.{number}.{name.removeprefix('row.')}" if name.startswith("row.") else name


def filled(text: str, columns: Mapping[str, Field], row: Row) -> str:
    """A title with the row's cells as people read them; what was not answered is a dash."""
    return _filled(text, columns, row)[:LONGEST]


def _filled(text: str, columns: Mapping[str, Field], row: Row) -> str:
    def shown(found: re.Match[str]) -> str:
        column, value = columns.get(found[1]), row.get(found[1])
        return display(column, value) if column is not None and value is not None else "–"

    return PLACE.sub(shown, text)
