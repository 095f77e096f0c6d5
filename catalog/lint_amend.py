"""Faults of undo steps, and of answers that a step is to be done again for."""

from collections.abc import Iterator

from catalog.dates import SUBMISSION
from catalog.errors import DocumentFault
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Service, Step, Undo


def amend_faults(place: Place, service: Service, queues: frozenset[str]) -> Iterator[DocumentFault]:
    for at, step in enumerate(service.steps):
        here = place.part(f".steps[{at}]")
        for key in step.redo_when_changed:
            if not key.startswith("row.") and key not in service.fields:
                reason = Remark("there is no field %(field)r", field=key)
                yield here.fault(".redo_when_changed", reason, here.nearest(key, service.fields))
        if step.undo is not None:
            yield from _undo_faults(here.part(".undo"), service, step, step.undo, queues)


def _undo_faults(
    here: Place, service: Service, step: Step, undo: Undo, queues: frozenset[str]
) -> Iterator[DocumentFault]:
    circle = service.circle(step) or (service.confidential_to if service.secret else ())
    if undo.queue is not None and undo.queue not in queues:
        reason = Remark("there is no queue %(queue)r", queue=undo.queue)
        yield here.fault(".queue", reason, here.nearest(undo.queue, queues))
    elif undo.queue is not None and circle and undo.queue not in circle:
        reason = Remark("%(queue)r may not know of what it is to undo", queue=undo.queue)
        yield here.fault(".queue", reason, Remark("name one of the queues that the step is confidential to"))
    if undo.person is not None and circle:
        reason = Remark("what is confidential is not undone by a single person")
        yield here.fault(".person", reason, Remark("give it to a queue"))
    if undo.due is not None and (undo.due.anchor != SUBMISSION or undo.due.amount < 0):
        reason = Remark("undoing is counted from the change of mind")
        yield here.fault(".due", reason, Remark('write it like "1 working day after submission"'))
