"""From rows to figures on a real PostgreSQL: what events, contacts and links make of an opening, and for whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from routing.visibility import Actor, Role
from routing.work import Channel, ContactKind, RepeatCause, TicketState
from spoc.db.catalog import CatalogueVersionRow
from spoc.db.contacts import ContactRow
from spoc.db.events import Happening, record
from spoc.db.people import QueueRow
from spoc.db.reports import ContactRateRow, ReportChangeRow, ReportSettingRow
from spoc.db.tickets import AskRow, TicketRow
from spoc.errors import NotAllowed
from spoc.reports import presets
from spoc.reports.change import change_setting, set_rate
from spoc.reports.changes import read_changes
from spoc.reports.document import to_json
from spoc.reports.errors import InvalidReportSetting
from spoc.reports.fcr import FcrReport, report
from spoc.reports.listing import Behind, Of, lines_behind
from spoc.reports.measures import Figure, Tally
from spoc.reports.opening import Reason, VerdictKind
from spoc.reports.question import By, Filters, Question
from spoc.reports.repeats import a_year, cost_groups
from tests.world import PEOPLE, World

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 7, 6, 10, 0, tzinfo=BERLIN)
MINUTE = timedelta(minutes=1)


class Past:
    """Openings of the past, written as intake and desk write them, one changed fact at a time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.session = world.session
        self.version = self.session.scalar(select(func.max(CatalogueVersionRow.id)))
        self.queues = {key: id_ for id_, key in self.session.execute(select(QueueRow.id, QueueRow.key))}

    def opening(
        self,
        *,
        at: datetime = MONDAY,
        resolved_at: datetime | None = MONDAY + 20 * MINUTE,
        channel: Channel = Channel.WEB,
        queue: str = "desk",
        ended_at: datetime | None = None,
        confidential_to: tuple[str, ...] = (),
        secret: bool = False,
        subject: str | None = None,
        placed_for: tuple[str, ...] = (),
        **ask: Any,
    ) -> AskRow:
        requester = self.world.ids["employee"]
        ticket = TicketRow(
            title="Password forgotten",
            requester_id=requester,
            subject_id=self.world.ids[subject] if subject else None,
            opened_by_id=requester,
            channel=channel,
            state=TicketState.OPEN,
            secret=secret,
            confidential_to=list(confidential_to),
            opened_at=at,
        )
        self.session.add(ticket)
        self.session.flush()
        facts: dict[str, Any] = {
            "service_key": "password",
            "service_title": "Password or access",
            "eligible": True,
            "is_fan_out": False,
            "repeat_window_days": 7,
            "resolved_at": resolved_at,
            "first_resolved_at": resolved_at,
            "resolved_by_queue_id": self.queues["desk"] if resolved_at else None,
            "first_resolved_by_queue_id": self.queues["desk"] if resolved_at else None,
        }
        row = AskRow(
            ticket_id=ticket.id,
            requester_id=requester,
            catalogue_version_id=self.version,
            opened_at=at,
            **(facts | ask),
        )
        self.session.add(row)
        self.session.flush()
        linked = row.same_issue_of_id is not None
        kind = ContactKind.REPEAT if linked else ContactKind.FIRST
        self.contact(row, kind, at, ended_at=ended_at or at, channel=channel, about=row.same_issue_of_id)
        self.event(row, "placed", at, {"queue": queue}, confidential_to=placed_for)
        return row

    def contact(
        self,
        ask: AskRow,
        kind: ContactKind,
        at: datetime,
        *,
        ended_at: datetime | None = None,
        channel: Channel = Channel.PHONE,
        about: int | None = None,
        cause: RepeatCause | None = None,
        direction: str = "in",
    ) -> None:
        self.session.add(
            ContactRow(
                ticket_id=ask.ticket_id,
                ask_id=ask.id,
                about_ask_id=about,
                person_id=ask.requester_id,
                channel=channel,
                kind=kind,
                cause=cause,
                direction=direction,
                started_at=at,
                ended_at=ended_at or at,
                recorded_at=at,
            )
        )
        self.session.flush()

    def event(
        self,
        ask: AskRow,
        kind: str,
        at: datetime,
        what: Mapping[str, Any],
        *,
        actor: str | None = "agent.desk",
        whole: bool = False,
        confidential_to: tuple[str, ...] = (),
    ) -> None:
        happening = Happening(
            kind,
            actor_id=self.world.ids[actor] if actor else None,
            ask_id=None if whole else ask.id,
            what=dict(what),
            confidential_to=confidential_to,
        )
        record(self.session, ask.ticket_id, [happening], at)


