"""What reports say, and to whom, of openings that not everybody may know of."""

from datetime import timedelta
from typing import Any

import pytest

from routing.work import ContactKind, RepeatCause
from spoc.reports import presets
from spoc.reports.document import to_json
from spoc.reports.question import By, Filters
from tests.spoc.reports.past import MINUTE, MONDAY, Past, ask


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
