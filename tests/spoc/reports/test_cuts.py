"""Figures cut into groups, narrowed by filters, and the lists behind them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from routing.work import Channel, ContactKind, RepeatCause
from spoc.reports import presets
from spoc.reports.listing import Behind, Of, lines_behind
from spoc.reports.measures import Figure, Tally
from spoc.reports.opening import Reason, VerdictKind
from spoc.reports.question import By, Filters
from spoc.reports.repeats import a_year, cost_groups
from tests.spoc.reports.past import MINUTE, MONDAY, Past, ask


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
