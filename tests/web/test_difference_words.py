"""How the page of a difference says when a task is due and opens."""

from datetime import UTC, datetime

import pytest

from spoc.desk.amending.difference import Difference, TaskChange
from spoc.desk.amending.lines import Change
from spoc.web.formats import View
from spoc.web.ticket.difference_view import difference_values

VIEW = View("en", "Europe/Berlin", datetime(2026, 8, 13, 9, 0, tzinfo=UTC))
MONDAY, FRIDAY = (datetime(2026, 9, day, 16, 0, tzinfo=UTC) for day in (14, 18))


@pytest.mark.parametrize(
    ("due", "opens", "words"),
    [
        ((MONDAY, FRIDAY), (None, None), "Mon 14 Sep → Fri 18 Sep"),
        ((MONDAY, MONDAY), (MONDAY, FRIDAY), "opens Mon 14 Sep 18:00 → Fri 18 Sep 18:00"),
        ((MONDAY, FRIDAY), (None, MONDAY), "Mon 14 Sep → Fri 18 Sep · opens – → Mon 14 Sep 18:00"),
        ((FRIDAY, FRIDAY), (None, None), "Fri 18 Sep"),
    ],
)
def test_of_a_task_that_moves_each_date_that_is_another_is_told(
    due: tuple[datetime, datetime], opens: tuple[datetime | None, datetime | None], words: str
) -> None:
    task = TaskChange(Change.MOVED, "keys", "Keys", "it", "IT", "IT", *due, *opens, "", is_done=False, frees_at=None)
    shown = difference_values(Difference("T-000001", False, False, (), (task,), ""), VIEW)

    assert [line.when for group in shown["groups"] for line in group.lines] == [words]
