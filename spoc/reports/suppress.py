"""Which figures of a table may not be shown, because few cases over confidential queues stand behind them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from spoc.reports.measures import Judged
from spoc.reports.opening import Opening, VerdictKind
from spoc.reports.touches import Touch

FEWEST_IN_A_CELL: Final = 5


@dataclass(frozen=True)
class Cell:
    """What one figure of a table stands on."""

    cases: int
    confidential: bool


def is_small(cell: Cell) -> bool:
    return cell.confidential and 0 < cell.cases < FEWEST_IN_A_CELL


Row = tuple[Cell, ...]
"""What the figures of one row of a table stand on; the first cell is the row as a whole."""

Key = TypeVar("Key", bound=str)


def may_show(row: Iterable[Cell]) -> bool:
    return not any(is_small(cell) for cell in row)


def suppressed(rows: Mapping[Key, Row]) -> frozenset[Key]:
    """Keys of the rows not to be shown: those with a small cell over confidential queues, and a complementary one.

    Without a second one hidden, the only hidden row would be the total less the others.
    """
    small = {key for key, row in rows.items() if not may_show(row)}
    others = sorted((row[0].cases, key) for key, row in rows.items() if key not in small and row[0].cases)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return frozenset(small)


def of_judged(judged: Sequence[Judged]) -> Row:
    """Every denominator over these openings: all of them, the decided, the eligible, the decided eligible ones."""
    decided = [one for one in judged if one.verdict.kind is not VerdictKind.PENDING]
    parts = (judged, decided, _eligible(judged), _eligible(decided))
    return tuple(of_openings(one.opening for one in part)[0] for part in parts)


def _eligible(judged: Iterable[Judged]) -> list[Judged]:
    return [one for one in judged if one.opening.eligible]


def of_openings(openings: Iterable[Opening]) -> Row:
    return (_cell(one.confidential for one in openings),)


def of_touches(touches: Iterable[Touch]) -> Row:
    return (_cell(one.confidential for one in touches),)


def _cell(confidential: Iterable[bool]) -> Cell:
    """A cell is confidential if one of its cases is."""
    listed = list(confidential)
    return Cell(len(listed), any(listed))
