"""Faults of the tests in packs: services and steps that are not there, and expectations that exclude each other."""

from collections.abc import Iterator, Mapping, Sequence

from catalog.errors import DocumentFault
from catalog.expected import PackTest
from catalog.pack import Document, Place
from catalog.remark import Remark
from catalog.rows import step_of
from catalog.service import Service


def faults_of_tests(
    documents: Sequence[Document], services: Mapping[str, Service], mentioned: frozenset[str]
) -> Iterator[DocumentFault]:
    """`mentioned` holds the keys of services that have a fault of their own too: their steps cannot be known."""
    for document in documents:
        for where, test in document.of(PackTest):
            place = Place(document.reading, where)
            if test.service in services:
                yield from _faults(place, test, services[test.service])
            elif test.service not in mentioned:
                reason = Remark("there is no service %(service)r", service=test.service)
                yield place.fault(".service", reason, place.nearest(test.service, services))


def _faults(place: Place, test: PackTest, service: Service) -> Iterator[DocumentFault]:
    known = {step.key for step in service.steps if not step.for_each}
    for where, keys in test.expect.steps.items():
        for key in keys:
            if key not in known and not ((step := step_of(service, key)) and step.key != key):
                reason = Remark("there is no step %(step)r", step=key)
                yield place.fault(f".expect.{where}", reason, place.nearest(key, known))
    expects = bool(test.expect.title or any(test.expect.steps.values()))
    if expects and test.expect.refused:
        reason = Remark("answers that are refused make no plan")
        yield place.fault(".expect", reason, Remark("expect either `refused` or a plan"))
    if not expects and not test.expect.refused:
        yield place.fault(".expect", Remark("nothing is expected"), Remark("name steps, a title or `refused`"))
