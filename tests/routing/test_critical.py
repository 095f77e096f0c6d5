from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.critical import CriticalPath, Span, critical_path, spans
from routing.work import Placement, TaskState

NOW = datetime(2026, 8, 3, 8, tzinfo=UTC)


def at(day: int) -> datetime:
    return NOW + timedelta(days=day)


def placed(key: str, *needs: str, opens: int | None = None, due: int | None = None) -> Placement:
    opens_at = None if opens is None else at(opens)
    return Placement(key, "it", None, TaskState.WAITING, opens_at, None if due is None else at(due), needs, ())


def path_of(*placements: Placement, by: int | None = None) -> CriticalPath:
    return critical_path(spans(placements, NOW), None if by is None else at(by))


def days(path: CriticalPath) -> dict[str, int]:
    return {key: (latest - NOW).days for key, latest in path.latest.items()}


def test_a_work_is_under_way_from_when_what_it_needs_is_due_and_its_date_has_come() -> None:
    found = spans([placed("a", due=3), placed("b", "a", opens=2, due=5), placed("c", "b", opens=8, due=9)], NOW)
    assert [(one.key, one.begins_at, one.ends_at) for one in found] == [
        ("a", NOW, at(3)),
        ("b", at(3), at(5)),
        ("c", at(8), at(9)),
    ]


def test_a_work_without_a_due_date_or_due_too_early_ends_when_it_begins() -> None:
    found = spans([placed("a", opens=4), placed("b", "a", due=1)], NOW)
    assert [(one.begins_at, one.ends_at) for one in found] == [(at(4), at(4)), (at(4), at(4))]


def test_a_need_outside_the_plan_holds_up_nothing() -> None:
    (found,) = spans([placed("b", "elsewhere", due=2)], NOW)
    assert (found.needs, found.begins_at) == ((), NOW)


def test_the_path_goes_back_from_the_last_end_by_the_need_that_ends_last() -> None:
    path = path_of(
        placed("contract", due=4),
        placed("order", due=2),
        placed("accounts", "contract", due=6),
        placed("set-up", "order", "accounts", due=8),
        placed("desk", due=7),
    )
    assert path.keys == ("contract", "accounts", "set-up")
    assert path.ends_at == at(8)


def test_of_chains_that_end_alike_the_one_of_most_works_decides() -> None:
    path = path_of(placed("alone", due=8), placed("first", due=2), placed("then", "first", due=8))
    assert path.keys == ("first", "then")


def test_what_nothing_waits_for_may_take_until_the_end() -> None:
    path = path_of(placed("short", due=2), placed("long", due=9))
    assert days(path) == {"short": 9, "long": 9}


def test_a_need_may_take_until_the_one_that_waits_for_it_has_to_begin() -> None:
    path = path_of(placed("a", due=2), placed("b", "a", opens=5, due=6), placed("end", due=9))
    assert days(path) == {"a": 8, "b": 9, "end": 9}


def test_the_date_that_all_is_about_decides_and_what_comes_after_it_does_not() -> None:
    path = path_of(placed("set-up", due=4), placed("check-in", opens=30, due=35), by=6)
    assert path.keys == ("set-up",)
    assert days(path) == {"set-up": 6, "check-in": 35}


def test_where_nothing_ends_by_that_date_the_whole_plan_decides() -> None:
    assert path_of(placed("a", due=4), by=1).keys == ("a",)


def test_a_plan_without_work_has_no_path() -> None:
    with pytest.raises(ValueError, match="empty"):
        critical_path([])


@st.composite
def plans(draw: st.DrawFn) -> Sequence[Placement]:
    size = draw(st.integers(1, 12))
    day = st.none() | st.integers(-3, 40)
    return [
        placed(
            str(n),
            *(str(need) for need in draw(st.sets(st.integers(0, n - 1), max_size=3))) if n else (),
            opens=draw(day),
            due=draw(day),
        )
        for n in range(size)
    ]


@given(plans(), st.none() | st.integers(0, 40))
def test_the_path_is_a_chain_of_needs_and_nobody_has_less_than_nothing_to_spare(
    placements: Sequence[Placement], by: int | None
) -> None:
    plan = spans(placements, NOW)
    path = critical_path(plan, None if by is None else at(by))
    by_key: dict[str, Span] = {span.key: span for span in plan}
    assert all(need in by_key[key].needs for need, key in zip(path.keys, path.keys[1:], strict=False))
    assert by_key[path.keys[0]].needs == ()
    assert path.ends_at == by_key[path.keys[-1]].ends_at
    assert all(path.latest[key] >= span.ends_at for key, span in by_key.items())


@given(plans())
def test_taking_all_there_is_to_spare_moves_no_end(placements: Sequence[Placement]) -> None:
    plan = spans(placements, NOW)
    path = critical_path(plan)
    end = max(span.ends_at for span in plan)
    for late in plan:
        delay = path.latest[late.key] - late.ends_at
        ends: dict[str, datetime] = {}
        for span in plan:  # needs stand before what waits for them
            begins_at = max([span.begins_at, *(ends[need] for need in span.needs)])
            ends[span.key] = (
                begins_at + (span.ends_at - span.begins_at) + (delay if span.key == late.key else timedelta())
            )
        assert max(ends.values()) <= end
