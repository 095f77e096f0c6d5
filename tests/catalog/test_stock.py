"""What there is of a kind, as whoever asks for one is told."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from catalog.stock import Availability, Piece, availability

TODAY = date(2026, 8, 13)
SOON = TODAY + timedelta(days=32)
PIECES = some.lists(
    some.builds(
        Piece,
        some.sampled_from(("berlin", "lyon", "oslo")),
        some.booleans(),
        some.none() | some.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9)),
        some.integers(1, 5),
    )
)


def test_nothing_is_said_of_a_kind_of_which_there_is_nothing() -> None:
    assert availability([], "berlin", TODAY) is None


def test_those_at_the_place_are_told_apart_from_those_elsewhere_the_most_first() -> None:
    pieces = [Piece("lyon", free=True), Piece("oslo", free=True, number=2), Piece("berlin", free=True, number=3)]
    assert availability(pieces, "berlin", TODAY) == Availability(3, {"oslo": 2, "lyon": 1})


def test_without_a_place_everything_is_elsewhere() -> None:
    assert availability([Piece("lyon", free=True)], None, TODAY) == Availability(0, {"lyon": 1})


def test_a_day_is_told_only_when_nothing_is_free_anywhere() -> None:
    taken = Piece("berlin", free=False, until=SOON)
    assert availability([taken], "berlin", TODAY) == Availability(0, {}, SOON)
    assert availability([taken, Piece("lyon", free=True)], "berlin", TODAY) == Availability(0, {"lyon": 1})


def test_the_first_day_at_the_place_stands_before_an_earlier_one_elsewhere() -> None:
    pieces = [Piece("berlin", free=False, until=SOON), Piece("lyon", free=False, until=TODAY)]
    assert availability(pieces, "berlin", TODAY) == Availability(0, {}, SOON)
    assert availability(pieces, "oslo", TODAY) == Availability(0, {}, TODAY)


def test_what_should_have_been_back_before_today_promises_nothing() -> None:
    late = Piece("berlin", free=False, until=TODAY - timedelta(days=1))
    assert availability([late], "berlin", TODAY) == Availability(0, {})


@given(PIECES, some.sampled_from(("berlin", "lyon", None)))
def test_every_free_piece_is_counted_once_and_no_day_lies_behind(pieces: list[Piece], location: str | None) -> None:
    found = availability(pieces, location, TODAY)
    assert (found is None) == (not pieces)
    if found is not None:
        assert found.free == sum(piece.number for piece in pieces if piece.free)
        assert found.until is None or (found.until >= TODAY and not found.free)