@pytest.fixture
def past(world: World) -> Past:
    return Past(world)


def question(actor: Actor | None = None, **changed: Any) -> Question:
    return replace(Question(actor, date(2026, 7, 6), date(2026, 7, 12), BERLIN), **changed)


def ask(past: Past, actor: str | None = None, **changed: Any) -> FcrReport:
    return report(past.session, question(past.world.actor(actor or "manager"), **changed), past.world.now)


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


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (By.WEEK, {"2026-W28": 3}),
        (By.MONTH, {"2026-07": 3}),
        (By.SERVICE, {"password": 2, "laptop": 1}),
        (By.QUEUE, {"desk": 2, "it": 1}),
        (By.CHANNEL, {"web": 2, "phone": 1}),
    ],
)
def test_groups_add_up_to_the_whole(past: Past, by: By, keys: Mapping[str, int]) -> None:
    past.opening()
    past.opening(channel=Channel.PHONE)
    past.opening(service_key="laptop", service_title="Laptop fault", queue="it")
    groups = ask(past, by=by).groups
    assert {group.key: group.gross.total for group in groups} == keys
    assert {group.key: group.repeats.denominator for group in groups} == keys


@pytest.mark.parametrize(
    ("only", "count"),
    [
        (Filters(service="laptop"), 1),
        (Filters(queue="it"), 1),
        (Filters(channel=Channel.PHONE), 1),
        (Filters(department="Sales"), 1),
        (Filters(location="lyon"), 1),
        (Filters(service="no-such-service"), 0),
    ],
)
def test_filters_narrow_openings_and_contacts_alike(past: Past, only: Filters, count: int) -> None:
    past.opening()
    past.opening(
        service_key="laptop", service_title="Laptop fault", queue="it", channel=Channel.PHONE, department="Sales",
        location_key="lyon",
    )  # fmt: skip
    answer = ask(past, only=only)
    assert (answer.gross.total, answer.repeats.denominator) == (count, count)


@pytest.mark.parametrize("hidden", [{"confidential_to": ("hr",)}, {"confidential_to": ("hr",), "secret": True}])
@pytest.mark.parametrize("reader", ["manager", "lead", "admin", "employee"])
def test_a_report_reads_the_same_with_and_without_what_its_reader_may_not_know(
    past: Past, hidden: dict[str, Any], reader: str
) -> None:
    past.opening()
    earlier = past.opening(at=MONDAY + MINUTE)
    before = [to_json(ask(past, reader, by=by)) for by in (By.WEEK, By.SERVICE, By.QUEUE)]
    past.opening(service_key="leaver", service_title="Leaver", queue="hr", same_issue_of_id=earlier.id, **hidden)
    past.contact(
        past.opening(service_key="leaver", service_title="Leaver", queue="hr", **hidden), ContactKind.REPEAT, MONDAY
    )
    assert [to_json(ask(past, reader, by=by)) for by in (By.WEEK, By.SERVICE, By.QUEUE)] == before


def test_members_of_the_named_queue_count_what_is_confidential_to_it(past: Past) -> None:
    for _ in range(5):
        past.opening(service_key="payslip", confidential_to=("hr",), queue="hr")
    assert ask(past, "agent.hr").gross.total == 5
    assert ask(past, "agent.it").gross.total == 0


def test_nobody_counts_a_confidential_matter_about_themselves(past: Past) -> None:
    for _ in range(5):
        past.opening(confidential_to=("hr",), secret=True, subject="agent.hr")
    assert ask(past, "agent.hr").gross.total == 0


def test_few_confidential_cases_are_not_shown_even_to_members(past: Past) -> None:
    for _ in range(4):
        past.opening(confidential_to=("hr",), queue="hr")
    answer = ask(past, "agent.hr")
    assert answer.hidden
    assert to_json(answer)["too_few_to_show"]
    assert answer.gross.total == 0


