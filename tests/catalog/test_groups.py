"""Services by need, questions by section, steps by phase: nothing is lost and nothing stands twice."""

import pytest

from catalog.document import shipped
from catalog.groups import by_need, by_phase, departments_of, sections
from catalog.service import FieldKind, Service


def test_every_service_stands_under_one_need() -> None:
    found = [service.key for group in by_need(shipped()) for service in group.services]
    assert sorted(found) == sorted(service.key for service in shipped().services)


@pytest.mark.parametrize("service", shipped().services, ids=lambda one: one.key)
def test_every_question_and_every_step_stands_once(service: Service) -> None:
    shown = [field.key for section in sections(service.form) for field in section.fields]
    assert sorted(shown) == sorted(field.key for field in service.form if field.kind is not FieldKind.SECTION)
    steps = [step.key for phase in by_phase(service, shipped()) for step in phase.steps]
    assert sorted(steps) == sorted(step.key for step in service.steps)


def test_departments_are_named_as_employees_know_them_without_confidential_parts() -> None:
    starter = shipped().service("new-starter")
    assert set(departments_of(starter, shipped())) == {"HR", "IT", "Facilities", "Office management"}
    one_department = [queue.model_copy(update={"department": "Services"}) for queue in shipped().queues]
    merged = shipped().model_copy(update={"queues": tuple(one_department)})
    assert departments_of(starter, merged) == ("Services",)
    hidden = starter.model_copy(
        update={"steps": tuple(step.model_copy(update={"confidential_to": ("hr",)}) for step in starter.steps)}
    )
    assert departments_of(hidden, shipped()) == ()
    secret = starter.model_copy(
        update={"steps": tuple(step.model_copy(update={"secret": True}) for step in starter.steps)}
    )
    assert departments_of(secret, shipped()) == ()
