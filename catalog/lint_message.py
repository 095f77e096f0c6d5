"""Faults of message steps: answers that are not there, or that its readers may not know."""

from collections.abc import Iterator, Mapping
from typing import Final

from catalog.errors import DocumentFault
from catalog.message_text import placeholders
from catalog.pack import Place
from catalog.remark import Remark, marked
from catalog.service import FieldKind, Service, Step
from catalog.titles import PLACEHOLDER

_NO_WORDS: Final[Mapping[FieldKind, str]] = {
    FieldKind.TABLE: marked("%(key)r is a table, and a sentence cannot hold one"),
    FieldKind.FILE: marked("%(key)r is a file, and a sentence cannot hold one"),
}


def message_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    for at, step in enumerate(service.steps):
        if step.message is not None:
            yield from _step_faults(place.part(f".steps[{at}]"), service, step)


def _step_faults(here: Place, service: Service, step: Step) -> Iterator[DocumentFault]:
    where = ".message.text"
    for key in placeholders(step):
        field = service.fields.get(key)
        if field is None:
            yield here.fault(where, Remark("there is no field %(key)r", key=key), here.nearest(key, service.fields))
        elif field.secret or field.confidential_to:
            reason = Remark("%(key)r is confidential and would stand in a mail", key=key)
            yield here.fault(where, reason, Remark("leave it out"))
        elif field.kind in _NO_WORDS:
            yield here.fault(where, Remark(_NO_WORDS[field.kind], key=key), Remark("name a short field"))
    if step.message and set("{}") & set(PLACEHOLDER.sub("", step.message.text)):
        yield here.fault(where, Remark("braces stand around a field key only"), Remark("write {field_key}"))
    if service.secret and step.person is not None:
        reason = Remark("a single person cannot open a secret request")
        yield here.fault(".person", reason, Remark("send it to a queue"))
    if step.assign is not None:
        yield here.fault(".assign", Remark("a message is sent by itself"), Remark("leave assign out"))
