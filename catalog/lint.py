"""Faults that only show between the parts of a catalogue: names that lead nowhere, and keys that are taken."""

from collections.abc import Iterator, Sequence

from catalog.errors import DocumentFault
from catalog.item import ItemKind
from catalog.lint_amend import amend_faults
from catalog.lint_appointment import appointment_faults
from catalog.lint_approval import approval_faults
from catalog.lint_call import call_faults
from catalog.lint_filled import filled_faults
from catalog.lint_form import form_faults
from catalog.lint_graded import graded_faults
from catalog.lint_items import item_faults, lending_faults
from catalog.lint_kinds import kind_faults
from catalog.lint_message import message_faults
from catalog.lint_reach import reach_faults
from catalog.lint_schedule import answer_faults, schedule_faults
from catalog.lint_secret import secret_faults
from catalog.lint_shown import icon_faults, text_faults
from catalog.lint_steps import step_faults
from catalog.lint_tests import faults_of_tests
from catalog.lint_trial import trial_faults
from catalog.pack import Document, Place
from catalog.patience import MIXES, ROWS, Patience
from catalog.remark import Remark
from catalog.service import Catalogue, FieldKind, Need, Phase, Queue, Service
from catalog.titles import PLACEHOLDER

_KINDS: dict[str, type[Queue | Need | Phase | ItemKind | Service]] = {
    "queues": Queue,
    "needs": Need,
    "phases": Phase,
    "items": ItemKind,
    "services": Service,
}

# Where intake and routing put what they cannot place.
TRIAGE = "something-else"
DESK = "desk"


def lint(documents: Sequence[Document], around: Catalogue | None = None) -> tuple[DocumentFault, ...]:
    """Every fault between parts, by file and line; those of a single part's shape are in its document.

    Documents that are no whole catalogue stand in one: they may name what `around` has, as a draft may.
    """
    known = {name: _mentioned(documents, name) | _keys(around, name) for name in _KINDS}
    faults = [*_taken_keys(documents), *([] if around else _triage_faults(documents)), *_tests(documents, around)]
    mixes, rows = Patience(MIXES), Patience(ROWS)
    for document in documents:
        faults.extend(item_faults(document, known["queues"]))
        for where, need in document.of(Need):
            faults.extend(icon_faults(Place(document.reading, where), need))
        for where, service in document.of(Service):
            faults.extend(_service_faults(Place(document.reading, where), service, known, mixes, rows))
    return tuple(sorted(faults))


def _tests(documents: Sequence[Document], around: Catalogue | None) -> Iterator[DocumentFault]:
    """Tests may be of a service around: a pack can bring nothing else."""
    services = {service.key: service for service in around.services} if around else {}
    services |= {service.key: service for document in documents for _, service in document.of(Service)}
    yield from faults_of_tests(documents, services, _mentioned(documents, "services"))


def _keys(around: Catalogue | None, name: str) -> frozenset[str]:
    return frozenset(part.key for part in getattr(around, name)) if around else frozenset()


def _triage_faults(documents: Sequence[Document]) -> Iterator[DocumentFault]:
    """Nothing is refused for being unclear, so one service must take any text, and one queue any task."""
    all_read = documents and not any(document.reading.faults for document in documents)
    for kind, key in (("services", TRIAGE), ("queues", DESK)):
        if all_read and key not in _mentioned(documents, kind):
            file = documents[0].reading.file
            yield DocumentFault(
                file, 0, kind, Remark("%(key)r is missing", key=key), Remark("it takes what nothing else does")
            )
    for document in documents:
        for where, service in document.of(Service):
            required = [field.kind for field in service.form if field.required and field.default is None]
            if service.key == TRIAGE and required not in ([], [FieldKind.LONG_TEXT]):
                reason = Remark("%(service)r must take a text alone", service=TRIAGE)
                yield Place(document.reading, where).fault(
                    ".form", reason, Remark("require one field of kind long_text at most")
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
                    yield place.fault(
                        ".key",
                        Remark("the key %(key)r is taken", key=part.key),
                        Remark("see %(place)s", place=first[part.key]),
                    )
                first.setdefault(part.key, f"{document.reading.file}:{document.reading.line(where)}")


def _service_faults(
    place: Place, service: Service, known: dict[str, frozenset[str]], mixes: Patience, rows: Patience
) -> Iterator[DocumentFault]:
    found = [
        *_names(place, service, known),
        *_title_faults(place, service),
        *_subject_faults(place, service),
        *icon_faults(place, service),
        *text_faults(place, service),
        *graded_faults(place, service),
        *form_faults(place, service, known["queues"]),
        *step_faults(place, service, known["queues"], known["phases"]),
        *secret_faults(place, service),
        *amend_faults(place, service, known["queues"]),
        *approval_faults(place, service, known["queues"]),
        *lending_faults(place, service, known["items"]),
        *kind_faults(place, service),
        *filled_faults(place, service),
        *message_faults(place, service),
        *call_faults(place, service),
        *schedule_faults(place, service, known["queues"]),
        *appointment_faults(place, service, known["queues"]),
    ]
    # Trials run on what is sound, and what is never reached shows only where trials succeed.
    found = found or [*trial_faults(place, service, rows), *answer_faults(place, service)]
    yield from found or reach_faults(place, service, mixes)


def _names(place: Place, service: Service, known: dict[str, frozenset[str]]) -> Iterator[DocumentFault]:
    if service.need not in known["needs"]:
        yield place.fault(
            ".need", Remark("there is no need %(need)r", need=service.need), place.nearest(service.need, known["needs"])
        )
    for queue in service.confidential_to:
        if queue not in known["queues"]:
            yield place.fault(
                ".confidential_to",
                Remark("there is no queue %(queue)r", queue=queue),
                place.nearest(queue, known["queues"]),
            )
    if service.secret and not service.confidential_to:
        yield place.fault(
            ".secret", Remark("a secret service needs confidential_to"), Remark("name the queues that may know of it")
        )


def _title_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    where = ".title_template"
    template = service.title_template
    for key in PLACEHOLDER.findall(template):
        field = service.fields.get(key)
        if field is None:
            yield place.fault(where, Remark("there is no field %(key)r", key=key), place.nearest(key, service.fields))
        elif field.secret or field.confidential_to:
            yield place.fault(
                where, Remark("%(key)r is confidential and would stand in the title", key=key), Remark("leave it out")
            )
        elif field.kind in {FieldKind.LONG_TEXT, FieldKind.TABLE, FieldKind.FILE}:
            yield place.fault(
                where, Remark("%(key)r may have many lines and a title has one", key=key), Remark("name a short field")
            )
    if set("{}") & set(PLACEHOLDER.sub("", template)):
        yield place.fault(where, Remark("braces stand around a field key only"), Remark("write {field_key}"))


def _subject_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    if service.subject is None:
        return
    field = service.fields.get(service.subject)
    if field is None:
        reason = Remark("there is no field %(field)r", field=service.subject)
        yield place.fault(".subject", reason, place.nearest(service.subject, service.fields))
    elif field.kind not in {FieldKind.PERSON, FieldKind.TEXT}:
        yield place.fault(
            ".subject",
            Remark("%(field)r names nobody", field=service.subject),
            Remark("name a field of kind person or text"),
        )
