"""Faults of kinds of things, and of options and steps that name one."""

from collections.abc import Iterator

from catalog.errors import DocumentFault
from catalog.item import ItemKind
from catalog.pack import Document, Place
from catalog.remark import Remark
from catalog.service import FieldKind, Service, Step


def item_faults(document: Document, queues: frozenset[str]) -> Iterator[DocumentFault]:
    for where, kind in document.of(ItemKind):
        if kind.queue not in queues:
            here = Place(document.reading, where)
            reason = Remark("there is no queue %(queue)r", queue=kind.queue)
            yield here.fault(".queue", reason, here.nearest(kind.queue, queues))


def lending_faults(place: Place, service: Service, kinds: frozenset[str]) -> Iterator[DocumentFault]:
    """Kinds are those that packs name under `items`: what a database holds, a file cannot be checked against."""
    for at, field in enumerate(service.form):
        for number, option in enumerate(field.options):
            if option.item is not None and option.item not in kinds:
                here = place.part(f".form[{at}].options[{number}]")
                yield _unknown(here, ".item", option.item, kinds)
    for at, step in enumerate(service.steps):
        here = place.part(f".steps[{at}]")
        for name in step.books:
            yield from _booking_faults(here, name, service, kinds)
        if (step.books or step.returns) and step.for_each:
            reason = Remark("what is given to somebody in each row of a table is not known")
            yield here.fault(".for_each", reason, Remark("leave out for_each, or books and returns"))
        elif step.books or step.returns:
            yield from _holder_faults(here, step, service)


def _unknown(here: Place, where: str, kind: str, kinds: frozenset[str]) -> DocumentFault:
    reason = Remark("there is no kind of thing %(kind)r", kind=kind)
    return here.fault(where, reason, here.nearest(kind, kinds) or Remark("name it under items"))


def _booking_faults(here: Place, books: str, service: Service, kinds: frozenset[str]) -> Iterator[DocumentFault]:
    field = service.fields.get(books)
    if field is None:
        if books not in kinds:
            yield _unknown(here, ".books", books, kinds | service.fields.keys())
    elif books in kinds:
        reason = Remark("%(name)r is a kind of thing and a field", name=books)
        yield here.fault(".books", reason, Remark("rename the field"))
    elif not any(option.item for option in field.options):
        reason = Remark("no option of %(field)r names a kind of thing", field=books)
        yield here.fault(".books", reason, Remark("give its options an item"))


def _holder_faults(here: Place, step: Step, service: Service) -> Iterator[DocumentFault]:
    where = ".books" if step.books else ".returns"
    subject = service.fields.get(service.subject or "")
    if subject is None:
        advice = Remark("give the service a subject")
        yield here.fault(where, Remark("it is not known who gets it or brings it back"), advice)
    elif step.returns and subject.kind is not FieldKind.PERSON:
        reason = Remark("only what people of the directory have is known")
        yield here.fault(where, reason, Remark("give the service a subject of kind person"))
    if step.queue is None:
        yield here.fault(where, Remark("only a queue gives things out and takes them back"), Remark("name a queue"))
    if step.books and step.returns:
        yield here.fault(".returns", Remark("one step gives and takes back"), Remark("make two of them"))
