"""How the log of a ticket is told: what people said stands out, changes beside it are folded by day."""

from datetime import UTC, datetime, timedelta

from spoc.web.formats import View
from spoc.web.ticket.happened import Entry, folded

NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)
VIEW = View("en", "Europe/Berlin", NOON)


def changes(count: int, since: datetime) -> list[Entry]:
    return [Entry(since + timedelta(minutes=n), line=f"change {n}") for n in range(count)]


def test_many_changes_of_a_day_are_one_entry_that_keeps_when_each_was_made() -> None:
    made = changes(4, NOON)
    assert folded(made, VIEW) == [Entry(NOON, folded=tuple(made))]


def test_few_changes_stand_for_themselves() -> None:
    made = changes(3, NOON)
    assert folded(made, VIEW) == made


def test_the_reader_s_midnight_parts_two_folds() -> None:
    made = changes(8, datetime(2026, 8, 3, 21, 56, tzinfo=UTC))
    assert [one.folded for one in folded(made, VIEW)] == [tuple(made[:4]), tuple(made[4:])]
