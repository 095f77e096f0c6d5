"""Drawings of plans: nothing overlaps, everything is in the picture, and each way goes from left to right."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from spoc.web.drawing.graph import HEIGHT, WIDTH, Graph, Node, graph
from spoc.web.drawing.layers import arrange
from spoc.web.drawing.timeline import LEFT, LETTER, Bar, Flag, Stretch, timeline
from spoc.web.drawing.timeline import WIDTH as LINE_WIDTH

MONDAY = date(2026, 8, 3)
DAYS = [MONDAY + timedelta(days=n) for n in range(60) if n % 7 < 5]
NUMBERS = re.compile(r"-?\d+")


@st.composite
def needs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Steps in an order of their own, each waiting for some of those with a lower number, or for what is not there."""
    size = draw(st.integers(0, 14))
    wanted = {
        f"s{n}": tuple(f"s{need}" for need in draw(st.sets(st.integers(0, n - 1), max_size=4))) if n else ("gone",)
        for n in range(size)
    }
    return {key: wanted[key] for key in draw(st.permutations(list(wanted)))}


def longest(steps: Mapping[str, Sequence[str]], key: str) -> tuple[str, ...]:
    chains = [longest(steps, need) for need in steps[key] if need in steps]
    return (*max(chains, key=len, default=()), key)


def drawn(steps: Mapping[str, Sequence[str]], critical: Sequence[str] = ()) -> Graph:
    return graph([Node(key, f"Step {key}", "IT", tuple(wanted)) for key, wanted in steps.items()], critical)


