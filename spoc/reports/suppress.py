"""Which figures of a table may not be shown, because few cases over confidential queues stand behind them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

FEWEST_IN_A_CELL: Final = 5


@dataclass(frozen=True)
class Cell:
    """What one figure of a table stands on."""

    cases: int
    confidential: bool


def is_small(cell: Cell) -> bool:
    return cell.confidential and 0 < cell.cases < FEWEST_IN_A_CELL


def suppressed(cells: Mapping[str, Cell]) -> frozenset[str]:
    """Keys of the figures that may not be shown: small ones over confidential queues, and a complementary one.

    Without a second one hidden, the only hidden figure would be the total less the others.
    """
    small = {key for key, cell in cells.items() if is_small(cell)}
    others = sorted((cell.cases, key) for key, cell in cells.items() if key not in small and cell.cases)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return frozenset(small)


def cells(members: Iterable[tuple[str, bool]]) -> dict[str, Cell]:
    """Cells by key, from the key of each case and whether the case is confidential."""
    listed = list(members)
    confidential = {key for key, is_confidential in listed if is_confidential}
    return {key: Cell(many, key in confidential) for key, many in Counter(key for key, _ in listed).items()}
