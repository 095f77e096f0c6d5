"""Faults of secret steps and answers: known to nobody, or betrayed by what others see."""

from collections.abc import Iterator, Mapping
from typing import Final

from catalog.conditions import compiled
from catalog.errors import DocumentFault, InvalidCondition
from catalog.pack import Place
from catalog.remark import Remark, marked
from catalog.service import Field, Service, Step

_BETRAYED: Final[Mapping[str, tuple[str, str]]] = {
    ".condition": (
        marked("by being there or not it would tell the answer to %(key)r, which is confidential"),
        marked(
            "by being there or not it would tell that %(name)r is asked, which hangs on %(key)r, which is confidential"
        ),
    ),
    ".for_each": (
        marked("its rows would tell the answer to %(key)r, which is confidential"),
        marked("its rows would tell that %(name)r is asked, which hangs on %(key)r, which is confidential"),
    ),
}
_BY_DATE: Final = (
    marked("its date would tell the answer to %(key)r, which is confidential"),
    marked("its date would tell that %(name)r is asked, which hangs on %(key)r, which is confidential"),
)


def secret_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    steps = {step.key: step for step in service.steps}
    kept = _kept(service)
    for at, step in enumerate(service.steps):
        here = place.part(f".steps[{at}]")
        if step.secret:
            yield from _circle_faults(here, service, step)
        yield from _answer_faults(here, service, step, kept)
        for need in (steps[key] for key in step.needs if key in steps):
            if need.secret and not _may_wait(service, step, need):
                reason = Remark("by waiting for %(need)r, which is secret, it would tell of it", need=need.key)
                advice = Remark("make it secret too, for %(queues)s", queues=_queues(service, need))
                yield here.fault(".needs", reason, advice)
    yield from _service_faults(place, service)


def _answer_faults(
    here: Place, service: Service, step: Step, kept: Mapping[str, tuple[Field, ...]]
) -> Iterator[DocumentFault]:
    """Whoever sees a step sees what it hangs on: in whether it is there, in its rows and in its dates.

    That other answers decide it too keeps nothing secret: what becomes likely is told as well.
    """
    readers = set(step.confidential_to or service.confidential_to)
    for where, names in _read(step).items():
        for name in names:
            told = (field for field in kept.get(name, ()) if not (readers and readers <= set(field.confidential_to)))
            if (field := next(told, None)) is not None:
                yield here.fault(where, _betrayal(where, name, field.key), _advice(where, field))


def _kept(service: Service) -> Mapping[str, tuple[Field, ...]]:
    """By question, what of it is confidential: its own answer, and those that decide whether it is asked at all."""
    kept: dict[str, tuple[Field, ...]] = {}
    for field in service.fields.values():
        own = (field,) if field.confidential_to else ()
        above = {one.key: one for name in _names(field.visible_when) for one in kept.get(name, ())}
        kept[field.key] = (*own, *above.values())
    return kept


def _read(step: Step) -> Mapping[str, tuple[str, ...]]:
    """The answers that shape it, by the place that reads them."""
    earliest = step.appointment.earliest if step.appointment else None
    dates = {".opens": step.opens, ".due": step.due, ".appointment.earliest": earliest}
    read = {where: (rule.anchor,) for where, rule in dates.items() if rule is not None}
    rows = (step.for_each,) if step.for_each else ()
    return {".condition": _names(step.condition), ".for_each": rows, **read}


def _names(text: str | None) -> tuple[str, ...]:
    """What a condition reads; one that cannot be understood is told elsewhere."""
    try:
        return compiled(text).names if text else ()
    except InvalidCondition:
        return ()


def _betrayal(where: str, name: str, key: str) -> Remark:
    direct, by_asking = _BETRAYED.get(where, _BY_DATE)
    return Remark(direct, key=key) if name == key else Remark(by_asking, name=name, key=key)


def _advice(where: str, field: Field) -> Remark:
    queues = ", ".join(field.confidential_to)
    if where in _BETRAYED:
        return Remark("add confidential_to: [%(queues)s]", queues=queues)
    return Remark("add confidential_to: [%(queues)s], or count from another date", queues=queues)


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
