"""Faults of forms, messages, appointments and calls among the steps: what only a task can have."""

from collections.abc import Iterator
from typing import Final

from catalog.errors import DocumentFault
from catalog.kinds import BY_WORDS_ALONE
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Service

OF_TASKS: Final = ("for_each", "checklist", "evidence", "books", "returns")


def kind_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    for at, step in enumerate(service.steps):
        for name in OF_TASKS if step.kind in BY_WORDS_ALONE else ():
            if getattr(step, name):
                reason = Remark("a step of kind %(kind)s has no %(name)s", kind=step.kind.value, name=name)
                yield place.fault(f".steps[{at}].{name}", reason, Remark("leave it out, or add a task that has it"))
