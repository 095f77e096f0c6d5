"""From rows to figures on a real PostgreSQL: what events, contacts and links make of an opening."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from routing.work import Channel, ContactKind
from spoc.db.tickets import AskRow
from spoc.reports.document import to_json
from spoc.reports.fcr import report
from spoc.reports.measures import Figure, Tally
from spoc.reports.opening import Reason, VerdictKind
from spoc.reports.question import By, Filters, Question
from tests.spoc.reports.past import BERLIN, MINUTE, MONDAY, Past, ask, question
from tests.world import World


def only_verdict(past: Past) -> tuple[VerdictKind, Reason | None]:
    (one,) = ask(past).judged
    return one.verdict.kind, one.verdict.reason


def test_an_empty_desk_has_no_figures_and_no_rate(past: Past) -> None:
    answer = to_json(ask(past))
    assert answer["gross"] == {
        "resolved": 0, "not_resolved": 0, "provisional": 0, "pending": 0,
        "rate": None, "headline": None, "low": None, "high": None,
    }  # fmt: skip
    assert answer["groups"][0]["key"] == "2026-W28"


def test_a_plain_opening_is_resolved_and_its_period_closed(past: Past) -> None:
    past.opening()
    assert only_verdict(past) == (VerdictKind.RESOLVED, None)
    assert ask(past).closed


def test_a_period_closes_three_days_after_its_last_window(past: Past) -> None:
    past.opening()
    end = datetime(2026, 7, 13, tzinfo=BERLIN) + timedelta(days=10)
    ask_at = question(past.world.actor("manager"))
    assert not report(past.session, ask_at, end - MINUTE).closed
    assert report(past.session, ask_at, end).closed


def test_a_task_that_moves_to_another_queue_is_a_handoff_and_back_again_a_bounce(past: Past) -> None:
    row = past.opening()
    past.event(row, "handed_off", MONDAY + MINUTE, {"from": "desk", "to": "it"})
    past.event(row, "handed_off", MONDAY + 2 * MINUTE, {"from": "it", "to": "desk"})
    assert only_verdict(past) == (VerdictKind.NOT_RESOLVED, Reason.HANDOFF)
    assert (ask(past).handoffs, ask(past).bounces) == (Figure(2, 1), 1)


def test_a_move_within_the_queue_or_with_the_requester_present_is_allowed(past: Past) -> None:
    row = past.opening()
    past.event(row, "handed_off", MONDAY + MINUTE, {"from": "desk", "to": "desk"})
    past.event(row, "handed_off", MONDAY + MINUTE, {"from": "desk", "to": "it", "warm": True})
    assert only_verdict(past) == (VerdictKind.RESOLVED, None)
    assert ask(past).first_level == Figure(0, 1)


def test_passing_it_to_another_person_of_the_same_queue_is_no_handoff(past: Past) -> None:
    row = past.opening()
    past.event(row, "handed_off", MONDAY + MINUTE, {"from": "desk", "to": "desk"})
    answer = ask(past)
    assert (answer.handoffs, answer.bounces, answer.first_level) == (Figure(0, 1), 0, Figure(1, 1))
    assert answer.gross == Tally(resolved=1)


def test_first_level_asks_who_resolved_it_first(past: Past) -> None:
    past.opening(resolved_by_queue_id=past.queues["it"])
    past.opening(resolved_by_queue_id=None, resolved_at=None, first_resolved_at=MONDAY + MINUTE,
                 first_resolved_by_queue_id=past.queues["desk"])  # fmt: skip
    past.opening(first_resolved_by_queue_id=past.queues["it"])
    assert ask(past).first_level == Figure(2, 3)


def test_a_limit_that_is_only_tried_leaves_out_no_other_openings(past: Past) -> None:
    past.opening(resolved_at=None, cancelled_at=MONDAY + 59 * MINUTE)
    past.opening(resolved_at=None, cancelled_at=MONDAY + 61 * MINUTE)
    for limit in (None, 1, 10_000, "none"):
        answer = ask(past, time_limit=limit)
        assert (answer.excluded, answer.gross) == ({"cancelled": 1}, Tally(not_resolved=1))


def test_contacts_of_what_is_left_out_count_nowhere_whenever_and_however_it_was_asked(past: Past) -> None:
    earlier = past.opening(at=MONDAY - timedelta(days=5), resolved_at=None,
                           cancelled_at=MONDAY - timedelta(days=5) + MINUTE)  # fmt: skip
    past.contact(earlier, ContactKind.REPEAT, MONDAY)
    by_web = past.opening(resolved_at=None, cancelled_at=MONDAY + MINUTE)
    past.contact(by_web, ContactKind.REPEAT, MONDAY + 2 * MINUTE, channel=Channel.PHONE)
    kept = past.opening(at=MONDAY - timedelta(days=4), resolved_at=None, cancelled_at=MONDAY)
    past.contact(kept, ContactKind.REPEAT, MONDAY)
    assert ask(past).repeats == Figure(1, 1)
    assert ask(past, only=Filters(channel=Channel.PHONE)).repeats == Figure(1, 1)


def test_a_task_added_later_in_another_queue_is_a_handoff(past: Past) -> None:
    row = past.opening()
    past.event(row, "placed", MONDAY + MINUTE, {"queue": "desk"})
    assert only_verdict(past) == (VerdictKind.RESOLVED, None)
    past.event(row, "placed", MONDAY + 2 * MINUTE, {"queue": "it"})
    assert only_verdict(past) == (VerdictKind.NOT_RESOLVED, Reason.HANDOFF)


def test_a_fan_out_at_opening_is_no_handoff(past: Past) -> None:
    past.event(past.opening(), "placed", MONDAY, {"queue": "it"})
    assert only_verdict(past) == (VerdictKind.RESOLVED, None)


@pytest.mark.parametrize(
    ("kind", "reason"), [(ContactKind.REPEAT, Reason.REPEAT), (ContactKind.RESPONSE, Reason.RESPONSE)]
)
def test_a_further_contact_spoils_it(past: Past, kind: ContactKind, reason: Reason) -> None:
    past.contact(past.opening(), kind, MONDAY + timedelta(days=3))
    assert only_verdict(past) == (VerdictKind.NOT_RESOLVED, reason)


def test_what_the_desk_sends_spoils_nothing(past: Past) -> None:
    past.contact(past.opening(), ContactKind.REPEAT, MONDAY + MINUTE, direction="out")
    assert only_verdict(past) == (VerdictKind.RESOLVED, None)


def test_a_linked_opening_spoils_the_earlier_one_and_keeps_a_verdict_of_its_own(past: Past) -> None:
    earlier = past.opening()
    later = MONDAY + timedelta(days=2)
    past.opening(at=later, resolved_at=later + MINUTE, same_issue_of_id=earlier.id)
    answer = ask(past)
    assert [(one.verdict.kind, one.verdict.reason) for one in answer.judged] == [
        (VerdictKind.NOT_RESOLVED, Reason.REPEAT),
        (VerdictKind.RESOLVED, None),
    ]
    assert answer.repeats == Figure(1, 2)


def test_linking_by_hand_afterwards_makes_the_contact_a_repeat(past: Past) -> None:
    earlier = past.opening()
    later = past.opening(at=MONDAY + timedelta(days=2), resolved_at=None, service_key="other", service_title="Other")
    assert ask(past).repeats == Figure(0, 2)
    later.same_issue_of_id = earlier.id
    past.session.flush()
    answer = ask(past)
    assert answer.judged[0].verdict.reason is Reason.REPEAT
    assert answer.repeats == Figure(1, 2)


def test_a_duplicate_is_left_out_and_its_contact_with_it(past: Past) -> None:
    earlier = past.opening()
    past.opening(at=MONDAY + MINUTE, same_issue_of_id=earlier.id, excluded="duplicate")
    answer = ask(past)
    assert answer.gross == Tally(resolved=1)
    assert answer.excluded == {"duplicate": 1}
    assert answer.repeats == Figure(0, 1)


def test_reopened_within_the_window_by_a_person_spoils_it(past: Past) -> None:
    row = past.opening()
    past.event(row, "reopened", MONDAY + timedelta(days=1), {"why": "still broken"})
    past.event(row, "ticket_reopened", MONDAY + timedelta(days=1), {}, whole=True)
    assert only_verdict(past) == (VerdictKind.NOT_RESOLVED, Reason.REOPENED)


def test_reopened_by_a_machine_or_before_it_was_resolved_does_not(past: Past) -> None:
    row = past.opening()
    past.event(row, "reopened", MONDAY + MINUTE, {"why": "finished the wrong task"})
    past.event(row, "ticket_reopened", MONDAY + timedelta(days=1), {}, actor=None, whole=True)
    assert only_verdict(past) == (VerdictKind.RESOLVED, None)


def test_reopening_one_ask_of_a_ticket_leaves_the_other_as_it_is(past: Past) -> None:
    row = past.opening()
    other = AskRow(
        ticket_id=row.ticket_id, position=1, requester_id=row.requester_id, service_key="software",
        service_title="Software", catalogue_version_id=past.version, eligible=True, is_fan_out=False,
        repeat_window_days=7, opened_at=MONDAY, resolved_at=row.resolved_at, first_resolved_at=row.resolved_at,
    )  # fmt: skip
    past.session.add(other)
    past.session.flush()
    past.event(row, "reopened", MONDAY + timedelta(days=1), {})
    past.event(row, "ticket_reopened", MONDAY + timedelta(days=1), {}, whole=True)
    verdicts = {one.opening.service_key: one.verdict.reason for one in ask(past).judged}
    assert verdicts == {"password": Reason.REOPENED, "software": None}


def test_a_call_resolved_as_it_ended_counts_and_a_second_later_does_not(past: Past) -> None:
    ended_at = MONDAY + 5 * MINUTE
    past.opening(channel=Channel.PHONE, ended_at=ended_at, resolved_at=ended_at)
    past.opening(channel=Channel.PHONE, ended_at=ended_at, resolved_at=ended_at + timedelta(seconds=1))
    assert ask(past).gross == Tally(resolved=1, not_resolved=1)


def test_business_minutes_are_those_of_the_desks_calendar(past: Past) -> None:
    evening = datetime(2026, 7, 6, 17, 20, tzinfo=BERLIN)  # the desk closes at 17:30 and opens at 09:00
    past.opening(at=evening, resolved_at=datetime(2026, 7, 7, 9, 50, tzinfo=BERLIN))
    past.opening(at=evening, resolved_at=datetime(2026, 7, 7, 9, 51, tzinfo=BERLIN))
    assert ask(past).gross == Tally(resolved=1, not_resolved=1)
    assert ask(past, time_limit="none").gross == Tally(resolved=2)
    assert ask(past, time_limit=59).gross == Tally(not_resolved=2)


def test_another_window_gives_another_verdict(past: Past) -> None:
    past.contact(past.opening(), ContactKind.REPEAT, MONDAY + timedelta(days=3))
    assert ask(past, window_days=1).gross == Tally(resolved=1)
    assert ask(past, window_days=3).gross == Tally(not_resolved=1)


def test_days_are_those_of_the_organisation(past: Past) -> None:
    past.opening(at=datetime(2026, 7, 5, 23, 59, tzinfo=BERLIN), resolved_at=None)
    past.opening(at=datetime(2026, 7, 6, 0, 0, tzinfo=BERLIN), resolved_at=None)
    past.opening(at=datetime(2026, 7, 12, 23, 59, tzinfo=BERLIN), resolved_at=None)
    past.opening(at=datetime(2026, 7, 13, 0, 0, tzinfo=BERLIN), resolved_at=None)
    assert ask(past).gross.total == 2


def test_an_ask_that_really_came_in_is_in_the_report(world: World, session: Session) -> None:
    world.submit("password-access")
    asked = Question(world.actor("manager"), world.now.date(), world.now.date(), BERLIN, by=By.QUEUE)
    answer = report(session, asked, world.now)
    assert answer.gross == Tally(pending=1)
    assert len(answer.groups) == 1
    assert answer.groups[0].key
