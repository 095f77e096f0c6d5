from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.courses import Course, Happened, course_of_ask, course_of_response, course_of_task
from routing.targets import Pause, Target, due_with_pauses, missed_at, target_of_ask, target_of_task
from tests.routing.strategies import always, office

NINE = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return NINE + hours * HOUR


def test_the_first_words_of_an_agent_are_the_response_and_a_mail_by_itself_is_none() -> None:
    events = [Happened("opened", at(0), 1), Happened("message", at(1)), Happened("message", at(2), answers=True)]

    assert course_of_response(events[:2], 1) == Course(())
    assert course_of_response(events, 1) == Course((), at(2), met=True)


@pytest.mark.parametrize(("kind", "met"), [("ask_resolved", True), ("ask_cancelled", False)])
def test_an_ask_that_ends_before_an_answer_ends_that_promise_too(kind: str, met: bool) -> None:
    assert course_of_response([Happened(kind, at(1), 1)], 1) == Course((), at(1), met=met)
    assert course_of_response([Happened(kind, at(1), 2)], 1) == Course(())


def test_an_ask_stands_still_while_only_the_requester_can_go_on() -> None:
    events = [
        Happened("waiting_for_requester", at(1)),
        Happened("in_work_again", at(3)),
        Happened("waiting_for_requester", at(4)),
    ]

    assert course_of_ask(events, 1).pauses == (Pause(at(1), at(3)), Pause(at(4), None))
    ended = [*events, Happened("ask_resolved", at(6), 1), Happened("resolved", at(6))]
    assert course_of_ask(ended, 1) == Course((Pause(at(1), at(3)), Pause(at(4), at(6))), at(6), met=True)


def test_a_task_stands_still_for_the_requester_only_and_ends_with_its_queue() -> None:
    held = Happened("held", at(1), 1, 7, "vendor"), Happened("resumed", at(2), 1, 7)
    asked = Happened("held", at(3), 1, 7, "requester"), Happened("held", at(3.5), 1, 8, "requester")
    over = Happened("handed_off", at(4), 1, 7)

    assert course_of_task([*held, *asked], 7, at(0)).pauses == (Pause(at(3), None),)
    assert course_of_task([*held, *asked, over], 7, at(0)) == Course((Pause(at(3), at(4)),), at(4), met=False)
    assert course_of_task([*held, *asked, over], 7, at(4)) == Course(())
    done = [over, Happened("finished", at(5), 1, 7)]
    assert course_of_task(done, 7, at(4)) == Course((), at(5), met=True)


def test_a_pause_moves_the_deadline_and_one_that_begins_too_late_does_not() -> None:
    calendar = office()

    assert due_with_pauses(NINE, 120, (), calendar) == (at(2), False)
    assert due_with_pauses(NINE, 120, (Pause(at(1), at(4)),), calendar) == (at(5), False)
    assert due_with_pauses(NINE, 120, (Pause(at(3), at(4)),), calendar) == (at(2), False)
    assert due_with_pauses(NINE, 120, (Pause(at(1), None),), calendar) == (at(2), True)
    assert due_with_pauses(NINE, 120, (Pause(at(3), None),), calendar) == (at(2), False)


@pytest.mark.parametrize(
    ("ended", "now", "paused", "missed"),
    [
        (None, 2, False, False),
        (None, 2.1, False, True),
        (None, 9, True, False),
        (2, 9, False, False),
        (2.1, 9, False, True),
    ],
)
def test_a_promise_is_broken_at_its_due_instant_whenever_that_is_seen(
    ended: float | None,
    now: float,
    paused: bool,
    missed: bool,
) -> None:
    found = missed_at(at(2), at(ended) if ended is not None else None, at(now), paused=paused)

    assert found == (at(2) if missed else None)


def test_the_nearest_target_counts() -> None:
    any_, urgent = Target(60), Target(50, priority="urgent")
    leaver, both = Target(40, service="leaver"), Target(30, service="leaver", priority="urgent")
    it, it_urgent = Target(20, queue="it"), Target(10, queue="it", priority="urgent")
    targets = [any_, it, urgent, leaver, it_urgent, both]

    assert target_of_ask(targets, "move", "low") is any_
    assert target_of_ask(targets, "move", "urgent") is urgent
    assert target_of_ask(targets, "leaver", "low") is leaver
    assert target_of_ask(targets, "leaver", "urgent") is both
    assert target_of_task(targets, "it", "urgent") is it_urgent
    assert target_of_task(targets, "it", "low") is it
    assert target_of_task(targets, "hr", "low") is None
    assert target_of_ask([it], "move", "low") is None


TURNS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=8)


@given(TURNS, st.integers(1, 300))
def test_pauses_only_ever_move_the_deadline_back(turns: list[tuple[int, bool]], minutes: int) -> None:
    calendar = always(office().week[0])
    events = [
        Happened("waiting_for_requester" if stops else "in_work_again", at(hours))
        for hours, stops in sorted(turns, key=lambda turn: turn[0])
    ]

    due_at, _ = due_with_pauses(NINE, minutes, course_of_ask(events, 1).pauses, calendar)

    assert due_at >= due_with_pauses(NINE, minutes, (), calendar)[0]
