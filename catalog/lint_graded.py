"""Faults of impact and urgency: questions that are not there, cannot be graded, or are not for everybody."""

from collections.abc import Iterator

from catalog.errors import DocumentFault
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Field, FieldKind, Graded, Service

_VALUES = {FieldKind.YES_NO: ("true", "false")}


def graded_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    for name, graded in (("impact", service.impact), ("urgency", service.urgency)):
        if graded is not None:
            yield from _faults(place, service, name, graded)


def _faults(place: Place, service: Service, name: str, graded: Graded) -> Iterator[DocumentFault]:
    where = f".{name}.field"
    field = service.fields.get(graded.field)
    if field is None:
        reason = Remark("there is no field %(field)r", field=graded.field)
        yield place.fault(where, reason, place.nearest(graded.field, service.fields))
    elif field.kind not in {FieldKind.CHOICE, FieldKind.YES_NO}:
        reason = Remark("the answers to %(field)r cannot be graded", field=graded.field)
        yield place.fault(where, reason, Remark("name a field of kind choice or yes_no"))
    elif field.secret or field.confidential_to:
        reason = Remark("the priority would tell who may not know it what %(field)r was answered", field=graded.field)
        yield place.fault(where, reason, Remark("name a field that everybody on the ticket may read"))
    else:
        yield from _unknown_values(place, name, field, graded)


def _unknown_values(place: Place, name: str, field: Field, graded: Graded) -> Iterator[DocumentFault]:
    values = _VALUES.get(field.kind) or tuple(option.value for option in field.options)
    for value in graded.levels:
        if value not in values:
            reason = Remark("%(field)r has no answer %(value)r", field=graded.field, value=value)
            yield place.fault(f".{name}.levels", reason, place.nearest(value, values))
