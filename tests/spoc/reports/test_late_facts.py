"""Which late facts are given as reasons, and whom they name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, update

from routing.work import Channel, ContactKind
from spoc.db.contacts import ContactRow
from spoc.db.reports import ReportChangeRow
from spoc.desk.contacts import ask_for_news
from spoc.people.organisation import letterhead_of, set_organisation
from spoc.people.working_time import change_calendar, one_calendar, set_queue_hours
from spoc.reports.change import change_setting, set_rate
from spoc.reports.definitions import VERSION
from spoc.reports.measures import Figure
from spoc.reports.question import Question
from spoc.reports.restating import late
from spoc.reports.restating.statement import Figures, Late, LateKind, Measure, Stated
from tests.spoc.reports.past import BERLIN, MINUTE, MONDAY, Past
from tests.spoc.reports.test_restatements import CLOSES, HOUR, RATE, came_back, reference
from tests.world import World

NONE = Figure(0, 0)
BEFORE = Stated(MONDAY.date(), 1, CLOSES, VERSION, Figures(NONE, NONE, NONE))
LATER = CLOSES + 5 * HOUR


@pytest.fixture
def past(world: World) -> Past:
    return Past(world)


def facts(past: Past, before: Stated = BEFORE, *measures: Measure) -> list[Late]:
    week = Question(None, MONDAY.date(), date(2026, 7, 12), BERLIN)
    return list(late.late_facts(past.session, week, before, measures or [Measure.NET_FCR], LATER))


def test_another_definition_is_a_reason_of_its_own_with_the_time_it_was_counted_by_it(past: Past) -> None:
    past.opening()
    assert facts(past, replace(BEFORE, version=VERSION - 1)) == [Late(LateKind.DEFINITION, LATER)]


def test_a_requester_who_chased_while_the_week_was_stated_is_not_named(past: Past) -> None:
    ask = past.opening(resolved_at=None)
    at = CLOSES - MINUTE / 2
    ask_for_news(past.session, past.world.actor("employee"), reference(past, ask), at, channel=Channel.WEB)
    assert facts(past) == []


def test_a_contact_that_is_late_logged_by_no_agent_names_nobody(past: Past) -> None:
    ask = past.opening()
    past.contact(ask, ContactKind.RESPONSE, MONDAY + HOUR)
    logged = {"recorded_at": CLOSES + HOUR, "late_logged": True}
    past.session.execute(update(ContactRow).where(ContactRow.kind == ContactKind.RESPONSE).values(logged))
    assert facts(past) == [Late(LateKind.CONTACT_LOGGED, CLOSES + HOUR, None, ask.ticket_id)]


@pytest.mark.parametrize("link", ["about", "opening"])
def test_a_late_contact_about_an_earlier_request_is_a_reason_for_its_week(past: Past, link: str) -> None:
    earlier = past.opening()
    at = MONDAY + timedelta(days=8)
    same = earlier.id if link == "opening" else None
    again = past.opening(at=at, resolved_at=at + HOUR, same_issue_of_id=same)
    came_back(past, again, CLOSES + HOUR, at=at + 2 * HOUR)
    if link == "about":
        newest = update(ContactRow).where(ContactRow.recorded_at == CLOSES + HOUR)
        past.session.execute(newest.values(about_ask_id=earlier.id))
    assert [one.ticket_id for one in facts(past)] == [again.ticket_id]


def test_targets_and_rates_of_later_days_are_no_reasons_and_crowd_none_out(past: Past) -> None:
    manager, at = past.world.actor("manager"), CLOSES + HOUR
    target = {"key": "target.net_fcr", "after": {}, "why": "", "changed_by_id": manager.person_id, "changed_at": at}
    past.session.execute(insert(ReportChangeRow), [target] * late.MOST)
    set_rate(past.session, manager, {**RATE, "valid_from": "2026-07-13"}, at)
    change_setting(past.session, manager, "cost.f", "1.5", "us", at, why="Longer")
    assert facts(past) == []
    assert [one.key for one in facts(past, BEFORE, Measure.REPEAT_COST)] == ["cost.f"]


def test_the_time_zone_and_the_desks_own_working_time_are_reasons_and_nothing_else_of_the_organisation(
    past: Past,
) -> None:
    admin, session = past.world.actor("admin"), past.session
    here = letterhead_of(session)
    set_organisation(session, admin, replace(here, name="Halden"), CLOSES + HOUR)
    set_queue_hours(session, admin, {"it": "office"}, CLOSES + HOUR)
    assert facts(past) == []

    set_organisation(session, admin, replace(here, time_zone="Europe/Oslo"), CLOSES + HOUR)
    set_queue_hours(session, admin, {"desk": "office"}, CLOSES + 2 * HOUR)
    change_calendar(
        session, admin, replace(one_calendar(session, "office"), country="FR", region=""), CLOSES + 3 * HOUR
    )

    assert {one.kind for one in facts(past)} == {LateKind.WORKING_TIME}
    assert [(one.by_id, one.at) for one in facts(past)] == [
        (admin.person_id, CLOSES + hours * HOUR) for hours in (1, 2, 3)
    ]
