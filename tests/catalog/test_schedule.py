"""Schedules as documents: the days that their rules name, and what lint finds of them."""

from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.schedule import Schedule
from tests.catalog.factories import pack, reasons

QUARTERLY = {"key": "q", "title": "Quarterly", "requester": "it.lead", "every": "3 months", "from_on": "2026-01-15"}


def schedule(**parts: Any) -> Schedule:
    return Schedule.model_validate(QUARTERLY | parts)


def days(one: Schedule, since: str = "2000-01-01", most: int = 4) -> list[str]:
    return [day.isoformat() for day in islice(one.days(date.fromisoformat(since)), most)]


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({}, ["2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15"]),
        ({"day": 31}, ["2026-01-31", "2026-04-30", "2026-07-31", "2026-10-31"]),
        ({"day": "last day", "every": "1 month"}, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ({"day": "first working day"}, ["2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"]),
        ({"every": "10 days"}, ["2026-01-15", "2026-01-25", "2026-02-04", "2026-02-14"]),
        ({"every": "2 weeks"}, ["2026-01-15", "2026-01-29", "2026-02-12", "2026-02-26"]),
        (
            {"every": "2 weeks", "weekdays": ["friday", "monday"]},
            ["2026-01-16", "2026-01-26", "2026-01-30", "2026-02-09"],
        ),
        ({"until_on": "2026-07-14"}, ["2026-01-15", "2026-04-15"]),
    ],
)
def test_the_rule_names_these_days(parts: dict[str, Any], named: list[str]) -> None:
    assert days(schedule(**parts)) == named


RULES = st.one_of(
    st.fixed_dictionaries({"every": st.integers(1, 60).map("{} days".format)}),
    st.fixed_dictionaries(
        {
            "every": st.integers(1, 9).map("{} weeks".format),
            "weekdays": st.lists(st.sampled_from(["monday", "wednesday", "sunday"]), unique=True),
        }
    ),
    st.fixed_dictionaries(
        {
            "every": st.integers(1, 14).map("{} months".format),
            "day": st.one_of(st.integers(1, 31), st.sampled_from(["last day", "last working day"])),
        }
    ),
)


@given(RULES, st.dates(date(2025, 1, 1), date(2031, 1, 1)), st.dates(date(2024, 1, 1), date(2035, 1, 1)))
def test_days_asked_for_later_are_those_that_were_to_come(rule: dict[str, Any], first: date, since: date) -> None:
    one = schedule(**rule, from_on=first.isoformat())
    from_the_start = [day for day in islice(one.days(first), 400) if day >= since]
    assert list(islice(one.days(since), min(len(from_the_start), 5))) == from_the_start[:5]


@given(RULES, st.dates(date(2025, 1, 1), date(2031, 1, 1)))
def test_days_rise_and_lie_within_the_dates(rule: dict[str, Any], first: date) -> None:
    last = first + timedelta(days=700)
    named = list(schedule(**rule, from_on=first.isoformat(), until_on=last.isoformat()).days(date(2000, 1, 1)))
    assert named == sorted(set(named))
    assert all(first <= day <= last for day in named)


@pytest.mark.parametrize(
    "parts",
    [
        {"every": "0 days"},
        {"every": "every day"},
        {"every": "2 hours"},
        {"every": 3},
        {"day": 0},
        {"day": 32},
        {"day": True},
        {"day": "first monday"},
        {"weekdays": ["monday"]},
        {"every": "1 week", "day": 3},
        {"every": "1 week", "weekdays": ["mon"]},
        {"at": "9:00"},
        {"at": "24:00"},
        {"at": 540},
        {"from_on": "2026-02-30"},
        {"from_on": 20260101},
        {"from_on": "1999-12-31"},
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": "\0"},
        {"day_off": "maybe"},
        {"requester": ""},
        {"untill_on": "2026-09-01"},
    ],
)
def test_what_is_no_rule_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schedule(**parts)


def test_it_is_read_back_from_what_is_stored() -> None:
    one = schedule(day=3, at="07:30", until_on="2027-01-01", day_off="skip", time_zone="Europe/Paris")
    assert Schedule.model_validate_json(one.model_dump_json()) == one


ASK = """
- key: ask
  title: Ask
  summary: ""
  need: any
  %(owner)s
  form:
    - {key: name, label: Name, kind: text, required: true, help: Whose}
  steps:
    - {key: do, title: Do, queue: hr}
  example: {name: Kim}
  schedules:
    - {key: q, title: Quarterly, requester: %(requester)s, every: 3 months, from_on: 2026-01-15, until_on: %(until)s, answers: %(answers)s}
"""  # noqa: E501 - as an author writes it
SOUND = {
    "owner": "owner: kim@example.com",
    "requester": "service.owner",
    "until": "2026-09-01",
    "answers": "{name: Kim}",
}


@pytest.mark.parametrize(
    ("changed", "where", "reason"),
    [
        ({}, "", None),
        ({"requester": "hr.lead"}, "", None),
        ({"requester": "whoever@example.com"}, "", None),
        ({"requester": "hr.laed"}, "requester", "there is no requester 'hr.laed'"),
        ({"requester": "moon.lead"}, "requester", "there is no requester 'moon.lead'"),
        ({"owner": "icon: help"}, "requester", "this service has no owner"),
        ({"until": "2026-01-14"}, "until_on", "this never comes: no date lies between from_on and until_on"),
        ({"answers": "{}"}, "answers.name", "Please answer this."),
        ({"answers": "{name: Kim, nmae: Kim}"}, "answers.nmae", "This form has no such field."),
        ({"answers": "{name: 3}"}, "answers.name", "This must be a text."),
    ],
)
def test_lint_names_what_a_schedule_cannot_be(changed: dict[str, str], where: str, reason: str | None) -> None:
    found = reasons(pack(ASK % (SOUND | changed)))
    assert found == ([(f"services[0].schedules[0].{where}", reason)] if reason else [])


def test_a_secret_service_has_no_schedule() -> None:
    secret = "owner: kim@example.com\n  secret: true\n  confidential_to: [hr]"
    found = [why for _, why in reasons(pack(ASK % (SOUND | {"owner": secret})))]
    assert found == ["a secret request is not asked for by a schedule: others would see that it comes"]