def test_a_small_confidential_row_is_hidden_with_a_second_one(past: Past) -> None:
    for _ in range(4):
        past.opening(service_key="payslip", confidential_to=("hr",), queue="hr")
    for _ in range(6):
        past.opening(service_key="laptop")
    for _ in range(9):
        past.opening()
    groups = {group.key: group for group in ask(past, "agent.hr", by=By.SERVICE).groups}
    assert {key for key, group in groups.items() if group.hidden} == {"payslip", "laptop"}
    assert groups["payslip"].gross.total == 0


def test_few_decided_or_eligible_confidential_cases_hide_the_figures_too(past: Past) -> None:
    for number in range(8):
        past.opening(service_key="payslip", confidential_to=("hr",), queue="hr", eligible=number > 3)
    for _ in range(9):
        past.opening()
    for _ in range(6):
        past.opening(service_key="laptop")
    groups = {group.key: group for group in ask(past, "agent.hr", by=By.SERVICE).groups}
    assert {key for key, group in groups.items() if group.hidden} == {"payslip", "laptop"}
    assert ask(past, "agent.hr", only=Filters(service="payslip")).hidden


def test_rare_reasons_and_causes_of_confidential_cases_are_not_told(past: Past) -> None:
    presets.seed(past.session, past.world.now)
    for number in range(14):
        row = past.opening(confidential_to=("hr",), queue="hr")
        cause = RepeatCause.CORRECTED if number < 3 else RepeatCause.CHASED
        past.contact(row, ContactKind.REPEAT, MONDAY + MINUTE, cause=cause)
        if number < 7:
            past.event(row, "handed_off", MONDAY, {"from": "hr", "to": "it"})
    past.event(row, "handed_off", MONDAY, {"from": "hr", "to": "it"})
    answer = ask(past, "agent.hr")
    assert answer.reasons == {"handoff": 8, "repeat": 6}
    assert to_json(answer)["repeat_cost"]["by_cause"] == {}
    past.opening(confidential_to=("hr",), queue="hr", excluded="spam")
    assert ask(past, "agent.hr").excluded == {}


def test_closed_days_are_not_spoken_of_where_few_confidential_cases_lie_in_them_or_after(past: Past) -> None:
    yesterday = past.world.now - timedelta(days=1)
    hr: dict[str, Any] = {"confidential_to": ("hr",), "queue": "hr"}
    for _ in range(6):
        past.opening(**hr)
    for _ in range(4):
        past.opening(at=yesterday, resolved_at=yesterday, **hr)
    wide = {"end_on": past.world.now.date()}
    assert not ask(past, "agent.hr", **wide).hidden
    assert ask(past, "agent.hr", **wide).closed_part is None
    past.opening(at=yesterday, resolved_at=yesterday, **hr)
    part = ask(past, "agent.hr", **wide).closed_part
    assert part is not None
    assert part.gross.total == 6


def test_the_first_queue_of_a_confidential_step_is_not_told_to_others(past: Past) -> None:
    row = past.opening(queue="hr", placed_for=("hr",))
    past.event(row, "placed", MONDAY, {"queue": "it"})
    assert [group.key for group in ask(past, "manager", by=By.QUEUE).groups] == ["it"]


def test_a_list_names_only_tickets_that_its_reader_may_open(past: Past) -> None:
    past.opening()
    (own,) = lines_behind(past.session, ask(past, "agent.desk"), past.world.actor("agent.desk"), Behind())
    (other,) = lines_behind(past.session, ask(past, "manager"), past.world.actor("manager"), Behind())
    assert own.reference.startswith("T-")
    assert (other.reference, other.title) == ("", "")
    assert (other.verdict, other.at) == (own.verdict, own.at)


def test_a_list_narrows_to_verdict_reason_group_and_kind(past: Past) -> None:
    spoilt = past.opening(service_key="laptop", service_title="Laptop fault", eligible=False)
    past.contact(spoilt, ContactKind.REPEAT, MONDAY + MINUTE, cause=RepeatCause.CHASED)
    past.opening()
    past.opening(excluded="spam")
    desk = past.world.actor("agent.desk")
    answer = ask(past, "agent.desk", by=By.SERVICE)

    def count(**behind: Any) -> int:
        return len(lines_behind(past.session, answer, desk, Behind(**behind)))

    assert count(of=Of.GROSS) == 2
    assert count(of=Of.NET) == 1
    assert count(of=Of.GROSS, key="laptop", verdict=VerdictKind.NOT_RESOLVED, reason=Reason.REPEAT) == 1
    assert count(of=Of.GROSS, key="laptop", verdict=VerdictKind.RESOLVED) == 0
    assert count(of=Of.GROSS, decided=True) == 2
    assert count(of=Of.EXCLUDED) == 1
    assert count(of=Of.FIRST_LEVEL) == 2
    assert count(of=Of.ONE_CONTACT) == 2
    assert count(of=Of.CONTACTS) == 3
    assert count(of=Of.CONTACTS, kind=ContactKind.REPEAT, cause=RepeatCause.CHASED) == 1


