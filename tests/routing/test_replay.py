from datetime import UTC, datetime, timedelta

from routing.replay import Comparison, Difference, DifferenceKind, Step, compare

NOW = datetime(2026, 8, 3, 8, tzinfo=UTC)


def step(key: str, *, due: int | None = 3, party: str = "IT", title: str = "") -> Step:
    return Step(key, title or key.title(), party, None if due is None else NOW + timedelta(days=due))


def days(a: datetime, b: datetime) -> int:
    return (b - a).days


def compared(before: list[Step], after: list[Step]) -> Comparison:
    return compare(before, after, days)


def test_the_same_steps_are_the_same_whatever_they_are_called() -> None:
    assert compared([step("laptop")], [step("laptop", title="Notebook")]).is_same


def test_new_steps_and_steps_that_are_gone_are_told_with_who_has_them() -> None:
    assert compared([step("keys", party="Facilities")], [step("code")]).differences == (
        Difference(DifferenceKind.ADDED, "code", "Code", after="IT"),
        Difference(DifferenceKind.GONE, "keys", "Keys", before="Facilities"),
    )


def test_another_party_and_another_date_are_two_differences() -> None:
    found = compared([step("laptop", due=3)], [step("laptop", due=5, party="Desk")])
    assert found.differences == (
        Difference(DifferenceKind.ELSEWHERE, "laptop", "Laptop", "IT", "Desk"),
        Difference(DifferenceKind.LATER, "laptop", "Laptop", days=2),
    )
    assert found.end_days == 2


def test_the_end_moves_with_the_last_due_date_and_not_with_any() -> None:
    found = compared([step("a", due=3), step("b", due=9)], [step("a", due=1), step("b", due=9)])
    assert [one.kind for one in found.differences] == [DifferenceKind.EARLIER]
    assert found.end_days == 0


def test_a_step_that_has_no_date_on_one_side_is_not_told_as_moved() -> None:
    found = compared([step("a", due=None)], [step("a", due=3)])
    assert (found.differences, found.end_days) == ((), 0)
