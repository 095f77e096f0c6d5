"""Faults of secret steps and answers: known to nobody, or betrayed by what others see."""

from collections.abc import Iterator

from catalog.conditions import compiled
from catalog.errors import DocumentFault, InvalidCondition
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Service, Step


def secret_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    steps = {step.key: step for step in service.steps}
    for at, step in enumerate(service.steps):
        here = place.part(f".steps[{at}]")
        if step.secret:
            yield from _circle_faults(here, service, step)
        yield from _answer_faults(here, service, step)
        for need in (steps[key] for key in step.needs if key in steps):
            if need.secret and not _may_wait(service, step, need):
                reason = Remark("by waiting for %(need)r, which is secret, it would tell of it", need=need.key)
                advice = Remark("make it secret too, for %(queues)s", queues=_queues(service, need))
                yield here.fault(".needs", reason, advice)
    yield from _service_faults(place, service)


def _answer_faults(here: Place, service: Service, step: Step) -> Iterator[DocumentFault]:
    """Whoever sees whether a step is there knows what its condition reads, if nothing else decides it."""
    readers = set(step.confidential_to or service.confidential_to)
    for key in _read(step):
        field = service.fields.get(key)
        if field and field.confidential_to and not (readers and readers <= set(field.confidential_to)):
            queues = ", ".join(field.confidential_to)
            reason = Remark("by being there or not it would tell the answer to %(key)r, which is confidential", key=key)
            yield here.fault(".condition", reason, Remark("add confidential_to: [%(queues)s]", queues=queues))


def _read(step: Step) -> tuple[str, ...]:
    """The answers that its condition reads; one that cannot be understood is told elsewhere."""
    try:
        return compiled(step.condition).names if step.condition else ()
    except InvalidCondition:
        return ()


def _circle_faults(here: Place, service: Service, step: Step) -> Iterator[DocumentFault]:
    circle = service.circle(step)
    if not circle:
        reason = Remark("a secret step needs confidential_to, or a service that has it")
        yield here.fault(".secret", reason, Remark("name the queues that may know of it"))
    elif step.queue is None:
        reason = Remark("a secret step is kept from every single person")
        yield here.fault(".person", reason, Remark("give it to a queue"))
    elif step.queue not in circle and not step.confidential_to:
        reason = Remark("%(queue)r could not see its own step", queue=step.queue)
        yield here.fault(".queue", reason, Remark("name it in confidential_to: %(queue)s", queue=step.queue))


def _may_wait(service: Service, step: Step, need: Step) -> bool:
    """Whether all who see the step may know of the need."""
    return step.secret and set(service.circle(step)) <= set(service.circle(need))


def _queues(service: Service, step: Step) -> str:
    return ", ".join(service.circle(step)) or Remark("the same queues")


def _service_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    """Whoever asks for a service that is not secret sees work: a request without any would tell that there is more."""
    if service.secret or not any(step.secret for step in service.steps):
        return
    if all(step.secret for step in service.steps):
        reason = Remark("all its steps are secret, so the service is too")
        yield place.fault(".secret", reason, Remark("write secret: true"))
    elif all(step.secret or step.condition for step in service.steps):
        reason = Remark("some answers would leave nothing but secret steps")
        yield place.fault(".steps", reason, Remark("add a step that is neither secret nor has a condition"))