def test_repeat_contacts_cost_the_seeded_rate_by_every_cut(past: Past) -> None:
    presets.seed(past.session, past.world.now)
    row = past.opening()
    past.contact(row, ContactKind.REPEAT, MONDAY + MINUTE, cause=RepeatCause.CHASED)
    past.contact(row, ContactKind.REPEAT, MONDAY + 2 * MINUTE, cause=RepeatCause.CORRECTED)
    past.contact(row, ContactKind.RESPONSE, MONDAY + 3 * MINUTE)
    answer = ask(past)
    assert answer.repeats == Figure(2, 4)
    assert (answer.repeat_cost.bands[0].low, answer.repeat_cost.bands[0].high) == (Decimal("5.40"), Decimal("11.20"))
    assert answer.desk_cost.bands[0].low == Decimal("2.70")
    assert {group.key: group.cost.contacts for group in cost_groups(answer, By.CAUSE)} == {"chased": 1, "corrected": 1}
    for by in (By.WEEK, By.MONTH, By.SERVICE, By.QUEUE, By.CHANNEL):
        assert sum(group.cost.bands[0].low for group in cost_groups(answer, by)) == Decimal("5.40")
    assert a_year(answer).bands[0].low == Decimal("5.40") * Decimal(365) / Decimal(7)


def test_the_closed_days_of_an_open_period_stand_by_themselves(past: Past) -> None:
    past.opening()
    past.opening(at=past.world.now - MINUTE, resolved_at=past.world.now)
    answer = ask(past, end_on=past.world.now.date())
    assert not answer.closed
    assert answer.closed_part is not None
    assert answer.closed_part.gross == Tally(resolved=1)
    assert answer.gross == Tally(resolved=1, provisional=1)


def test_seeding_twice_leaves_what_was_changed(past: Past) -> None:
    presets.seed(past.session, past.world.now)
    change_setting(
        past.session, past.world.actor("manager"), presets.NET_TARGET, "80", "SQM", past.world.now, why="Agreed"
    )
    presets.seed(past.session, past.world.now)
    assert past.session.scalar(select(func.count()).select_from(ContactRateRow)) == 1
    assert ask(past).yardsticks.net_target == Decimal("0.8")
    assert past.session.scalar(select(func.count()).select_from(ReportSettingRow)) == len(presets.SETTINGS)


def test_a_new_rate_holds_from_its_day_and_the_old_one_stays(past: Past) -> None:
    presets.seed(past.session, past.world.now)
    own = {
        "low": "9",
        "high": "10.50",
        "currency": "usd",
        "valid_from": "2026-07-08",
        "source": "Our books",
        "why": "We counted",
        "channel": "",
        "tier": "",
    }
    set_rate(past.session, past.world.actor("admin"), own, past.world.now)
    row = past.opening()
    past.contact(row, ContactKind.REPEAT, MONDAY)
    past.contact(row, ContactKind.REPEAT, MONDAY + timedelta(days=2))
    assert ask(past).repeat_cost.bands[0].low == Decimal("11.70")
    set_rate(past.session, past.world.actor("admin"), own | {"low": "8"}, past.world.now)
    assert [entry.rate.low for entry in ask(past).yardsticks.rates] == [Decimal(8), Decimal("2.70")]


