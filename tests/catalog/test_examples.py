from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.answers import Known, check, named_people
from catalog.document import shipped
from catalog.examples import example, example_here
from catalog.service import Service
from tests.catalog.factories import field, service

TODAY = date(2027, 3, 3)


def test_dates_move_together_ahead_of_today_and_keep_weekday_and_distance() -> None:
    asked = service(
        form=[field("from_on", "date"), field("to_on", "date"), field("name")],
        example={"from_on": "2026-09-01", "to_on": "2026-09-16", "name": "2026-09-01"},
    )
    assert example(asked, TODAY) == {"from_on": "2027-04-06", "to_on": "2027-04-21", "name": "2026-09-01"}


def test_an_instant_moves_into_the_week_that_was() -> None:
    asked = service(form=[field("seen_at", "datetime")], example={"seen_at": "2026-09-01T08:30"})
    assert example(asked, TODAY) == {"seen_at": "2027-03-02T08:30"}


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_first_day_lies_four_to_five_weeks_ahead(today: date) -> None:
    starter = shipped().service("new-starter")
    start_on = date.fromisoformat(str(example(starter, today)["start_on"]))
    assert timedelta(weeks=4) <= start_on - today < timedelta(weeks=5)
    assert start_on.weekday() == date(2026, 9, 1).weekday()
    lost = shipped().service("badge-lost")
    seen = datetime.fromisoformat(str(example(lost, today)["last_seen"]))
    assert timedelta(0) < today - seen.date() <= timedelta(weeks=1)


@pytest.mark.parametrize("asked", shipped().services, ids=lambda asked: asked.key)
def test_a_moved_example_stays_valid(asked: Service) -> None:
    moved = example(asked, TODAY)
    assert check(asked, moved, Known(named_people(asked, moved), frozenset({"berlin", "lyon"})))


def test_an_example_for_here_names_people_and_places_that_exist() -> None:
    asked = service(
        form=[field("boss", "person"), field("place", "location"), field("other", "location"), field("name")],
        example={"boss": "mara@example.com", "place": "paris", "other": "lyon", "name": "Kim"},
    )
    here = example_here(asked, TODAY, "kim@example.com", ["berlin", "lyon"])
    assert here == {"boss": "kim@example.com", "place": "berlin", "other": "lyon", "name": "Kim"}
    assert example_here(asked, TODAY, "kim@example.com", []) == {"boss": "kim@example.com", "name": "Kim"}
