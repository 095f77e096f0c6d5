"""The timeline of a plan in coordinates: a lane for each party, a bar for each step, an axis of working days."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from spoc.web.drawing.graph import shortened

WIDTH: Final = 1006
LEFT: Final = 168  # the lanes' names stand before it
IN_A_NAME: Final = 23
ROW, BAR, AXIS = 30, 22, 30
LEAST_BAR: Final = 8
LETTER: Final = 6.7  # a letter of 12 px text, on the wide side of the mean
MOST_TICKS, LEAST_TICK = 8, 102.0
FLAG: Final = 20


@dataclass(frozen=True)
class Stretch:
    """One step in the lane of its party: from one day to another, both included; spare until the last named."""

    key: str
    title: str
    party: str
    first_on: date
    last_on: date
    spare_on: date | None = None
    critical: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Flag:
    """A day that stands over all lanes, with its words."""

    on: date
    text: str


@dataclass(frozen=True)
class Bar:
    """`text_x` is where the words stand: in the bar if there is room, else beside it. `spare_x` ends a dashed line."""

    stretch: Stretch
    x: float
    y: float
    width: float
    text: str
    text_x: float
    inside: bool
    spare_x: float | None


@dataclass(frozen=True)
class Lane:
    title: str
    y: float
    height: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Tick:
    on: date
    x: float


@dataclass(frozen=True)
class Pole:
    """A flag in its place: `x` is its day, `text_x` where the box with its words begins."""

    flag: Flag
    x: float
    text_x: float
    width: float


@dataclass(frozen=True)
class Timeline:
    width: int
    height: float
    ticks: tuple[Tick, ...]
    poles: tuple[Pole, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class _Shape:
    """A bar before it has a row; it takes up the room from `left` to `right` with its words."""

    stretch: Stretch
    x: float
    width: float
    text: str
    text_x: float
    inside: bool
    spare_x: float | None
    left: float
    right: float


def timeline(stretches: Sequence[Stretch], days: Sequence[date], flags: Sequence[Flag] = ()) -> Timeline:
    """Lanes in the order in which their first step begins. `days` are the days of the axis, in order.

    A stretch before the first day or behind the last is drawn at that edge, so that nothing is out of sight.
    """
    scale = _Scale(tuple(days))
    by_party: dict[str, list[Stretch]] = {}
    for stretch in sorted(stretches, key=lambda one: (one.first_on, one.last_on)):
        by_party.setdefault(stretch.party, []).append(stretch)
    top = AXIS + (FLAG if flags else 0)
    lanes = tuple(_lanes(by_party, scale, float(top)))
    height = lanes[-1].y + lanes[-1].height if lanes else float(top)
    return Timeline(WIDTH, height, scale.ticks(), tuple(_pole(flag, scale) for flag in flags), lanes)


@dataclass(frozen=True)
class _Scale:
    days: tuple[date, ...]

    @property
    def day(self) -> float:
        """The width of one day."""
        return (WIDTH - LEFT) / max(len(self.days), 1)

    def start(self, on: date) -> float:
        return LEFT + min(bisect_left(self.days, on), max(len(self.days) - 1, 0)) * self.day

    def end(self, on: date) -> float:
        return LEFT + bisect_right(self.days, on) * self.day

    def ticks(self) -> tuple[Tick, ...]:
        """The first day of each week, or of every second, third … where weeks stand too close."""
        weeks = {day.isocalendar()[:2]: day for day in reversed(self.days)}
        firsts = sorted(weeks.values())
        room = max(1, min(MOST_TICKS, int((WIDTH - LEFT) / LEAST_TICK)))
        kept = firsts[:: -(-len(firsts) // room)] if firsts else []
        placed = [Tick(day, round(self.start(day), 1)) for day in kept]
        spaced = [tick for at, tick in enumerate(placed) if at == 0 or tick.x - placed[at - 1].x >= LEAST_TICK]
        return tuple(tick for tick in spaced if tick.x + LEAST_TICK <= WIDTH)


def _lanes(by_party: Mapping[str, Sequence[Stretch]], scale: _Scale, y: float) -> Iterable[Lane]:
    for party, stretches in by_party.items():
        rows = _packed([_shape(stretch, scale) for stretch in stretches])
        bars = tuple(_bar(shape, y + 6 + at * ROW) for at, row in enumerate(rows) for shape in row)
        height = len(rows) * ROW + 8
        yield Lane(shortened(party, IN_A_NAME), y, height, bars)
        y += height


def _packed(shapes: Iterable[_Shape]) -> list[list[_Shape]]:
    """Rows in which nothing overlaps; each shape in the first that has room behind its last."""
    rows: list[list[_Shape]] = []
    for shape in sorted(shapes, key=lambda one: one.left):
        row = next((row for row in rows if row[-1].right + 6 <= shape.left), None)
        if row is None:
            rows.append(row := [])
        row.append(shape)
    return rows


def _shape(stretch: Stretch, scale: _Scale) -> _Shape:
    x = min(scale.start(stretch.first_on), WIDTH - LEAST_BAR)
    width = min(max(scale.end(stretch.last_on) - x, LEAST_BAR), WIDTH - x)
    spare_x = scale.end(stretch.spare_on) if stretch.spare_on else x + width
    end = max(x + width, spare_x)
    text, text_x, inside = _words(stretch.title, x, width, end)
    said = text_x + len(text) * LETTER
    right = end if inside else max(end, said)
    return _Shape(stretch, x, width, text, text_x, inside, end if end > x + width else None, min(x, text_x), right)


def _words(title: str, x: float, width: float, end: float) -> tuple[str, float, bool]:
    """The title in the bar, behind it, or before it, wherever it first fits; else shortened on the roomier side."""
    needed = len(title) * LETTER
    if needed + 14 <= width:
        return title, x + 7, True
    if end + 6 + needed <= WIDTH:
        return title, end + 6, False
    if x - 6 - needed >= LEFT:
        return title, x - 6 - needed, False
    if width > max(WIDTH - end, x - LEFT):
        return shortened(title, max(int((width - 14) / LETTER), 1)), x + 7, True
    if WIDTH - end >= x - LEFT:
        return shortened(title, max(int((WIDTH - end - 6) / LETTER), 1)), end + 6, False
    text = shortened(title, max(int((x - LEFT - 6) / LETTER), 1))
    return text, x - 6 - len(text) * LETTER, False


def _bar(shape: _Shape, y: float) -> Bar:
    spare_x = None if shape.spare_x is None else round(shape.spare_x, 1)
    x, width, text_x = round(shape.x, 1), round(shape.width, 1), round(shape.text_x, 1)
    return Bar(shape.stretch, x, y, width, shape.text, text_x, shape.inside, spare_x)


def _pole(flag: Flag, scale: _Scale) -> Pole:
    x, width = scale.start(flag.on), len(flag.text) * LETTER + 14
    return Pole(flag, round(x, 1), round(min(max(x - width / 2, 0.0), WIDTH - width), 1), round(width, 1))
