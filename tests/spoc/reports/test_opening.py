"""The verdict on one opening, at every boundary of the four rules (metrics.md)."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import Calendar
from routing.work import Channel, ContactKind, LeftOutAs, RepeatCause
from spoc.reports.opening import (
    NO_LIMITS,
    Contact,
    Handoff,
    Limit,
    Limits,
    Opening,
    Reason,
    Reopening,
    Verdict,
    VerdictKind,
    exclusion,
    verdict,
)

OPENED = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)  # a Monday, the desk opens at 09:00 UTC
OFFICE = Calendar("office", ZoneInfo("UTC"), (((time(9), time(17)),),) * 5 + ((), ()))
AS_SET: dict[Channel, Limit] = dict.fromkeys(Channel, 60)
LIVE: dict[Channel, Limit] = dict.fromkeys((Channel.PHONE, Channel.CHAT, Channel.WALK_IN), "contact")
LIMITS = Limits(AS_SET | LIVE)
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
LATER = OPENED + timedelta(days=60)
RESOLVED = OPENED + timedelta(minutes=30)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def first(channel: Channel = Channel.WEB, at: datetime = OPENED, ended_at: datetime | None = OPENED) -> Contact:
    return Contact(ContactKind.FIRST, channel, at, ended_at)


def came_back(at: datetime, kind: ContactKind = ContactKind.REPEAT) -> Contact:
    return Contact(kind, Channel.PHONE, at, at, cause=RepeatCause.CHASED if kind is ContactKind.REPEAT else None)


OPENING = Opening(
    id=1,
    ticket_id=1,
    reference="T-000001",
    service_key="password",
    service_title="Password or access",
    first=first(),
    opened_at=OPENED,
    calendar=OFFICE,
    resolved_at=RESOLVED,
)


def failed(reason: Reason) -> Verdict:
    return Verdict(VerdictKind.NOT_RESOLVED, reason)


HELD = Verdict(VerdictKind.RESOLVED)


def test_an_opening_that_holds_every_rule_is_resolved_once_the_window_is_over() -> None:
    assert verdict(OPENING, RESOLVED + WEEK + SECOND, LIMITS) == HELD


def test_at_the_last_instant_of_the_window_it_is_still_provisional() -> None:
    assert verdict(OPENING, RESOLVED + WEEK, LIMITS).kind is VerdictKind.PROVISIONAL


def test_an_unresolved_opening_within_its_limit_is_pending() -> None:
    assert verdict(replace(OPENING, resolved_at=None), OPENED + minutes(60), LIMITS).kind is VerdictKind.PENDING


def test_an_unresolved_opening_fails_once_its_limit_is_past() -> None:
    assert verdict(replace(OPENING, resolved_at=None), OPENED + minutes(60) + SECOND, LIMITS) == failed(
        Reason.TIME_LIMIT
    )


def test_sixty_business_minutes_are_in_time_and_a_second_more_is_not() -> None:
    assert verdict(replace(OPENING, resolved_at=OPENED + minutes(60)), LATER, LIMITS) == HELD
    late = replace(OPENING, resolved_at=OPENED + minutes(60) + SECOND)
    assert verdict(late, LATER, LIMITS) == failed(Reason.TIME_LIMIT)


def test_time_outside_working_hours_does_not_count() -> None:
    friday = datetime(2026, 8, 7, 16, 45, tzinfo=UTC)
    over_the_weekend = replace(OPENING, opened_at=friday, resolved_at=datetime(2026, 8, 10, 9, 45, tzinfo=UTC))
    assert verdict(over_the_weekend, LATER, LIMITS) == HELD
    assert verdict(
        replace(over_the_weekend, resolved_at=datetime(2026, 8, 10, 9, 46, tzinfo=UTC)), LATER, LIMITS
    ) == failed(Reason.TIME_LIMIT)


def test_without_a_limit_it_may_take_any_time() -> None:
    assert verdict(replace(OPENING, resolved_at=OPENED + timedelta(days=9)), LATER, NO_LIMITS) == HELD


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.CHAT, Channel.WALK_IN])
def test_a_live_contact_must_end_with_the_resolution(channel: Channel) -> None:
    ended_at = OPENED + minutes(10)
    live = replace(OPENING, first=first(channel, ended_at=ended_at), resolved_at=ended_at)
    assert verdict(live, LATER, LIMITS) == HELD
    assert verdict(replace(live, resolved_at=ended_at + SECOND), LATER, LIMITS) == failed(Reason.TIME_LIMIT)


def test_resolved_in_the_minute_it_was_opened_counts() -> None:
    at_once = replace(OPENING, first=first(Channel.PHONE, ended_at=OPENED), resolved_at=OPENED)
    assert verdict(at_once, LATER, LIMITS) == HELD


def test_a_live_contact_that_ended_unresolved_has_failed() -> None:
    call = replace(OPENING, first=first(Channel.PHONE, ended_at=OPENED + minutes(5)), resolved_at=None)
    assert verdict(call, OPENED + minutes(5), LIMITS).kind is VerdictKind.PENDING
    assert verdict(call, OPENED + minutes(5) + SECOND, LIMITS) == failed(Reason.TIME_LIMIT)


def test_a_forgotten_clock_is_cut_off_after_two_hours() -> None:
    running = replace(OPENING, first=first(Channel.PHONE, ended_at=None), resolved_at=OPENED + minutes(121))
    assert verdict(running, LATER, LIMITS) == failed(Reason.TIME_LIMIT)
    forgotten = replace(running, first=first(Channel.PHONE, ended_at=OPENED + minutes(600)))
    assert verdict(forgotten, LATER, LIMITS) == failed(Reason.TIME_LIMIT)


def test_a_call_logged_late_keeps_its_own_times() -> None:
    logged_at = OPENED + timedelta(hours=5)
    call = replace(first(Channel.PHONE, ended_at=OPENED + minutes(8)), late_logged=True)
    late = replace(OPENING, first=call, opened_at=OPENED, resolved_at=OPENED + minutes(8))
    assert verdict(late, logged_at + WEEK, LIMITS) == HELD


def test_a_handoff_before_resolution_fails_it() -> None:
    assert verdict(replace(OPENING, handoffs=(Handoff(RESOLVED),)), LATER, LIMITS) == failed(Reason.HANDOFF)


def test_a_warm_transfer_is_allowed() -> None:
    assert verdict(replace(OPENING, handoffs=(Handoff(OPENED, warm=True),)), LATER, LIMITS) == HELD


def test_a_handoff_after_a_late_reopening_does_not_spoil_it() -> None:
    reopened_at = RESOLVED + WEEK + SECOND
    opening = replace(OPENING, reopenings=(Reopening(reopened_at),), handoffs=(Handoff(reopened_at + minutes(1)),))
    assert verdict(opening, LATER, LIMITS) == HELD


@pytest.mark.parametrize(
    ("kind", "reason"), [(ContactKind.REPEAT, Reason.REPEAT), (ContactKind.RESPONSE, Reason.RESPONSE)]
)
def test_a_contact_at_the_last_instant_of_the_window_spoils_it_and_a_second_later_does_not(
    kind: ContactKind, reason: Reason
) -> None:
    assert verdict(replace(OPENING, contacts=(came_back(RESOLVED + WEEK, kind),)), LATER, LIMITS) == failed(reason)
    assert verdict(replace(OPENING, contacts=(came_back(RESOLVED + WEEK + SECOND, kind),)), LATER, LIMITS) == HELD


@pytest.mark.parametrize("kind", [ContactKind.THANKS, ContactKind.AUTOMATIC, ContactKind.OTHER, ContactKind.FIRST])
def test_other_kinds_of_contact_never_spoil(kind: ContactKind) -> None:
    assert verdict(replace(OPENING, contacts=(came_back(RESOLVED, kind),)), LATER, LIMITS) == HELD


def test_the_earlier_of_two_contacts_names_the_reason() -> None:
    both = (came_back(RESOLVED + minutes(9)), came_back(RESOLVED + minutes(5), ContactKind.RESPONSE))
    assert verdict(replace(OPENING, contacts=both), LATER, LIMITS) == failed(Reason.RESPONSE)


def test_reopening_spoils_it_only_inside_the_window() -> None:
    assert verdict(replace(OPENING, reopenings=(Reopening(RESOLVED + WEEK),)), LATER, LIMITS) == failed(Reason.REOPENED)
    assert verdict(replace(OPENING, reopenings=(Reopening(RESOLVED + WEEK + SECOND),)), LATER, LIMITS) == HELD


def test_a_reopening_by_an_automatic_contact_does_not_count() -> None:
    assert verdict(replace(OPENING, reopenings=(Reopening(RESOLVED, automatic=True),)), LATER, LIMITS) == HELD


def test_the_reason_is_the_first_rule_that_fails() -> None:
    opening = replace(
        OPENING,
        resolved_at=OPENED + timedelta(hours=3),
        handoffs=(Handoff(OPENED),),
        contacts=(came_back(RESOLVED),),
        reopenings=(Reopening(LATER),),
    )
    assert verdict(opening, LATER, LIMITS) == failed(Reason.TIME_LIMIT)
    assert verdict(opening, LATER, NO_LIMITS) == failed(Reason.HANDOFF)
    assert verdict(replace(opening, handoffs=()), LATER, NO_LIMITS) == failed(Reason.REPEAT)


def test_the_window_is_days_of_24_hours_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    resolved_at = datetime(2026, 10, 20, 12, 0, tzinfo=berlin)
    opening = replace(
        OPENING, opened_at=resolved_at, resolved_at=resolved_at, first=first(at=resolved_at, ended_at=resolved_at)
    )
    seven_clock_days = datetime(2026, 10, 27, 12, 0, tzinfo=berlin)  # 169 hours later
    assert (
        verdict(replace(opening, contacts=(came_back(seven_clock_days),)), LATER + timedelta(days=90), LIMITS) == HELD
    )


def test_taken_back_before_a_response_was_due_is_left_out() -> None:
    taken_back = replace(OPENING, resolved_at=None, cancelled_at=OPENED + minutes(60))
    assert exclusion(taken_back, LIMITS, LATER) == LeftOutAs.CANCELLED
    assert exclusion(replace(taken_back, cancelled_at=OPENED + minutes(61)), LIMITS, LATER) is None


def test_before_it_is_taken_back_it_counts() -> None:
    taken_back = replace(OPENING, resolved_at=None, cancelled_at=OPENED + minutes(30))
    assert exclusion(taken_back, LIMITS, OPENED + minutes(30) - SECOND) is None
    assert exclusion(taken_back, LIMITS, OPENED + minutes(30)) == LeftOutAs.CANCELLED


@pytest.mark.parametrize(
    "decided",
    [
        {"handoffs": (Handoff(OPENED),)},
        {"contacts": (came_back(OPENED + minutes(5)),)},
        {"resolved_at": OPENED + minutes(5)},
    ],
)
def test_taking_back_what_was_decided_leaves_its_verdict(decided: dict[str, Any]) -> None:
    opening = replace(OPENING, **({"resolved_at": None} | decided))
    taken_back = replace(opening, cancelled_at=OPENED + minutes(30))
    assert exclusion(taken_back, LIMITS, LATER) is None
    assert verdict(taken_back, LATER, LIMITS) == verdict(opening, LATER, LIMITS)


def test_taken_back_too_late_it_has_failed_whatever_limit_is_tried() -> None:
    taken_back = replace(OPENING, resolved_at=None, cancelled_at=OPENED + minutes(61))
    assert verdict(taken_back, OPENED + minutes(60), NO_LIMITS).kind is VerdictKind.PENDING
    assert verdict(taken_back, LATER, NO_LIMITS) == failed(Reason.TIME_LIMIT)


def test_what_was_refused_at_once_counts_and_has_failed_whatever_limit_is_tried() -> None:
    refused = replace(OPENING, resolved_at=None, cancelled_at=OPENED + minutes(5), refused=True)
    assert exclusion(refused, LIMITS, LATER) is None
    assert verdict(refused, OPENED + minutes(4), LIMITS).kind is VerdictKind.PENDING
    assert verdict(refused, LATER, NO_LIMITS) == failed(Reason.REFUSED)


def test_what_is_marked_as_no_real_ask_is_left_out_with_its_reason() -> None:
    assert exclusion(replace(OPENING, excluded="spam"), LIMITS, LATER) == "spam"
    assert exclusion(OPENING, LIMITS, LATER) is None


moments = st.integers(min_value=0, max_value=60 * 24 * 30).map(lambda number: OPENED + minutes(number))
contacts = st.builds(came_back, moments, st.sampled_from(ContactKind))
openings = st.builds(
    replace,
    st.just(OPENING),
    first=st.builds(first, st.sampled_from(Channel), st.just(OPENED), st.none() | moments),
    resolved_at=st.none() | moments,
    window_days=st.integers(min_value=1, max_value=30),
    contacts=st.lists(contacts, max_size=3).map(tuple),
    handoffs=st.lists(st.builds(Handoff, moments, st.booleans()), max_size=2).map(tuple),
    reopenings=st.lists(st.builds(Reopening, moments, st.booleans()), max_size=2).map(tuple),
    cancelled_at=st.none() | moments,
)
RANK = {VerdictKind.NOT_RESOLVED: 0, VerdictKind.PENDING: 1, VerdictKind.PROVISIONAL: 1, VerdictKind.RESOLVED: 2}
FINAL = (VerdictKind.RESOLVED, VerdictKind.NOT_RESOLVED)


@given(openings, moments, moments)
def test_a_final_verdict_never_changes_as_time_goes_on(opening: Opening, one: datetime, other: datetime) -> None:
    before, after = verdict(opening, min(one, other), LIMITS).kind, verdict(opening, max(one, other), LIMITS).kind
    assert before not in FINAL or after is before


@given(openings, moments, moments)
def test_what_is_final_is_never_left_out_later(opening: Opening, one: datetime, other: datetime) -> None:
    before, after = min(one, other), max(one, other)
    is_final = exclusion(opening, LIMITS, before) is None and verdict(opening, before, LIMITS).kind in FINAL
    assert not is_final or exclusion(opening, LIMITS, after) is None


@given(openings, moments, st.integers(min_value=1, max_value=10_000))
def test_resolving_later_never_improves_the_verdict(opening: Opening, resolved_at: datetime, delay: int) -> None:
    end = OPENED + timedelta(days=365)
    sooner = verdict(replace(opening, resolved_at=resolved_at), end, LIMITS).kind
    later = verdict(replace(opening, resolved_at=resolved_at + minutes(delay)), end, LIMITS).kind
    assert RANK[later] <= RANK[sooner]


@given(openings, moments)
def test_a_longer_window_never_improves_the_verdict(opening: Opening, now: datetime) -> None:
    narrow = verdict(replace(opening, window_days=1), now, LIMITS).kind
    wide = verdict(replace(opening, window_days=30), now, LIMITS).kind
    assert RANK[wide] <= RANK[narrow]


@given(openings, moments)
def test_a_verdict_has_a_reason_exactly_if_it_is_not_resolved(opening: Opening, now: datetime) -> None:
    said = verdict(opening, now, LIMITS)
    assert (said.reason is not None) == (said.kind is VerdictKind.NOT_RESOLVED)
