"""Columns and rows for a graph: every need stands left of what waits for it, with few crossings on the way.

The way of Sugiyama: columns by the longest chain of needs, a bend in each column that a long edge passes, then rows by
the mean row of the neighbours, to and fro, of which the arrangement with the fewest crossings is kept.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Final

SWEEPS: Final = 4
Vertex = tuple[str, ...]
"""A step is (key,), a bend (need, key, column)."""
Neighbours = Mapping[Vertex, Sequence[Vertex]]


@dataclass(frozen=True)
class Place:
    column: int
    row: int


@dataclass(frozen=True)
class Arrangement:
    """Where each step stands, and for each edge (need, key) the places it passes in between."""

    places: Mapping[str, Place]
    bends: Mapping[tuple[str, str], tuple[Place, ...]]


def arrange(needs: Mapping[str, Sequence[str]], on_top: Sequence[str] = (), least_columns: int = 4) -> Arrangement:
    """Steps by key with their needs; those that are not among the steps are left out.

    The chain `on_top` runs along the first row. Steps without any edge stand below the others, side by side, in as
    many columns as those have, or `least_columns`.

    Raises:
        graphlib.CycleError: the needs go in a circle.
    """
    known = {key: [need for need in dict.fromkeys(wanted) if need in needs] for key, wanted in needs.items()}
    edges = [(need, key) for key, wanted in known.items() for need in wanted]
    linked = {key for edge in edges for key in edge}
    columns = _columns(known)
    chains = {edge: _chain(*edge, columns) for edge in edges}
    top = {(key,) for key in on_top} | {bend for edge in pairwise(on_top) for bend in chains.get(edge, ())}
    levels = _levels([(key,) for key in needs if key in linked], chains.values(), columns, top)
    before, after = _neighbours(chains.values())
    rows = _rows(_untangled(levels, before, after, top), before, top)
    width = max(len(levels), least_columns)
    lone = [key for key in needs if key not in linked]
    return Arrangement(
        {key: Place(columns[key], rows[(key,)]) for key in needs if key in linked} | _below(lone, rows, width),
        {edge: tuple(Place(int(bend[2]), rows[bend]) for bend in chain[1:-1]) for edge, chain in chains.items()},
    )


def _columns(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for key in TopologicalSorter(needs).static_order():
        columns[key] = max((columns[need] + 1 for need in needs[key]), default=0)
    return columns


def _chain(need: str, key: str, columns: Mapping[str, int]) -> tuple[Vertex, ...]:
    between = range(columns[need] + 1, columns[key])
    return ((need,), *((need, key, str(column)) for column in between), (key,))


def _column(vertex: Vertex, columns: Mapping[str, int]) -> int:
    return columns[vertex[0]] if len(vertex) == 1 else int(vertex[2])


def _levels(
    steps: Iterable[Vertex], chains: Iterable[Sequence[Vertex]], columns: Mapping[str, int], top: set[Vertex]
) -> list[list[Vertex]]:
    """The vertices of each column in the order given, those on top first."""
    found: dict[int, list[Vertex]] = defaultdict(list)
    for vertex in (*steps, *(bend for chain in chains for bend in chain[1:-1])):
        found[_column(vertex, columns)].append(vertex)
    return [sorted(found[column], key=lambda vertex: vertex not in top) for column in sorted(found)]


def _neighbours(chains: Iterable[Sequence[Vertex]]) -> tuple[Neighbours, Neighbours]:
    before: dict[Vertex, list[Vertex]] = defaultdict(list)
    after: dict[Vertex, list[Vertex]] = defaultdict(list)
    for chain in chains:
        for left, right in pairwise(chain):
            before[right].append(left)
            after[left].append(right)
    return before, after


def _untangled(
    levels: list[list[Vertex]], before: Neighbours, after: Neighbours, top: set[Vertex]
) -> list[list[Vertex]]:
    def passes() -> Iterator[list[list[Vertex]]]:
        current = levels
        yield current
        for _ in range(SWEEPS):
            current = _swept(current, before, top)
            yield current
            current = _swept(current[::-1], after, top)[::-1]
            yield current

    return min(passes(), key=lambda current: crossings(current, after))


def _swept(levels: Sequence[Sequence[Vertex]], neighbours: Neighbours, top: set[Vertex]) -> list[list[Vertex]]:
    """Each level ordered by the mean place of its neighbours in the one before it; who has none keeps their own."""
    swept: list[list[Vertex]] = []
    for level in levels:
        swept.append(_ordered(level, swept[-1] if swept else (), neighbours, top))
    return swept


def _ordered(
    level: Sequence[Vertex], earlier: Sequence[Vertex], neighbours: Neighbours, top: set[Vertex]
) -> list[Vertex]:
    places = {vertex: at for at, vertex in enumerate(earlier)}
    means = [_mean([places[one] for one in neighbours.get(vertex, ()) if one in places]) for vertex in level]
    wanted = {vertex: at if mean is None else mean for at, (vertex, mean) in enumerate(zip(level, means, strict=True))}
    return sorted(level, key=lambda vertex: (vertex not in top, wanted[vertex]))


def _mean(numbers: Sequence[int]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None


def crossings(levels: Sequence[Sequence[Vertex]], after: Neighbours) -> int:
    """How often two edges between neighbouring levels cross."""
    count = 0
    for left, right in pairwise(levels):
        place = {vertex: at for at, vertex in enumerate(right)}
        seen: list[int] = []
        for vertex in left:
            ends = sorted(place[one] for one in after.get(vertex, ()))
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _rows(levels: Sequence[Sequence[Vertex]], before: Neighbours, top: set[Vertex]) -> dict[Vertex, int]:
    """Beside what it needs where there is room, else below its neighbour."""
    rows: dict[Vertex, int] = {}
    for level in levels:
        free = 0
        for vertex in level:
            mean = _mean([rows[one] for one in before.get(vertex, ())])
            rows[vertex] = 0 if vertex in top else max(free, round(mean or 0))
            free = rows[vertex] + 1
    return rows


def _below(lone: Sequence[str], rows: Mapping[Vertex, int], width: int) -> dict[str, Place]:
    first = max(rows.values(), default=-1) + 1
    return {key: Place(at % width, first + at // width) for at, key in enumerate(lone)}
