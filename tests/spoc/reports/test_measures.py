"""Figures counted by hand, and what must hold of every figure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.work import Channel, ContactKind, RepeatCause
from spoc.cli.report import in_words
from spoc.reports import measures
from spoc.reports.costs import (
    Band,
    Prices,
    Rate,
    a_year_of,
    desk_caused_cost,
    repeat_contact_cost,
)
from spoc.reports.headline import headline
from spoc.reports.measures import (
    Figure,
    Judged,
    Tally,
    bounces,
    excluded,
    first_level_resolution,
    gross_fcr,
    handoffs,
    left_out,
    net_fcr,
    one_contact_resolution,
    reasons,
    repeat_contact_rate,
)
from spoc.reports.opening import NO_LIMITS, Contact, Handoff, Limits, Opening
from spoc.reports.presets import OTHER_RATES, STARTING_RATE
from spoc.reports.repeats import scaled
from spoc.reports.suppress import Cell, of_judged, of_openings, suppressed
from spoc.web.formats import NARROW_SPACE, PLAIN
from tests.spoc.reports.test_opening import LATER, LIMITS, OPENING, RESOLVED, SECOND, WEEK, came_back, openings

AT = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
GOOD = OPENING
FAILED = replace(OPENING, contacts=(came_back(RESOLVED),))
SPAM = replace(OPENING, excluded="spam")


def judge(many: Iterable[Opening], now: datetime, limits: Limits) -> tuple[Judged, ...]:
    """As with the limits that are stored."""
    return measures.judge(many, now, limits, limits)


def contact(
    kind: ContactKind,
    channel: Channel = Channel.PHONE,
    tier: int = 1,
    at: datetime = AT,
    cause: RepeatCause | None = None,
) -> Contact:
    return Contact(kind, channel, at, at, tier, cause)


def prices(*rates: Rate, factor: str = "1.0") -> Prices:
    return Prices(rates, Decimal(factor), UTC_ZONE)


def rate(
    low: str, high: str, channel: Channel | None = None, tier: int | None = None, since: date = date(2026, 1, 1)
) -> Rate:
    return Rate(channel, tier, Decimal(low), Decimal(high), "USD", since, "own")


def test_gross_counts_all_and_net_only_what_the_desk_can_resolve() -> None:
    judged = judge([GOOD, FAILED, replace(FAILED, eligible=False)], LATER, LIMITS)
    assert gross_fcr(judged).figure == Figure(1, 3)
    assert net_fcr(judged).figure == Figure(1, 2)


def test_what_is_left_out_is_counted_by_reason_and_nowhere_else() -> None:
    many = [GOOD, SPAM, SPAM, replace(GOOD, excluded="duplicate")]
    assert excluded(left_out(many, LATER, LIMITS)) == {"spam": 2, "duplicate": 1}
    assert gross_fcr(judge([GOOD, SPAM], LATER, LIMITS)).total == 1


def test_the_range_counts_provisional_as_failed_and_as_resolved() -> None:
    tally = Tally(resolved=6, not_resolved=2, provisional=2, pending=5)
    assert (tally.low.rate, tally.figure.rate, tally.high.rate) == (Fraction(6, 10), Fraction(6, 8), Fraction(8, 10))


def test_a_headline_is_one_figure_once_closed_and_a_range_before() -> None:
    tally = Tally(resolved=30, not_resolved=6, provisional=4)
    still_open = headline(tally, closed=False)
    assert (still_open.figure, still_open.rate) == (None, None)
    assert still_open.span == (Fraction(30, 40), Fraction(34, 40))
    closed = headline(Tally(resolved=30, not_resolved=6), closed=True)
    assert (closed.figure, closed.rate) == (Figure(30, 36), Fraction(30, 36))


def test_an_open_period_without_anything_provisional_has_no_headline_either() -> None:
    assert headline(Tally(resolved=30, not_resolved=10), closed=False).rate is None


def test_below_twenty_cases_there_is_neither_headline_nor_range_in_percent() -> None:
    few = Tally(resolved=19)
    assert headline(few, closed=True).rate is None
    assert headline(few, closed=True).figure == Figure(19, 19)
    assert headline(few, closed=False).span is None


@pytest.mark.parametrize(
    ("tally", "closed", "shown"),
    [
        (Tally(resolved=30, not_resolved=12), True, "71.4 % (30 of 42)"),
        (Tally(resolved=28, not_resolved=12, provisional=2), False, "66.7 to 71.4 % (28 to 30 of 42)"),
        (Tally(resolved=30, not_resolved=10), False, "75.0 to 75.0 % (30 of 40)"),
        (Tally(resolved=19), True, "19 of 19"),
        (Tally(resolved=3, provisional=2), False, "3 to 5 of 5"),
        (Tally(pending=2), False, "–"),
    ],
)
def test_an_open_period_is_a_range_on_the_command_line_too(tally: Tally, *, closed: bool, shown: str) -> None:
    assert in_words(PLAIN, tally, closed=closed).replace(NARROW_SPACE, " ") == shown


def test_nothing_to_divide_by_gives_no_rate() -> None:
    assert Figure(0, 0).rate is None
    assert gross_fcr(()).figure == Figure(0, 0)


def test_fewer_than_twenty_are_too_few_for_a_percentage() -> None:
    assert Figure(19, 19).too_few
    assert not Figure(0, 20).too_few


def test_why_openings_failed_is_counted_by_their_first_failing_rule() -> None:
    handed = replace(GOOD, handoffs=(Handoff(RESOLVED),))
    assert reasons(judge([GOOD, FAILED, handed, FAILED], LATER, LIMITS)) == {"repeat": 2, "handoff": 1}


def test_first_level_resolution_forgives_further_contacts_but_no_handing_over() -> None:
    by_desk = replace(FAILED, resolved_by_desk=True)
    warm = replace(by_desk, handoffs=(Handoff(RESOLVED, warm=True),))
    elsewhere = replace(GOOD, resolved_by_desk=False)
    judged = judge([by_desk, warm, elsewhere, replace(GOOD, resolved_at=None)], LATER, LIMITS)
    assert first_level_resolution(judged, LATER) == Figure(1, 3)


def test_one_contact_resolution_waits_for_the_window() -> None:
    judged = judge([GOOD, FAILED], LATER, LIMITS)
    assert one_contact_resolution(judged, LATER) == Figure(1, 2)
    assert one_contact_resolution(judged, RESOLVED + WEEK) == Figure(0, 0)
    assert one_contact_resolution(judged, RESOLVED + WEEK + SECOND) == Figure(1, 2)


def test_handoffs_are_counted_an_opening_and_bounces_among_them() -> None:
    moved = replace(GOOD, handoffs=(Handoff(AT), Handoff(AT, back=True)))
    judged = judge([moved, GOOD], LATER, LIMITS)
    assert handoffs(judged, LATER) == Figure(2, 2)
    assert bounces(judged, LATER) == 1


def test_the_repeat_contact_rate_counts_first_response_and_repeat_only() -> None:
    kinds = [ContactKind.FIRST, ContactKind.FIRST, ContactKind.RESPONSE, ContactKind.REPEAT]
    others = [ContactKind.THANKS, ContactKind.AUTOMATIC, ContactKind.OTHER]
    assert repeat_contact_rate([contact(kind) for kind in kinds + others]) == Figure(1, 4)


def test_repeat_contacts_cost_their_rate_times_f_as_a_band() -> None:
    contacts = [contact(ContactKind.REPEAT)] * 412 + [contact(ContactKind.FIRST)]
    assert repeat_contact_cost(contacts, prices(STARTING_RATE)).bands == (
        Band(Decimal("1112.40"), Decimal("2307.20"), "USD"),
    )
    assert repeat_contact_cost(contacts, prices(STARTING_RATE, factor="1.5")).bands[0].low == Decimal("1668.60")


def test_what_the_desk_had_to_ask_stands_beside_and_not_in_the_sum() -> None:
    contacts = [contact(ContactKind.REPEAT), contact(ContactKind.RESPONSE), contact(ContactKind.RESPONSE)]
    assert repeat_contact_cost(contacts, prices(rate("1", "2"))).bands[0].low == 1
    assert desk_caused_cost(contacts, prices(rate("1", "2"))).bands[0].low == 2


def test_the_most_specific_rate_in_force_on_the_day_is_taken() -> None:
    rates = (
        rate("1", "1"),
        rate("2", "2", tier=2),
        rate("3", "3", channel=Channel.PHONE),
        rate("4", "4", channel=Channel.PHONE, tier=2),
        rate("5", "5", since=date(2026, 8, 4)),
        rate("6", "6", channel=Channel.CHAT, since=date(2026, 8, 4)),
    )

    def low(one: Contact) -> Decimal:
        return repeat_contact_cost([one], prices(*rates)).bands[0].low

    repeat = ContactKind.REPEAT
    assert low(contact(repeat, Channel.PHONE, 2)) == 4
    assert low(contact(repeat, Channel.PHONE, 1)) == 3
    assert low(contact(repeat, Channel.WEB, 2)) == 2
    assert low(contact(repeat, Channel.CHAT, 1)) == 1
    assert low(contact(repeat, Channel.WEB, 1, AT + timedelta(days=1))) == 5
    assert low(contact(repeat, Channel.CHAT, 1, AT + timedelta(days=1))) == 6


def test_the_day_of_a_contact_is_that_of_the_organisation() -> None:
    late_evening = datetime(2026, 8, 3, 23, 0, tzinfo=UTC)
    rates = (rate("1", "1"), rate("9", "9", since=date(2026, 8, 4)))
    in_berlin = Prices(rates, Decimal(1), ZoneInfo("Europe/Berlin"))
    assert repeat_contact_cost([contact(ContactKind.REPEAT, at=late_evening)], in_berlin).bands[0].low == 9


def test_contacts_that_no_rate_covers_are_counted_not_priced() -> None:
    cost = repeat_contact_cost([contact(ContactKind.REPEAT)], prices(rate("1", "1", since=date(2027, 1, 1))))
    assert (cost.contacts, cost.bands, cost.without_rate) == (1, (), 1)


def test_more_contacts_cost_the_mean_of_those_that_a_rate_covers() -> None:
    covered = contact(ContactKind.REPEAT, at=AT + timedelta(days=1))
    cost = repeat_contact_cost([contact(ContactKind.REPEAT), covered], prices(rate("3", "5", since=date(2026, 8, 4))))
    assert scaled(cost, Decimal(10)).bands == (Band(Decimal(30), Decimal(50), "USD"),)


def test_currencies_are_never_added_up() -> None:
    rates = (rate("1", "2"), replace(rate("3", "4", channel=Channel.CHAT), currency="EUR"))
    cost = repeat_contact_cost([contact(ContactKind.REPEAT), contact(ContactKind.REPEAT, Channel.CHAT)], prices(*rates))
    assert {band.currency: band.low for band in cost.bands} == {"USD": 1, "EUR": 3}


def test_a_year_is_the_period_times_365_by_its_days() -> None:
    cost = repeat_contact_cost([contact(ContactKind.REPEAT)] * 10, prices(STARTING_RATE))
    assert a_year_of(cost, 73).bands[0] == Band(Decimal("135.00"), Decimal("280.00"), "USD")


def test_money_stays_exact() -> None:
    cost = repeat_contact_cost([contact(ContactKind.REPEAT)] * 3, prices(rate("0.10", "0.20")))
    assert cost.bands[0] == Band(Decimal("0.30"), Decimal("0.60"), "USD")


def test_presets_say_where_they_come_from() -> None:
    assert all(one.source for one in (STARTING_RATE, *OTHER_RATES))


def test_small_cells_over_confidential_queues_hide_a_second_one_with_them() -> None:
    table = {"hr": (cell(4),), "it": (cell(9, confidential=False),), "desk": (cell(30, confidential=False),)}
    assert suppressed(table) == {"hr", "it"}


def test_two_small_cells_need_no_third_and_plain_ones_hide_nothing() -> None:
    assert suppressed({"a": (cell(1),), "b": (cell(4),), "c": (cell(50),)}) == {"a", "b"}
    assert suppressed({"a": (cell(1, confidential=False),), "b": (cell(5),), "c": (cell(0),)}) == frozenset()


def test_a_row_is_hidden_by_any_small_denominator_of_it() -> None:
    assert suppressed({"hr": (cell(30), cell(4)), "it": (cell(9), cell(9)), "desk": (cell(50),)}) == {"hr", "it"}


def test_a_cell_is_confidential_if_one_of_its_cases_is() -> None:
    assert of_openings([GOOD, replace(GOOD, confidential=True)]) == (cell(2),)
    assert of_openings([GOOD]) == (cell(1, confidential=False),)


def test_all_denominators_over_openings_are_looked_at() -> None:
    pending = replace(GOOD, resolved_at=None, eligible=False)
    openings = [replace(one, confidential=True) for one in (GOOD, GOOD, replace(GOOD, eligible=False), pending)]
    row = of_judged(judge(openings, LATER, NO_LIMITS))
    assert [one.cases for one in row] == [4, 3, 2, 2]


def cell(cases: int, *, confidential: bool = True) -> Cell:
    return Cell(cases, confidential=confidential)


@given(st.lists(openings, max_size=12), st.integers(min_value=0, max_value=60))
def test_every_opening_has_one_place_in_the_figures(many: list[Opening], days: int) -> None:
    now = AT + timedelta(days=days)
    tally = gross_fcr(judge(many, now, LIMITS))
    assert tally.total + len(left_out(many, now, LIMITS)) == len(many)
    assert tally.figure.numerator + tally.not_resolved == tally.figure.denominator
    assert tally.low.numerator <= tally.figure.numerator <= tally.high.numerator


@given(st.lists(openings, max_size=12), st.integers(min_value=0, max_value=60))
def test_the_range_holds_the_rate(many: list[Opening], days: int) -> None:
    tally = gross_fcr(judge(many, AT + timedelta(days=days), LIMITS))
    low, rate_now, high = tally.low.rate, tally.figure.rate, tally.high.rate
    assert low is None or high is None or rate_now is None or low <= rate_now <= high


@given(st.lists(openings, max_size=12))
def test_shares_never_pass_one(many: list[Opening]) -> None:
    judged = judge(many, LATER, LIMITS)
    for figure in (
        first_level_resolution(judged, LATER),
        one_contact_resolution(judged, LATER),
        net_fcr(judged).figure,
    ):
        assert 0 <= figure.numerator <= figure.denominator