def test_a_change_is_kept_with_what_it_replaced_why_and_by_whom(past: Past) -> None:
    manager, admin = past.world.actor("manager"), past.world.actor("admin")
    shipped = presets.SETTINGS[presets.NET_TARGET]
    for value, why in (("80", "Agreed with the board"), ("80", "Twice"), ("82.5", "Went well")):
        change_setting(past.session, manager, presets.NET_TARGET, value, "SQM", past.world.now, why=why)
    set_rate(past.session, admin, RATE_OF_OURS, past.world.now)
    set_rate(past.session, admin, RATE_OF_OURS | {"low": "8", "why": "Recounted"}, past.world.now)
    told = [(one.change.before, one.change.after, one.change.why, one.by) for one in read_changes(past.session)]
    rate = {"channel": "phone", "tier": 1, "low": "9.0000", "high": "12.0000", "currency": "EUR",
            "valid_from": "2026-07-08", "source": "Our books"}  # fmt: skip
    assert told == [
        (rate, rate | {"low": "8.0000"}, "Recounted", PEOPLE["admin"]),
        (None, rate, "We counted", PEOPLE["admin"]),
        ({"value": "0.8", "source": "SQM"}, {"value": "0.825", "source": "SQM"}, "Went well", PEOPLE["manager"]),
        ({"value": shipped.value, "source": shipped.source}, {"value": "0.8", "source": "SQM"},
         "Agreed with the board", PEOPLE["manager"]),
    ]  # fmt: skip


RATE_OF_OURS = {
    "low": "9",
    "high": "12",
    "currency": "eur",
    "valid_from": "2026-07-08",
    "source": "Our books",
    "why": "We counted",
    "channel": "phone",
    "tier": "1",
}


def test_a_change_once_written_is_never_altered(past: Past) -> None:
    set_rate(past.session, past.world.actor("admin"), RATE_OF_OURS, past.world.now)
    with pytest.raises(DBAPIError, match="never changed"):
        past.session.execute(update(ReportChangeRow).values(why="Otherwise"))


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("target.net_fcr", "101", "value"),
        ("target.net_fcr", "NaN", "value"),
        ("target.net_fcr", "lots", "value"),
        ("limit.web", "0", "value"),
        ("limit.web", "1e3", "value"),
        ("cost.f", "0", "value"),
        ("limit.fax", "60", "key"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(past: Past, key: str, value: str, field: str) -> None:
    with pytest.raises(InvalidReportSetting) as refused:
        change_setting(past.session, past.world.actor("manager"), key, value, "", past.world.now, why=" ")
    assert {fault.field for fault in refused.value.faults} == {field, "source", "why"}


def test_limits_are_minutes_the_contact_or_none(past: Past) -> None:
    manager = past.world.actor("manager")
    for value, stored in (("90", 90), ("contact", "contact"), ("none", None)):
        change_setting(past.session, manager, "limit.chat", value, "ours", past.world.now, why="Tried")
        assert ask(past).limits.of(Channel.CHAT) == stored


def test_every_fault_of_a_rate_is_told_at_once(past: Past) -> None:
    raw = {
        "low": "-1",
        "high": "x",
        "currency": "€",
        "valid_from": "soon",
        "source": " ",
        "why": "",
        "channel": "fax",
        "tier": "7",
    }
    with pytest.raises(InvalidReportSetting) as refused:
        set_rate(past.session, past.world.actor("manager"), raw, past.world.now)
    assert {fault.field for fault in refused.value.faults} == set(raw)
    upside_down = {
        "low": "2",
        "high": "1",
        "currency": "EUR",
        "valid_from": "2026-01-01",
        "source": "ours",
        "why": "new",
    }
    with pytest.raises(InvalidReportSetting, match="below"):
        set_rate(past.session, past.world.actor("manager"), upside_down, past.world.now)


def test_only_managers_and_administrators_change_what_is_measured_against(past: Past) -> None:
    lead = replace(past.world.actor("lead"), roles=frozenset({Role.LEAD}))
    with pytest.raises(NotAllowed):
        change_setting(past.session, lead, presets.NET_TARGET, "1", "me", past.world.now, why="I say so")
    with pytest.raises(NotAllowed):
        set_rate(past.session, lead, {}, past.world.now)


def test_an_ask_that_really_came_in_is_in_the_report(world: World, session: Session) -> None:
    world.submit("password-access")
    asked = Question(world.actor("manager"), world.now.date(), world.now.date(), BERLIN, by=By.QUEUE)
    answer = report(session, asked, world.now)
    assert answer.gross == Tally(pending=1)
    assert len(answer.groups) == 1
    assert answer.groups[0].key
