"""What figures are measured against: settings and rates, and how they change."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from routing.visibility import Role
from routing.work import Channel, ContactKind
from spoc.db.reports import ContactRateRow, ReportChangeRow, ReportSettingRow
from spoc.errors import NotAllowed
from spoc.reports import presets
from spoc.reports.change import change_setting, set_rate
from spoc.reports.changes import read_changes
from spoc.reports.errors import InvalidReportSetting
from tests.spoc.reports.past import MONDAY, Past, ask
from tests.world import PEOPLE


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
