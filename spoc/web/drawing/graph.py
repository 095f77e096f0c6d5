"""The graph of a plan in coordinates: boxes from left to right, and the ways between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import Final

from spoc.web.drawing.layers import Place, arrange

WIDTH, HEIGHT = 216, 64
GAP_X, GAP_Y = 42, 14
EDGE: Final = 3  # room for the thickest frame
IN_A_LINE, IN_A_NOTE, LINES = 24, 28, 2


@dataclass(frozen=True)
class Node:
    """One step. `note` says who and when; `mark` is "", "late", "soon" or "conf"; `state` as in parts/state.html."""

    key: str
    title: str
    note: str
    needs: tuple[str, ...]
    state: str = "waiting"
    mark: str = ""


@dataclass(frozen=True)
class Box:
    """`lines` are the title as far as there is room for it."""

    node: Node
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    note: str
    critical: bool


@dataclass(frozen=True)
class Edge:
    """`path` and `tip` are SVG path data."""

    path: str
    tip: str
    critical: bool


@dataclass(frozen=True)
class Graph:
    """`edges` in the order to draw them in: the critical ones last, on top."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def graph(nodes: Sequence[Node], critical: Sequence[str] = ()) -> Graph:
    """The steps with their needs; the chain of `critical` keys runs along the top.

    Raises:
        graphlib.CycleError: the needs go in a circle.
    """
    arranged = arrange({node.key: node.needs for node in nodes}, critical)
    chain = set(pairwise(critical))
    boxes = tuple(_box(node, arranged.places[node.key], node.key in critical) for node in nodes)
    edges = (
        _edge(arranged.places[a], bends, arranged.places[b], (a, b) in chain)
        for (a, b), bends in arranged.bends.items()
    )
    places = (*arranged.places.values(), *(place for bends in arranged.bends.values() for place in bends))
    return Graph(
        _x(max((place.column for place in places), default=0)) + WIDTH + EDGE,
        _y(max((place.row for place in places), default=0)) + HEIGHT + EDGE,
        boxes,
        tuple(sorted(edges, key=lambda edge: edge.critical)),
    )


def _x(column: int) -> int:
    return EDGE + column * (WIDTH + GAP_X)


def _y(row: int) -> int:
    return EDGE + row * (HEIGHT + GAP_Y)


def _box(node: Node, place: Place, critical: bool) -> Box:  # noqa: FBT001 - two facts of one box
    lines = tuple(wrap(node.title, IN_A_LINE, max_lines=LINES, placeholder="…"))
    return Box(node, _x(place.column), _y(place.row), WIDTH, HEIGHT, lines, shortened(node.note, IN_A_NOTE), critical)


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip(' ,')}…"


def _edge(start: Place, bends: Sequence[Place], end: Place, critical: bool) -> Edge:  # noqa: FBT001 - as above
    """A curve through each gap between columns, and straight through the columns that it passes."""
    x, y = _x(start.column) + WIDTH, _middle(start)
    path = f"M{x} {y}"
    for place in (*bends, end):
        to_x, to_y = _x(place.column), _middle(place)
        half = (x + to_x) // 2
        path += f"C{half} {y} {half} {to_y} {to_x} {to_y}"
        x, y = to_x, to_y
        if place is not end:
            x += WIDTH
            path += f"H{x}"
    return Edge(path, f"M{x - 7} {y - 4}L{x - 1} {y}L{x - 7} {y + 4}", critical)


def _middle(place: Place) -> int:
    return _y(place.row) + HEIGHT // 2
