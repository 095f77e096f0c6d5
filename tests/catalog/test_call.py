"""Call steps as documents: what they send and take, and what lint finds of them."""

import pytest
from pydantic import ValidationError

from catalog.expand import expand
from catalog.kinds import StepKind
from catalog.service import Step
from tests.catalog.factories import FACTS, field, pack, reasons, service, step

DOORS = {"endpoint": "doors", "answers": ["name"], "takes": ["badge"]}


def test_what_it_takes_is_asked_of_nobody_and_decides_later() -> None:
    order, tell = step("order", call=DOORS), step("tell", condition='badge != null && badge == "7"')
    one = service(form=[field("name"), field("badge")], steps=[order, tell])
    assert one.later() == {"badge"}
    plan = expand(one, {"name": "Kim"}, FACTS)
    assert [(part.kind, part.needs) for part in plan.steps] == [(StepKind.CALL, ()), (StepKind.TASK, ("order",))]


def test_a_call_waits_for_the_answers_that_it_sends() -> None:
    pick = step("pick", form={"fields": ["name"]})
    one = service(form=[field("name"), field("badge")], steps=[pick, step("order", call=DOORS)])
    assert expand(one, {}, FACTS).steps[1].needs == ("pick",)


def test_a_pack_names_the_system_and_never_its_address() -> None:
    for address in ("https://doors.example.org/orders", "doors.example.org", "10.0.0.1"):
        with pytest.raises(ValidationError):
            Step.model_validate(step("order", call={"endpoint": address}))
    with pytest.raises(ValidationError):
        Step.model_validate(step("order", call={"endpoint": "doors", "url": "https://doors.example.org"}))


CALLS = """
- key: ask
  title: Ask
  summary: ""
  need: any
  form:
    - {key: name, label: Name, kind: text, help: Whose}
    - {key: badge, label: Badge, kind: text, help: Its number}
    - {key: pay, label: Pay, kind: number, help: For HR, confidential_to: [hr]}
  steps:
    - {key: order, title: Order, %(party)s, call: {endpoint: doors, answers: [%(sent)s], takes: [%(takes)s]}}
    - {key: do, title: Do, queue: hr}
  example: {name: Kim}
"""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"sent": "nmae"}, "there is no field 'nmae'"),
        ({"sent": "pay"}, "'pay' is confidential and would leave the desk"),
        ({"sent": "pay", "party": "queue: hr"}, None),
        ({"takes": "name"}, "it sends and takes name"),
        ({"takes": "nmae"}, "there is no field 'nmae'"),
        ({"party": "person: requester"}, "nobody does it if the other system does not"),
    ],
)
def test_lint_names_what_a_call_cannot_be(changed: dict[str, str], reason: str | None) -> None:
    text = pack(CALLS % ({"party": "queue: desk", "sent": "name", "takes": "badge"} | changed))
    found = [why for _, why in reasons(text)]
    assert (reason in found) if reason else found == []
