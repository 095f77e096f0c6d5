"""Faults of call steps: answers that are not there or not for others, and nobody to fall back on."""

from collections.abc import Iterator

from catalog.call import CallPart
from catalog.errors import DocumentFault
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Service, Step


def call_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    for at, step in enumerate(service.steps):
        if step.call is not None:
            yield from _step_faults(place.part(f".steps[{at}]"), service, step, step.call)


def _step_faults(here: Place, service: Service, step: Step, call: CallPart) -> Iterator[DocumentFault]:
    for key in call.answers:
        field = service.fields.get(key)
        if field is None:
            reason = Remark("there is no field %(field)r", field=key)
            yield here.fault(".call.answers", reason, here.nearest(key, service.fields))
        elif field.secret or (field.confidential_to and step.queue not in field.confidential_to):
            reason = Remark("%(key)r is confidential and would leave the desk", key=key)
            yield here.fault(".call.answers", reason, Remark("leave it out"))
    if both := set(call.answers) & set(call.takes):
        reason = Remark("it sends and takes %(fields)s", fields=", ".join(sorted(both)))
        yield here.fault(".call.takes", reason, Remark("name each of them once"))
    if step.person is not None:
        reason = Remark("nobody does it if the other system does not")
        yield here.fault(".person", reason, Remark("name the queue to fall back on"))
