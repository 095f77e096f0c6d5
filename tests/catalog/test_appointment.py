"""Appointment steps as documents: what they wait for, how they are told, and what lint finds of them."""

import pytest
from pydantic import ValidationError

from catalog.compare import compare
from catalog.expand import expand
from catalog.kinds import StepKind
from catalog.service import Catalogue, Step
from spoc.web.catalogue_changes import sentence
from tests.catalog.factories import FACTS, field, pack, reasons, service, step

MEET = {"minutes": 30, "place": "Counter"}


def test_it_waits_for_the_form_that_asks_when_where_or_with_whom() -> None:
    pick = step("pick", form={"fields": ["day"]})
    meet = step("meet", due="day", appointment={**MEET, "earliest": "day"})
    plan = expand(service(form=[field("day", "date")], steps=[pick, meet]), {}, FACTS)
    assert [(one.kind, one.needs) for one in plan.steps] == [
        (StepKind.FORM, ()),
        (StepKind.APPOINTMENT, ("pick",)),
    ]


@pytest.mark.parametrize(
    "wrong", [{"minutes": 0}, {"minutes": 1000}, {"minutes": "soon"}, {"at_once": 0}, {"who": "me"}]
)
def test_what_is_no_appointment_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Step.model_validate(step("meet", appointment={**MEET, **wrong}))


def test_a_comparison_tells_that_it_is_one_now_or_another() -> None:
    def told(before: dict[str, object], after: dict[str, object]) -> list[str]:
        two = (Catalogue(services=(service(steps=[step("meet", **one)]),)) for one in (before, after))
        return [str(sentence(change)) for change in compare(*two)]

    assert told({}, {"appointment": MEET}) == ["“Meet” is an appointment of 30 minutes now."]
    assert told({"appointment": MEET}, {"appointment": {**MEET, "minutes": 45}}) == [
        "The appointment “Meet” takes 45 minutes instead of 30."
    ]


MEETING = """
- key: ask
  title: Ask
  summary: ""
  need: any
  subject: %(subject)s
  form:
    - {key: name, label: Name, kind: text, help: Whose}
    - {key: who, label: Who, kind: person, help: Whom}
    - {key: day, label: Day, kind: date, help: When}
    - {key: site, label: Site, kind: location}
    - {key: secretly, label: Secretly, kind: person, help: For HR, confidential_to: [hr]}
  steps:
    - {key: meet, title: Meet, %(party)s, due: %(due)s, appointment: {minutes: 30, %(body)s}}
    - {key: do, title: Do, queue: hr}
  example: {name: Kim}
"""
TO_NOBODY = "an appointment is offered to nobody: who it is with is there at its time"
NO_SUBJECT = "needs a subject who is in the directory"
NO_TIME = "no time can lie after %s after day and until 2 days after day"
USUAL = {"subject": "who", "party": "queue: desk", "due": "2 days after day", "body": "place: Counter"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"body": "location: site, person: who, earliest: day, chosen_by: subject"}, None),
        ({"party": "person: requester"}, "nobody arranges it if no time is chosen"),
        ({"party": "queue: desk, confidential_to: [desk]"}, "whoever is to choose a time could not see it"),
        (
            {"party": "queue: desk, assign: round_robin"},
            TO_NOBODY,
        ),
        ({"party": "queue: desk, checklist: [One]"}, "a step of kind appointment has no checklist"),
        ({"body": "every: 30"}, "nobody would know where to meet"),
        ({"body": "location: sight"}, "there is no field 'sight'"),
        ({"body": "location: name"}, "the field 'name' is no location"),
        ({"body": "place: Counter, person: it.lead"}, "nobody is called 'it.lead'"),
        ({"body": "place: Counter, person: name"}, "nobody is called 'name'"),
        ({"body": "place: Counter, person: secretly"}, "'secretly' is confidential and would be told"),
        ({"body": "place: Counter, person: who, topic: Chairs"}, "it is with who and with a point of contact"),
        ({"body": "place: Counter, person: service.owner"}, "this service has no owner"),
        (
            {"subject": "name", "body": "place: Counter, person: subject.manager"},
            f"subject.manager {NO_SUBJECT}",
        ),
        (
            {"subject": "name", "body": "place: Counter, chosen_by: subject"},
            f"subject {NO_SUBJECT}",
        ),
        ({"due": "null"}, "it may lie as late as the step is due, and the step has no date"),
        (
            {"body": "place: Counter, earliest: 3 days after day"},
            NO_TIME % "3 days",
        ),
        (
            {"body": "place: Counter, earliest: 1 week after day"},
            NO_TIME % "1 weeks",
        ),
        ({"body": "place: Counter, earliest: today"}, "there is no field 'today'"),
    ],
)
def test_lint_names_what_an_appointment_cannot_be(changed: dict[str, str], reason: str | None) -> None:
    found = [why for _, why in reasons(pack(MEETING % (USUAL | changed)))]
    assert (reason in found) if reason else found == []
