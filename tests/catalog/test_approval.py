"""Approval steps as documents: their quorum and lengths of time as text, and what a step may be beside."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.approval import Approval, OnExpiry, Order, Quorum, Span
from catalog.dates import Unit
from catalog.expand import expand
from catalog.kinds import StepKind
from catalog.service import Step
from tests.catalog.factories import FACTS, service, step

MANAGER = {"approvers": ["requester.manager"]}


def test_a_step_with_an_approval_is_one_and_any_other_is_a_task() -> None:
    asked = service(steps=[{"key": "agree", "title": "Agree", "approval": MANAGER}, step("order", needs=["agree"])])
    assert [one.kind for one in expand(asked, {}, FACTS).steps] == [StepKind.APPROVAL, StepKind.TASK]


@pytest.mark.parametrize("party", [{"queue": "desk"}, {"person": "requester"}])
def test_an_approval_is_for_no_queue_and_no_person(party: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="names its people itself"):
        Step.model_validate({"key": "agree", "title": "Agree", "approval": MANAGER, **party})


def test_a_task_still_needs_a_queue_or_a_person() -> None:
    with pytest.raises(ValidationError, match="needs a queue or a person"):
        Step.model_validate({"key": "order", "title": "Order"})


@pytest.mark.parametrize(
    ("text", "quorum"),
    [
        ("one", Quorum(count=1)),
        ("all", Quorum()),
        ("2 of 3", Quorum(count=2, of=3)),
        ("60 %", Quorum(percent=60)),
        ("100%", Quorum(percent=100)),
    ],
)
def test_a_quorum_is_a_number_a_share_or_everybody(text: str, quorum: Quorum) -> None:
    assert Approval.model_validate({"quorum": text}).quorum == quorum


@pytest.mark.parametrize("text", ["", "none", "0 of 3", "2 of", "0 %", "101 %", "-1 %", "two of three", "two"])
def test_any_other_quorum_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="how many must agree"):
        Approval.model_validate({"quorum": text})


@given(st.one_of(st.builds(Span, st.integers(1, 5000), st.sampled_from(sorted(set(Unit) - {Unit.MONTHS})))))
def test_a_length_of_time_reads_back_as_it_is_written(span: Span) -> None:
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize("text", ["", "2", "0 days", "working days", "2 working weeks", "1 month", "9999 days"])
def test_any_other_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="write it like"):
        Approval.model_validate({"remind": text})


def test_an_approval_that_says_nothing_asks_all_at_once_and_goes_up_after_a_week() -> None:
    approval = Approval()
    assert (approval.order, approval.quorum, approval.on_expiry) == (Order.AT_ONCE, Quorum(), OnExpiry.ESCALATE)
    assert (str(approval.remind), str(approval.expires)) == ("2 working days", "5 working days")


@given(
    st.one_of(
        st.just(Quorum()),
        st.just(Quorum(count=1)),
        st.builds(Quorum, st.integers(1, 99), st.integers(1, 99)),
        st.builds(Quorum, percent=st.integers(1, 100)),
    )
)
def test_a_quorum_reads_back_as_it_is_written(quorum: Quorum) -> None:
    assert Quorum.parse(str(quorum)) == quorum


def test_documents_keep_an_approval_as_it_was_written() -> None:
    raw: dict[str, Any] = {"approvers": ["it.lead"], "quorum": "60 %", "expires": "1 week", "on_expiry": "reject"}
    kept = Approval.model_validate(raw)
    assert Approval.model_validate_json(kept.model_dump_json()) == kept
