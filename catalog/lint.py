"""Faults that only show between the parts of a catalogue: names that lead nowhere, and keys that are taken."""

from collections.abc import Iterator, Sequence

from catalog.errors import DocumentFault
from catalog.lint_form import form_faults
from catalog.lint_steps import step_faults
from catalog.lint_trial import trial_faults
from catalog.pack import Document, Place
from catalog.service import FieldKind, Need, Phase, Queue, Service
from catalog.titles import PLACEHOLDER

_KINDS: dict[str, type[Queue | Need | Phase | Service]] = {
    "queues": Queue,
    "needs": Need,
    "phases": Phase,
    "services": Service,
}

# Where intake and routing put what they cannot place.
TRIAGE = "something-else"
DESK = "desk"


def lint(documents: Sequence[Document]) -> tuple[DocumentFault, ...]:
    """Every fault between parts, by file and line; those of a single part's shape are in its document."""
    known = {name: _mentioned(documents, name) for name in _KINDS}
    faults = [*_taken_keys(documents), *_triage_faults(documents)]
    for document in documents:
        for where, service in document.of(Service):
            faults.extend(_service_faults(Place(document.reading, where), service, known))
    return tuple(sorted(faults))


def _triage_faults(documents: Sequence[Document]) -> Iterator[DocumentFault]:
    """Nothing is refused for being unclear, so one service must take any text, and one queue any task."""
    all_read = documents and not any(document.reading.faults for document in documents)
    for kind, key in (("services", TRIAGE), ("queues", DESK)):
        if all_read and key not in _mentioned(documents, kind):
            file = documents[0].reading.file
            yield DocumentFault(file, 0, kind, f"{key!r} is missing", "it takes what nothing else does")
    for document in documents:
        for where, service in document.of(Service):
            required = [field.kind for field in service.form if field.required and field.default is None]
            if service.key == TRIAGE and required not in ([], [FieldKind.LONG_TEXT]):
                reason = f"{TRIAGE!r} must take a text alone"
                yield Place(document.reading, where).fault(
                    ".form", reason, "require one field of kind long_text at most"
                )


def _mentioned(documents: Sequence[Document], name: str) -> frozenset[str]:
    """Keys of all entries, valid or not: a fault in a queue is not also a fault of every step that names it."""
    return frozenset(key for document in documents for part, key in document.mentioned if part == name)


def _taken_keys(documents: Sequence[Document]) -> Iterator[DocumentFault]:
    for kind in _KINDS.values():
        first: dict[str, str] = {}
        for document in documents:
            for where, part in document.of(kind):
                if part.key in first:
                    place = Place(document.reading, where)
                    yield place.fault(".key", f"the key {part.key!r} is taken", f"see {first[part.key]}")
                first.setdefault(part.key, f"{document.reading.file}:{document.reading.line(where)}")


def _service_faults(place: Place, service: Service, known: dict[str, frozenset[str]]) -> Iterator[DocumentFault]:
    found = [
        *_names(place, service, known),
        *_title_faults(place, service),
        *_subject_faults(place, service),
        *form_faults(place, service, known["queues"]),
        *step_faults(place, service, known["queues"], known["phases"]),
    ]
    yield from found
    if not found:
        yield from trial_faults(place, service)


def _names(place: Place, service: Service, known: dict[str, frozenset[str]]) -> Iterator[DocumentFault]:
    if service.need not in known["needs"]:
        yield place.fault(".need", f"there is no need {service.need!r}", place.nearest(service.need, known["needs"]))
    for queue in service.confidential_to:
        if queue not in known["queues"]:
            yield place.fault(".confidential_to", f"there is no queue {queue!r}", place.nearest(queue, known["queues"]))
    if service.secret and not service.confidential_to:
        yield place.fault(".secret", "a secret service needs confidential_to", "name the queues that may know of it")


def _title_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    where = ".title_template"
    template = service.title_template
    for key in PLACEHOLDER.findall(template):
        field = service.fields.get(key)
        if field is None:
            yield place.fault(where, f"there is no field {key!r}", place.nearest(key, service.fields))
        elif field.secret or field.confidential_to:
            yield place.fault(where, f"{key!r} is confidential and would stand in the title", "leave it out")
        elif field.kind is FieldKind.LONG_TEXT:
            yield place.fault(where, f"{key!r} may have many lines and a title has one", "name a short field")
    if set("{}") & set(PLACEHOLDER.sub("", template)):
        yield place.fault(where, "braces stand around a field key only", "write {field_key}")


def _subject_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    if service.subject is None:
        return
    field = service.fields.get(service.subject)
    if field is None:
        reason = f"there is no field {service.subject!r}"
        yield place.fault(".subject", reason, place.nearest(service.subject, service.fields))
    elif field.kind not in {FieldKind.PERSON, FieldKind.TEXT}:
        yield place.fault(".subject", f"{service.subject!r} names nobody", "name a field of kind person or text")