@given(needs())
def test_no_two_boxes_overlap_and_none_is_outside_the_picture(steps: dict[str, tuple[str, ...]]) -> None:
    found = drawn(steps)
    for one, other in combinations(found.boxes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
    assert all(box.x + WIDTH <= found.width and box.y + HEIGHT <= found.height for box in found.boxes)


@given(needs())
def test_every_need_has_a_way_that_goes_from_left_to_right(steps: dict[str, tuple[str, ...]]) -> None:
    found = drawn(steps)
    known = {(need, key) for key, wanted in steps.items() for need in wanted if need in steps}
    assert len(found.edges) == len(known)
    for edge in found.edges:
        xs = [int(x) for x in NUMBERS.findall(re.sub(r"([MC ])?(-?\d+) (-?\d+)", r" \2", edge.path))]
        assert xs == sorted(xs), edge.path
    boxes = {box.node.key: box for box in found.boxes}
    assert all(boxes[need].x + WIDTH < boxes[key].x for need, key in known)


@given(needs())
def test_the_ways_pass_no_box_of_another_step(steps: dict[str, tuple[str, ...]]) -> None:
    arranged = arrange(steps)
    taken = set(arranged.places.values())
    bends = [place for places in arranged.bends.values() for place in places]
    assert not taken & set(bends)
    assert len(bends) == len(set(bends))


@given(needs())
def test_the_critical_path_runs_along_the_top(steps: dict[str, tuple[str, ...]]) -> None:
    chains = [longest(steps, key) for key in steps]
    critical = max(chains, key=len, default=())
    if len(critical) > 1:
        arranged = arrange(steps, critical)
        assert {arranged.places[key].row for key in critical} == {0}


def test_rows_are_ordered_so_that_ways_do_not_cross_without_need() -> None:
    steps: dict[str, tuple[str, ...]] = {"a": (), "b": (), "c": (), "z": ("a",), "y": ("b",), "x": ("c",)}
    arranged = arrange(steps)
    rows = {key: arranged.places[key].row for key in steps}
    assert [rows["z"], rows["y"], rows["x"]] == [rows["a"], rows["b"], rows["c"]]
    twisted = arrange({"a": (), "b": (), "x": ("b",), "y": ("a",)})
    assert (twisted.places["a"].row < twisted.places["b"].row) == (twisted.places["y"].row < twisted.places["x"].row)


def test_a_step_alone_stands_below_the_others() -> None:
    arranged = arrange({"alone": (), "a": (), "b": ("a",)})
    assert arranged.places["alone"].row > arranged.places["a"].row


def test_a_long_title_is_told_in_two_lines_and_shortened_there() -> None:
    (box,) = graph([Node("a", "Arrange the welcome at the other location for everybody", "IT", ())]).boxes
    assert box.lines == ("Arrange the welcome at", "the other location for…")


def stretch(key: str, first: int, last: int, party: str = "IT", title: str = "Set up the laptop") -> Stretch:
    return Stretch(key, title, party, MONDAY + timedelta(days=first), MONDAY + timedelta(days=last))


def room(bar: Bar) -> tuple[float, float]:
    """From where to where a bar with its words goes; half a letter may be lost to rounding."""
    words = (bar.text_x, bar.text_x + len(bar.text) * LETTER)
    ends = (bar.x, bar.x + bar.width, bar.spare_x or 0, *(() if bar.inside else words))
    return min(ends[0], words[0]) + LETTER / 2, max(ends) - LETTER / 2


@given(
    st.lists(
        st.tuples(st.integers(-9, 70), st.integers(0, 90), st.sampled_from(["IT", "HR"]), st.text("abc ", min_size=1)),
        max_size=12,
    )
)
def test_no_two_bars_of_a_lane_overlap_and_all_are_in_the_picture(rows: list[tuple[int, int, str, str]]) -> None:
    stretches = [
        stretch(str(at), first, first + length, party, title) for at, (first, length, party, title) in enumerate(rows)
    ]
    found = timeline(stretches, DAYS)
    for lane in found.lanes:
        for one, other in combinations(lane.bars, 2):
            (a, b), (c, d) = room(one), room(other)
            assert one.y != other.y or b <= c or d <= a
        assert all(lane.y < bar.y < lane.y + lane.height for bar in lane.bars)
        assert all(bar.x >= LEFT and bar.x + bar.width <= LINE_WIDTH + 0.1 for bar in lane.bars)
    assert sum(len(lane.bars) for lane in found.lanes) == len(stretches)
    assert [lane.y + lane.height for lane in found.lanes][-1:] in ([], [found.height])


def test_a_bar_takes_the_working_days_from_its_first_to_its_last() -> None:
    found = timeline([stretch("week", 0, 4), stretch("weekend", 5, 6), stretch("next", 7, 7)], DAYS)
    day = (LINE_WIDTH - LEFT) / len(DAYS)
    bars = {bar.stretch.key: bar for lane in found.lanes for bar in lane.bars}
    assert (bars["week"].x, bars["week"].width) == (LEFT, round(5 * day, 1))
    assert bars["next"].x == bars["weekend"].x == round(LEFT + 5 * day, 1)


def test_lanes_stand_in_the_order_in_which_they_begin() -> None:
    found = timeline([stretch("b", 9, 9, "HR"), stretch("a", 1, 1, "IT")], DAYS)
    assert [lane.title for lane in found.lanes] == ["IT", "HR"]


def test_a_flag_stands_over_its_day_and_within_the_picture() -> None:
    found = timeline([stretch("a", 0, 0)], DAYS, [Flag(DAYS[-1], "First day, Tue 1 Sep")])
    (pole,) = found.poles
    assert pole.text_x + pole.width <= LINE_WIDTH
    assert pole.x > found.ticks[-1].x


def test_ticks_stand_apart_however_long_the_plan_is() -> None:
    years = [MONDAY + timedelta(days=n) for n in range(1000) if n % 7 < 5]
    for days in (DAYS[:1], DAYS[:7], DAYS, years):
        ticks = [tick.x for tick in timeline([], days).ticks]
        assert all(b - a >= 100 for a, b in pairwise(ticks))
        assert ticks[-1] < LINE_WIDTH
