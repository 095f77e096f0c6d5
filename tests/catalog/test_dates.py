from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.dates import DateRule, Unit
from catalog.errors import InvalidDateRule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("submission", DateRule("submission")),
        ("start_on", DateRule("start_on")),
        ("start_on 09:00", DateRule("start_on", at=time(9))),
        ("same day as last_day 18:00", DateRule("last_day", at=time(18))),
        ("10 working days before start_on", DateRule("start_on", -10, Unit.WORKING_DAYS)),
        ("1 working day before start_on", DateRule("start_on", -1, Unit.WORKING_DAYS)),
        ("4 weeks after last_day", DateRule("last_day", 4, Unit.WEEKS)),
        ("2 months after last_day 08:30", DateRule("last_day", 2, Unit.MONTHS, time(8, 30))),
        ("4 working hours after submission", DateRule("submission", 4, Unit.WORKING_HOURS)),
        ("30 minutes after submission", DateRule("submission", 30, Unit.MINUTES)),
        ("  3   days  after   start_on ", DateRule("start_on", 3, Unit.DAYS)),
    ],
)
def test_a_rule_is_read_from_its_text(text: str, rule: DateRule) -> None:
    assert DateRule.parse(text) == rule


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "write it like"),
        ("3 days", "write it like"),
        ("-3 days before start_on", "write it like"),
        ("three days before start_on", "write it like"),
        ("3 working weeks after start_on", "only minutes, hours and days"),
        ("3 working months after start_on", "only minutes, hours and days"),
        ("2 hours after submission 18:00", "a time of day goes with days"),
        ("9999 days after start_on", "at most 5000"),
        ("start_on 25:00", "25:00 is no time of day"),
        ("3 days after start_on 9:00", "write it like"),
    ],
)
def test_what_is_outside_the_grammar_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidDateRule) as refused:
        DateRule.parse(text)
    assert reason in refused.value.reason


_days = st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.WORKING_DAYS])
_clock = st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.WORKING_MINUTES, Unit.WORKING_HOURS])
_anchors = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
_amounts = st.integers(-5000, 5000).filter(bool)
_times = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))
_rules = (
    st.builds(DateRule, _anchors, _amounts, _days, _times)
    | st.builds(DateRule, _anchors, _amounts, _clock)
    | st.builds(DateRule, _anchors, at=_times)
)


@given(_rules)
def test_a_rule_survives_being_written_and_read(rule: DateRule) -> None:
    assert DateRule.parse(str(rule)) == rule


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    try:
        rule = DateRule.parse(text)
    except InvalidDateRule:
        return
    assert DateRule.parse(str(rule)) == rule
