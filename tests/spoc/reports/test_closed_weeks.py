"""Which weeks a correction touches: those of the contact, and of every opening whose verdict it can still change."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from routing.work import ContactKind, LeftOutAs, RepeatCause
from spoc.db.contacts import ContactRow
from spoc.db.tickets import AskRow
from spoc.desk.corrections import correct_kind
from spoc.desk.leaving_out import leave_out
from spoc.errors import NotAllowed
from spoc.reports.restating.stating import state_weeks
from tests.spoc.reports.past import MINUTE, MONDAY, Past
from tests.spoc.reports.test_restatements import CLOSES, DAY, reference
from tests.world import World

WEEK = timedelta(days=7)
SUNDAY = MONDAY + 6 * DAY


@pytest.fixture
def past(world: World) -> Past:
    return Past(world)


def chased(past: Past, ask: AskRow, at: datetime, direction: str = "in") -> ContactRow:
    past.contact(ask, ContactKind.REPEAT, at, cause=RepeatCause.CHASED, direction=direction)
    return past.session.scalars(select(ContactRow).order_by(ContactRow.id.desc()).limit(1)).one()


def correct(past: Past, ask: AskRow, contact: ContactRow, at: datetime, who: str = "agent.desk") -> None:
    given = (reference(past, ask), contact.public_id, at)
    correct_kind(past.session, past.world.actor(who), *given, kind=ContactKind.THANKS)


def leave(past: Past, ask: AskRow, at: datetime, who: str = "agent.desk") -> None:
    given = (reference(past, ask), ask.public_id, at)
    leave_out(past.session, past.world.actor(who), *given, reason=LeftOutAs.SPAM)


def long_watched(past: Past) -> AskRow:
    """Of a week that is not closed yet when the next one is stated, in which something else was asked."""
    past.opening(at=MONDAY + WEEK, resolved_at=MONDAY + WEEK + MINUTE)
    return past.opening(repeat_window_days=30)


def test_a_contact_in_a_closed_week_is_corrected_by_a_lead_though_its_request_lies_in_an_open_one(past: Past) -> None:
    ask = long_watched(past)
    contact = chased(past, ask, MONDAY + WEEK)
    assert state_weeks(past.session, CLOSES + WEEK) == 1
    with pytest.raises(NotAllowed, match="closed"):
        correct(past, ask, contact, CLOSES + WEEK)
    correct(past, ask, contact, CLOSES + WEEK, "lead")
    assert contact.kind is ContactKind.THANKS


def test_a_contact_after_the_window_of_a_request_of_a_closed_week_is_corrected_by_the_desk(past: Past) -> None:
    ask = past.opening()
    contact = chased(past, ask, MONDAY + WEEK + 21 * MINUTE)
    assert state_weeks(past.session, CLOSES) == 1
    correct(past, ask, contact, CLOSES)
    assert contact.kind is ContactKind.THANKS


def test_a_contact_inside_the_window_of_a_request_of_a_closed_week_is_corrected_by_a_lead(past: Past) -> None:
    ask = past.opening(at=SUNDAY, resolved_at=SUNDAY + 20 * MINUTE)
    contact = chased(past, ask, SUNDAY + WEEK)
    assert state_weeks(past.session, CLOSES) == 1
    with pytest.raises(NotAllowed, match="closed"):
        correct(past, ask, contact, CLOSES)


def test_what_the_desk_sent_counts_in_no_week(past: Past) -> None:
    ask = past.opening()
    contact = chased(past, ask, MONDAY + DAY, direction="out")
    assert state_weeks(past.session, CLOSES) == 1
    correct(past, ask, contact, CLOSES)


def test_a_request_of_an_open_week_with_a_contact_in_a_closed_one_is_left_out_by_a_lead(past: Past) -> None:
    ask = long_watched(past)
    chased(past, ask, MONDAY + WEEK)
    assert state_weeks(past.session, CLOSES + WEEK) == 1
    with pytest.raises(NotAllowed, match="closed"):
        leave(past, ask, CLOSES + WEEK)


def test_a_request_that_spoils_or_is_spoilt_by_one_of_a_closed_week_is_left_out_by_a_lead(past: Past) -> None:
    first = past.opening(at=SUNDAY, resolved_at=SUNDAY + 20 * MINUTE)
    later = SUNDAY + 2 * DAY
    again = past.opening(at=later, resolved_at=later + MINUTE, same_issue_of_id=first.id)
    unrelated = past.opening(at=later, resolved_at=later + MINUTE)
    assert state_weeks(past.session, CLOSES) == 1
    for ask in (first, again):
        with pytest.raises(NotAllowed, match="closed"):
            leave(past, ask, CLOSES)
    leave(past, unrelated, CLOSES)
    assert unrelated.excluded == "spam"
