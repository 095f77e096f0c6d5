"""A long checklist of somebody else's, as one writes it by the help alone: read, tried and placed as a whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.answers import Known, check, named_files, named_people
from catalog.document import shipped
from catalog.expand import expand
from catalog.files import taken_at_their_word
from catalog.kinds import StepKind
from catalog.looked_at import look, packs_at, try_out
from catalog.service import Service
from catalog.undecided import filled_by
from routing.fanout import fan_out
from routing.work import Facts
from spoc.intake.plan import works_of

PACKS = packs_at([Path(__file__).parents[1] / "packs" / "leaver_37.yaml"])[0]
SERVICE = next(service for document in PACKS.documents for _, service in document.of(Service))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EMPLOYEE = dict(SERVICE.example)
CONTRACTOR = {"leaver": "carl@example.org", "employment": "contractor", "last_day": "2026-12-18", "works_remote": True}
CHOSEN = {"mailbox": "keep", "keep_until": "2027-06-30", "keep_why": "An audit", "reply_text": "Gone."}


def test_it_has_37_tasks_and_every_kind_of_step_and_no_fault() -> None:
    kinds = [step.kind for step in SERVICE.steps]
    assert kinds.count(StepKind.TASK) == 37
    assert set(kinds) == set(StepKind)
    assert [str(fault) for fault in look(PACKS, shipped()).faults] == []


def test_its_own_tests_pass() -> None:
    outcomes = try_out(PACKS, shipped())
    assert len(outcomes) == 5
    assert [str(fault) for outcome in outcomes for fault in outcome.faults] == []


@pytest.mark.parametrize(
    ("given", "placed", "without_date"),
    [
        (EMPLOYEE, 39, ["mailbox-late"]),
        (CONTRACTOR, 27, ["mailbox-late"]),
        (CONTRACTOR | CHOSEN | {"legal_hold": True}, 23, []),
    ],
    ids=["employee", "contractor", "contractor-chosen"],
)
def test_it_is_placed_with_dates_in_the_order_of_its_needs(
    given: dict[str, object], placed: int, without_date: list[str]
) -> None:
    known = Known(
        named_people(SERVICE, given), frozenset({"berlin"}), files=taken_at_their_word(named_files(SERVICE, given))
    )
    filled = filled_by(SERVICE, given)
    plan = expand(SERVICE, check(SERVICE, given, known, filled=filled), {"requester": None, "subject": None}, filled)
    found = {one.key: one for one in fan_out(works_of(SERVICE, plan.steps), Facts(SERVICE.key), (), {}, NOW)}
    assert [one.fault for one in plan.skipped if one.fault] == []
    assert len(found) == placed
    assert [step.key for step in plan.steps if step.due_to_come] == without_date
    assert found["accounts-off"].opens_at == datetime.fromisoformat(f"{given['last_day']}T18:00+00:00")
    late = [
        (need, one.key)
        for one in found.values()
        for need in one.needs
        if one.due_at and (due_at := found[need].due_at) and due_at > one.due_at and one.key not in without_date
    ]
    assert late == []
