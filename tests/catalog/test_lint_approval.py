"""What lint says of approvals: nobody to ask, out of reach, of no use, or telling too much."""

import pytest

from tests.catalog.factories import pack, reasons

SERVICE = """\
  - key: buy
    title: Buy
    summary: Something.
    need: any
    owner: mara@example.com
    form:
      - {key: price, label: Price, kind: number, required: true, help: For the budget.}
      - {key: salary, label: Salary, kind: text, confidential_to: [desk], help: For HR.}
    steps:
      - key: agree
        title: Agree
        approval: {APPROVAL}
      - {key: order, title: Order, queue: desk, needs: [agree]}
    example: {price: 3}
"""


def found(approval: str, old: str = "{}{}", new: str = "") -> list[tuple[str, str]]:
    return reasons(pack(SERVICE.replace("{APPROVAL}", approval).replace(old, new)))


@pytest.mark.parametrize(
    "approval",
    [
        "{approvers: [requester.manager]}",
        "{approvers: [desk.lead, cost_centre.owner, service.owner], quorum: 2 of 3, shows: [price]}",
        "{approvers: [requester.manager, desk.lead], quorum: 60 %, order: in_turn, on_expiry: reject}",
    ],
)
def test_an_approval_that_can_be_given_has_no_faults(approval: str) -> None:
    assert found(approval) == []


@pytest.mark.parametrize(
    ("approval", "where", "reason"),
    [
        ("{}", ".approvers", "an approval without approvers is never given"),
        ("{approvers: [requester.boss]}", ".approvers[0]", "there is no approver 'requester.boss'"),
        ("{approvers: [cellar.lead]}", ".approvers[0]", "there is no approver 'cellar.lead'"),
        ("{approvers: [desk.lead, desk.lead]}", ".approvers[1]", "'desk.lead' is asked twice"),
        ("{approvers: [subject.manager]}", ".approvers[0]", "subject.manager needs a subject who is in the directory"),
        ("{approvers: [desk.lead], quorum: 2 of 2}", ".quorum", "2 of 2 can never agree: there are 1 approvers"),
        (
            "{approvers: [desk.lead, requester.manager], quorum: 1 of 3}",
            ".quorum",
            "“1 of 3” is of another number than the 2 approvers",
        ),
        ("{approvers: [desk.lead], shows: [cost]}", ".shows[0]", "there is no field 'cost'"),
        (
            "{approvers: [desk.lead], shows: [salary]}",
            ".shows[0]",
            "'salary' is confidential and approvers would read it",
        ),
    ],
)
def test_each_mistake_is_named_at_its_place(approval: str, where: str, reason: str) -> None:
    faults = found(approval)
    assert [(place.partition(".approval")[2], said) for place, said in faults] == [(where, reason)]


def test_an_approval_that_holds_up_nothing_is_named() -> None:
    said = [reason for _, reason in found("{approvers: [desk.lead]}", ", needs: [agree]")]
    assert said == ["nothing waits for this approval"]


def test_a_service_without_an_owner_has_none_to_ask() -> None:
    said = [reason for _, reason in found("{approvers: [service.owner]}", "    owner: mara@example.com\n")]
    assert said == ["this service has no owner"]


def test_what_is_secret_is_told_to_no_approver() -> None:
    secret = "    owner: mara@example.com\n", "    secret: true\n    confidential_to: [desk]\n"
    said = [reason for _, reason in found("{approvers: [desk.lead]}", *secret)]
    assert "what is secret can be told to no approver" in said


def test_an_approval_is_assigned_to_nobody() -> None:
    said = [reason for _, reason in found("{approvers: [desk.lead]}\n        assign: round_robin")]
    assert "an approval is offered to nobody: its approvers are asked" in said
